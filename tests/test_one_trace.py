"""One trace from the browser's request to the webhook that a department's system receives, over three services on real
parts: a window lists a fee, the fee window refuses it by rule, the messenger tells the department."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import orjson
import pytest

from services.approval.app import build as build_approval
from services.approval.settings import ApprovalSettings
from services.approval.tests import samples as of_approval
from services.fees.app import build as build_fees
from services.fees.settings import FeesSettings
from services.fees.tests import samples as of_fees
from services.notify.app import build as build_notify
from services.notify.settings import NotifySettings
from services.notify.tests.conftest import gateway_settings
from services.notify.tests.played import Listener
from tests.support.driving import until
from tests.support.traced import BROWSER, GIVEN, TRACE, traced
from yimen.bus import Carrier
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import FrozenClock
from yimen.service import Parts, Service
from yimen.testing import Harness
from yimen.web import Role
from yimen.web.testing import TestIssuer

WAY = [
    ("POST /departments/{department}/reviews/{review_id}/fee-list", "SERVER"),
    ("create approval.review.fee_listed.v1", "PRODUCER"),
    ("process approval.review.fee_listed.v1", "CONSUMER"),
    ("create fees.list.rejected.v1", "PRODUCER"),
    ("process fees.list.rejected.v1", "CONSUMER"),
    ("job webhook", "CLIENT"),
    ("POST", "CLIENT"),
]

Copy = Callable[[str, str], str]


def build_hall(carrier: Carrier, issuer: TestIssuer, copy: Copy) -> dict[str, Service[Any]]:
    parts = Parts(carrier, FrozenClock(of_fees.MONDAY), issuer.verifier)
    notify = NotifySettings(
        database_url=copy("postgres", "notify"),
        sms_gateways=(gateway_settings("sms", "http://127.0.0.1:1/messages"),),
        allow_private_webhooks=True,
        documents_url="memory:///",
    )
    return {
        "approval": build_approval(
            parts, ApprovalSettings(database_url=copy("postgres", "approval"), departments=("fire",))
        ),
        "fees": build_fees(parts, FeesSettings(database_url=copy("postgres", "fees"))),
        "notify": build_notify(parts, notify),
    }


@asynccontextmanager
async def hall(url: str, copy: Copy) -> AsyncIterator[dict[str, Harness]]:
    issuer = TestIssuer()
    services = build_hall(RabbitCarrier(url), issuer, copy)
    async with AsyncExitStack() as stack:
        harnesses = {name: Harness(one, issuer, FrozenClock(of_fees.MONDAY)) for name, one in services.items()}
        for harness in harnesses.values():
            stack.push_async_callback(harness.client.aclose)
            await harness.service.prepare()
        for service in services.values():
            await stack.enter_async_context(service.running())
        yield harnesses


async def follow(notify: Harness, url: str) -> None:
    headers = notify.as_(Role.INTEGRATOR, departments=("fire",), id="system-fire") | {"Idempotency-Key": "k"}
    made = await notify.client.post("/subscriptions", headers=headers, json={"url": url, "entities": ["list"]})
    assert made.status_code == 201, made.text


async def list_a_fee(approval: Harness, **more: str) -> None:
    officer = approval.as_(Role.SECTION_OFFICER, departments=("fire",), name="王经办")
    desk = "/departments/fire/reviews/R1"
    signed = await approval.client.post(f"{desk}/receipt", headers=officer | {"If-Match": '"1"'})
    assert signed.status_code == 200, signed.text
    headers = officer | {"If-Match": signed.headers["ETag"], "Idempotency-Key": "k"} | more
    body = {"lines": [{"code": "SURVEY", "quantity": 2}]}
    listed = await approval.client.post(f"{desk}/fee-list?secret=13900001234", headers=headers, json=body)
    assert listed.status_code == 201, listed.text


async def tell_the_case(harnesses: dict[str, Harness]) -> None:
    """Its item is published without the fee that the window lists; what intake says is given to the inboxes."""
    await harnesses["fees"].deliver(of_fees.item(), of_fees.submitted(), source="/intake")
    await harnesses["approval"].deliver(of_approval.requested(case_number=of_fees.CASE), source="/intake")


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with Listener().listening() as one:
        yield one


async def _arrived(listener: Listener) -> bool:
    return any(orjson.loads(body)["type"] == "fees.list.rejected.v1" for _, body in listener.calls)


async def test_from_the_browser_to_a_departments_system_it_is_one_trace(
    amqp_vhost_url: str, migrated: Copy, listener: Listener
) -> None:
    with traced() as seen:
        async with hall(amqp_vhost_url, migrated) as harnesses:
            await tell_the_case(harnesses)
            await follow(harnesses["notify"], listener.url)
            await list_a_fee(harnesses["approval"], traceparent=GIVEN)
            await until(lambda: _arrived(listener))
        ((headers, _body),) = listener.calls
        version, trace, last, flags = headers["traceparent"].split("-")
        assert (version, trace, flags) == ("00", TRACE, "01")
        line = seen.line_to(last)
        assert [(step.name, step.kind) for step in line] == WAY
        assert line[0].parent == BROWSER
        ours = {step.id for step in seen.of()}
        assert [step.name for step in seen.of() if step.parent not in ours | {BROWSER}] == [], "no span stands alone"
        assert "13900001234" not in repr(seen.steps), "no query"
        assert "from=hall" not in repr(seen.steps), "a subscriber's address may hold its secret"


async def test_without_opentelemetry_the_webhook_carries_the_trace_too(
    amqp_vhost_url: str, migrated: Copy, listener: Listener
) -> None:
    async with hall(amqp_vhost_url, migrated) as harnesses:
        await tell_the_case(harnesses)
        await follow(harnesses["notify"], listener.url)
        await list_a_fee(harnesses["approval"], traceparent=GIVEN)
        await until(lambda: _arrived(listener))
    ((headers, body),) = listener.calls
    assert headers["traceparent"] == orjson.loads(body)["traceparent"] == GIVEN
