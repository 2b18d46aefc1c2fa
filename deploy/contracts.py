"""`make contracts`: the events' contracts by the kit, and each service's OpenAPI document from its application.

Nothing is started and nothing is opened: the applications are built beside an unused database, and asked what they
serve. The demonstration's switch for the clock is not among it.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.approval.app import build as build_approval
from services.approval.settings import ApprovalSettings
from services.fees.app import build as build_fees
from services.fees.settings import FeesSettings
from services.intake.app import build as build_intake
from services.intake.settings import IntakeSettings
from services.monitor.app import build as build_monitor
from services.monitor.settings import MonitorSettings
from services.notify.app import build as build_notify
from services.notify.settings import GatewaySettings, NotifySettings
from yimen.asyncapi.publish import main
from yimen.bus.local import LocalCarrier
from yimen.clock import SystemClock
from yimen.service import Parts, Service
from yimen.web.tokens import TokenVerifier


def openapi_documents() -> dict[str, dict[str, Any]]:
    """By service; every instance of approval serves the same."""
    with tempfile.TemporaryDirectory() as folder:
        return {service.blueprint.name: service.app.openapi() for service in _services(Path(folder))}


def _services(folder: Path) -> tuple[Service[Any], ...]:
    parts = Parts(carrier=LocalCarrier(), clock=SystemClock(), verifier=TokenVerifier("urn:none", "yimen", _no_keys))
    unused = SecretStr("never used to sign anything")
    gateway = GatewaySettings(name="none", url="http://unused", key=unused, receipt_secret=unused)
    url = f"sqlite+aiosqlite:///{folder / 'unused.db'}"
    return (
        build_intake(parts, IntakeSettings(database_url=url)),
        build_approval(parts, ApprovalSettings(database_url=url)),
        build_fees(parts, FeesSettings(database_url=url)),
        build_monitor(parts, MonitorSettings(database_url=url)),
        build_notify(parts, NotifySettings(database_url=url, sms_gateways=(gateway,))),
    )


async def _no_keys() -> dict[str, Any]:
    return {"keys": []}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], openapi_documents))
