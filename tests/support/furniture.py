"""The five services, each furnished with real things: a case, a review, a fee list and notice, an alert, a subscription.

Things come about as they do in the hall, by requests and events; a room can be asked for another one when its thing is
used up. A body for each route that takes one comes with it.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from deploy.outside import journal_key_in
from services.approval.app import build as build_approval
from services.approval.settings import ApprovalSettings
from services.approval.tests import samples as reviews
from services.fees.app import build as build_fees
from services.fees.settings import FeesSettings
from services.fees.tests import samples as lists
from services.intake.app import build as build_intake
from services.intake.settings import IntakeSettings
from services.monitor.app import build as build_monitor
from services.monitor.settings import MonitorSettings
from services.monitor.tests import samples as cases
from services.notify.app import build as build_notify
from services.notify.settings import NotifySettings
from sim.bank import KeyRing
from tests.support import desk
from tests.support.fees_areas import BEFORE_FEES, furnish_fees
from tests.support.intake_areas import BEFORE_AREAS, furnish_intake
from tests.support.intake_areas.files import upload
from tests.support.monitor_areas import BEFORE_MONITOR, furnish_monitor
from tests.support.notify_areas import BEFORE_NOTIFY, furnish_notify, messages
from tests.support.rooms import Room, open_room
from yimen.web import Role

APPLICANT = {"type": "person", "name": "张三", "id_number": "11010519491231002X", "phone": "13800000000"}
AGENT = {"name": "李强", "id_number": "360722197805203316", "phone": "13900000000"}


CASE = "POST /cases/{case_number}/"
BEFORE_CASE = {
    f"{CASE}decision": [f"{CASE}acceptance"],
    f"{CASE}supplement": [f"{CASE}correction"],
    f"{CASE}service": [f"{CASE}acceptance", f"{CASE}decision"],
    f"{CASE}posting": [f"{CASE}acceptance", f"{CASE}decision"],
    f"{CASE}contact-erasure": [f"{CASE}withdrawal"],
}
OF_AN_INSTANT_ITEM = {f"{CASE}decision", f"{CASE}service", f"{CASE}posting"}

# -- intake -----------------------------------------------------------------------------------------------------------


async def _case(room: Room, label: str) -> None:
    """Joint; but instant for what only the window of an instant item does."""
    client, kind = room.harness.client, "instant" if label in OF_AN_INSTANT_ITEM else "joint"
    items = (await client.get("/items")).json()
    code, room.department = next((item["code"], item["department"]) for item in items if item["kind"] == kind)
    materials = (await client.get(f"/items/{code}")).json()["materials"]
    file_id = await upload(room)
    application = {
        "item_code": code,
        "channel": "web",
        "applicant": APPLICANT,
        "materials": [{"code": one["code"], "copies": 1, "file_id": file_id} for one in materials],
        "agent": AGENT | {"mandate": file_id},
    }
    headers = room.rightful(Role.CITIZEN) | {"Idempotency-Key": str(uuid4())}
    made = await client.post("/applications", json=application, headers=headers)
    assert made.status_code == 201, made.text
    first = materials[0]["code"]
    room.ids = {"item_code": code, "case_number": made.json()["case_number"]}
    room.bodies = {
        "POST /applications": application,
        f"{CASE}correction": {"requested": [{"code": first, "reason": "缺少签章"}]},
        f"{CASE}refusal": {"ground": "another_organ", "reasons": "不属于本机关职权", "competent_organ": "市公安局"},
        f"{CASE}return": {"reasons": "不符合规划", "policy_basis": "规划第三条"},
        f"{CASE}decision": {"outcome": "granted", "reasons": "符合条件", "legal_basis": "第三十八条"},
        f"{CASE}service": {"way": "pick_up", "receiver": "张三"},
        f"{CASE}posting": {"carrier": "邮政速递", "waybill": "EMS123456789CN"},
        f"{CASE}supplement": {"materials": [{"code": first, "copies": 1}]},
        f"{CASE}withdrawal": {"reasons": "暂不办理"},
        f"{CASE}contact-erasure": {"reason": "申请人要求删除"},
    }
    await furnish_intake(room, label)


def intake(database_url: str, folder: Path) -> AbstractAsyncContextManager[Room]:
    return open_room(
        "intake",
        build_intake,
        IntakeSettings(database_url=database_url, materials=(folder / "materials").as_uri(), file_limit_mb=5),
        "planning",
        _case,
        {},
        BEFORE_CASE | BEFORE_AREAS,
    )


# -- approval ---------------------------------------------------------------------------------------------------------


def approval(database_url: str, folder: Path) -> AbstractAsyncContextManager[Room]:
    settings = ApprovalSettings(database_url=database_url, departments=("fire", "housing"))
    return open_room("approval", build_approval, settings, "fire", desk.furnish, {}, desk.BEFORE, reviews.MONDAY)


# -- fees -------------------------------------------------------------------------------------------------------------


def fees(database_url: str, folder: Path) -> AbstractAsyncContextManager[Room]:
    ring = KeyRing(folder)
    settings = FeesSettings(
        database_url=database_url,
        bank_keys_file=ring.public_file,
        bank_message_key=SecretStr(ring.message_key.hex()),
        relief_limit_fen=0,
    )
    return open_room("fees", build_fees, settings, "fire", furnish_fees, {}, BEFORE_FEES, lists.MONDAY)


# -- monitor ----------------------------------------------------------------------------------------------------------


def monitor(database_url: str, folder: Path) -> AbstractAsyncContextManager[Room]:
    settings = MonitorSettings(database_url=database_url, signing_key_file=journal_key_in(folder))
    now = cases.at(3, 16, 12)
    return open_room("monitor", build_monitor, settings, "planning", furnish_monitor, {}, BEFORE_MONITOR, now)


# -- notify -----------------------------------------------------------------------------------------------------------


def notify(database_url: str, folder: Path) -> AbstractAsyncContextManager[Room]:
    bodies = {
        "POST /subscriptions": {"url": "http://127.0.0.1:9/hook", "departments": ["fire"]},
    }
    settings = NotifySettings(
        database_url=database_url,
        sms_gateways=messages.GATEWAYS,
        allow_private_webhooks=True,
        documents=(folder / "documents").as_uri(),
        subscriptions_per_owner=100_000,
    )
    return open_room("notify", build_notify, settings, "fire", furnish_notify, bodies, BEFORE_NOTIFY)


ROOMS: Mapping[str, Callable[[str, Path], AbstractAsyncContextManager[Room]]] = {
    "intake": intake,
    "approval": approval,
    "fees": fees,
    "monitor": monitor,
    "notify": notify,
}
