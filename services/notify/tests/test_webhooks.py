"""Webhooks: signed, retried, in order of a subject, nothing deleted, and each department's own only."""

from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.notify.domain.filters import Filters
from services.notify.domain.webhooks import LADDER, followable
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener
from yimen.contracts import event_types
from yimen.queues import LONGEST_SECONDS
from yimen.web import Role


def integrator(messenger: Messenger, *departments: str, key: str = "k1") -> dict[str, str]:
    headers = messenger.harness.as_(Role.INTEGRATOR, departments=departments, id="system-" + "-".join(departments))
    return headers | {"Idempotency-Key": key}


async def subscribe(messenger: Messenger, url: str, *departments: str, **body: Any) -> httpx.Response:
    headers = integrator(messenger, *(departments or ("fire",)))
    return await messenger.harness.client.post("/subscriptions", headers=headers, json={"url": url} | body)


def ids(listener: Listener) -> list[str]:
    return [headers["webhook-id"] for headers, _ in listener.calls]


async def test_a_delivery_is_a_cloudevent_signed_with_the_secret_that_was_shown_once(
    messenger: Messenger, listener: Listener
) -> None:
    made = await subscribe(messenger, listener.url)
    assert made.status_code == 201
    secret = made.json()["secret"]
    await messenger.harness.deliver(samples.review_decided(), source="/approval/fire")
    await messenger.work()
    ((headers, body),) = listener.calls
    event = Webhook(secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"consent", b"refused"), headers)
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["host"] == f"127.0.0.1:{listener.port}"
    assert headers["webhook-id"] == event["id"]
    data = event.pop("data")
    assert data["opinion"] == "consent"
    assert event | {"id": "", "time": ""} == {
        "specversion": "1.0",
        "id": "",
        "time": "",
        "type": "approval.review.decided.v1",
        "source": "/approval/fire",
        "subject": "review/R1",
        "sequence": "1",
        "scope": "fire",
        "correlationid": "C1",
        "datacontenttype": "application/json",
    }
    shown = await messenger.harness.client.get(
        f"/subscriptions/{made.json()['id']}", headers=integrator(messenger, "fire")
    )
    assert "secret" not in shown.json()
    assert shown.json()["deliveries"] == {"delivered": 1}


async def test_only_what_departments_may_follow_and_only_their_own_is_delivered(
    messenger: Messenger, listener: Listener
) -> None:
    await subscribe(messenger, listener.url)
    await messenger.harness.deliver(
        samples.submitted(department="fire"), samples.accepted(department="fire"), samples.contact(), source="/intake"
    )
    await messenger.harness.deliver(samples.notice(), samples.list_rejected(), source="/fees")
    await messenger.harness.deliver(samples.review_received("health", "R2"), source="/approval/health")
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.harness.deliver(samples.alert(), samples.alert("health", "C2"), source="/monitor")
    await messenger.work()
    types = sorted(orjson.loads(body)["type"] for _, body in listener.calls)
    assert types == ["approval.review.received.v1", "fees.list.rejected.v1", "monitor.alert.raised.v1"]


async def test_a_subscription_may_name_the_entities_that_it_wants(messenger: Messenger, listener: Listener) -> None:
    await subscribe(messenger, listener.url, entities=["list"])
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.harness.deliver(samples.list_rejected(), source="/fees")
    await messenger.work()
    assert [row["type"] for row in await messenger.deliveries()] == ["fees.list.rejected.v1"]


def test_contacts_cases_notices_and_messages_are_open_to_no_department() -> None:
    of_monitor = {"alert", "order", "appeal", "inspection", "attendance", "score", "rating", "consultation"}
    assert followable() == {"review", "list", *of_monitor, "complaint", "outside", "import"}
    assert not Filters(["all", "fire"]).take(samples.contact(), None)
    open_types = {name for name, event in event_types().items() if event.entity in followable()}
    scopes = {event_types()[name].scope_field for name in open_types}
    assert scopes == {"department", "audience"}, "a complaint's audience is its office, or the department that was told"


async def test_a_failed_delivery_is_retried_under_the_same_id_and_holds_back_only_its_subject(
    messenger: Messenger, listener: Listener
) -> None:
    await subscribe(messenger, listener.url)
    listener.answers = [500]
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    await messenger.harness.deliver(samples.review_decided(), source="/approval/fire")
    await messenger.harness.deliver(samples.review_received(review="R2"), source="/approval/fire")
    await messenger.work()
    subjects = [(orjson.loads(body)["subject"], orjson.loads(body)["sequence"]) for _, body in listener.calls]
    assert subjects == [("review/R1", "1"), ("review/R2", "1")]
    messenger.harness.clock.advance(timedelta(seconds=6))
    await messenger.work()
    subjects = [(orjson.loads(body)["subject"], orjson.loads(body)["sequence"]) for _, body in listener.calls]
    assert subjects[2:] == [("review/R1", "1"), ("review/R1", "2")]
    assert ids(listener)[0] == ids(listener)[2]


async def test_an_event_of_many_that_come_at_once_keeps_its_place(messenger: Messenger, listener: Listener) -> None:
    await subscribe(messenger, listener.url)
    events = [samples.review_received(), *[samples.review_decided() for _ in range(5)]]
    batch = [messenger.harness.message(event, "/approval/fire") for event in events]
    await messenger.harness.process([*reversed(batch), *batch])
    await messenger.work()
    assert [orjson.loads(body)["sequence"] for _, body in listener.calls] == list("123456")


async def test_what_was_tried_in_vain_to_the_end_is_kept_as_exhausted_and_the_next_one_goes(
    messenger: Messenger, listener: Listener
) -> None:
    made = await subscribe(messenger, listener.url)
    listener.answers = [503] * (len(LADDER) + 1)
    await messenger.harness.deliver(samples.review_received(), samples.review_decided(), source="/approval/fire")
    for seconds in (0, *LADDER, LONGEST_SECONDS):
        assert len(listener.calls) <= len(LADDER) + 1
        messenger.harness.clock.advance(timedelta(seconds=seconds * 1.11))
        await messenger.work()
    assert [row["state"] for row in await messenger.deliveries()] == ["exhausted", "delivered"]
    assert len(listener.calls) == len(LADDER) + 2
    shown = await messenger.harness.client.get(
        f"/subscriptions/{made.json()['id']}", headers=integrator(messenger, "fire")
    )
    assert shown.json()["deliveries"] == {"exhausted": 1, "delivered": 1}
    assert shown.json()["state"] == "active"


async def test_a_retry_does_not_come_before_its_time(messenger: Messenger, listener: Listener) -> None:
    await subscribe(messenger, listener.url)
    listener.answers = [500, 500]
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    messenger.harness.clock.advance(timedelta(seconds=4.9))
    await messenger.work()
    assert len(listener.calls) == 1
    messenger.harness.clock.advance(timedelta(seconds=1))
    await messenger.work()
    messenger.harness.clock.advance(timedelta(seconds=299))
    await messenger.work()
    assert len(listener.calls) == 2


async def test_gone_disables_the_subscription_and_what_is_owed_waits(messenger: Messenger, listener: Listener) -> None:
    made = await subscribe(messenger, listener.url)
    listener.answers = [410]
    await messenger.harness.deliver(samples.review_received(), samples.review_decided(), source="/approval/fire")
    await messenger.work()
    await messenger.harness.deliver(samples.review_received(review="R2"), source="/approval/fire")
    await messenger.work()
    assert len(listener.calls) == 1
    assert [row["state"] for row in await messenger.deliveries()] == ["held", "waiting", "held"]
    shown = await messenger.harness.client.get(
        f"/subscriptions/{made.json()['id']}", headers=integrator(messenger, "fire")
    )
    assert shown.json()["state"] == "disabled"
    assert "410" in shown.json()["reason"]


async def test_a_redirect_is_not_followed(messenger: Messenger, listener: Listener) -> None:
    await subscribe(messenger, listener.url)
    listener.answers = [302]
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    assert [row["state"] for row in await messenger.deliveries()] == ["sending"]
    assert len(listener.calls) == 1


async def test_a_listener_that_is_down_gets_its_events_when_it_is_back(messenger: Messenger) -> None:
    down = Listener()
    async with down.listening():
        await subscribe(messenger, down.url)
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    assert [row["state"] for row in await messenger.deliveries()] == ["sending"]
    async with down.listening():
        messenger.harness.clock.advance(timedelta(seconds=6))
        await messenger.work()
    assert len(down.calls) == 1
    assert [row["state"] for row in await messenger.deliveries()] == ["delivered"]


async def test_a_ping_comes_signed_through_the_same_way(messenger: Messenger, listener: Listener) -> None:
    made = (await subscribe(messenger, listener.url)).json()
    headers = integrator(messenger, "fire")
    answer = await messenger.harness.client.post(f"/subscriptions/{made['id']}/ping", headers=headers)
    assert answer.status_code == 202
    await messenger.work()
    ((sent, body),) = listener.calls
    assert Webhook(made["secret"]).verify(body, sent)["data"] == {"subscription_id": made["id"]}
    assert sent["webhook-id"] == answer.json()["event_id"]


async def test_whoever_unsubscribes_hears_no_more_and_cannot_ping(messenger: Messenger, listener: Listener) -> None:
    made = (await subscribe(messenger, listener.url)).json()
    headers = integrator(messenger, "fire")
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    assert (await messenger.harness.client.delete(f"/subscriptions/{made['id']}", headers=headers)).status_code == 204
    await messenger.harness.deliver(samples.review_decided(), source="/approval/fire")
    await messenger.work()
    assert listener.calls == []
    assert [row["state"] for row in await messenger.deliveries()] == ["refused"]
    answer = await messenger.harness.client.post(f"/subscriptions/{made['id']}/ping", headers=headers)
    assert answer.status_code == 409


async def test_nobody_subscribes_to_another_departments_events(messenger: Messenger, listener: Listener) -> None:
    answer = await subscribe(messenger, listener.url, "fire", departments=["fire", "health"])
    assert answer.status_code == 403
    for role in (Role.CITIZEN, Role.SECTION_OFFICER, Role.SUPERVISOR):
        headers = messenger.harness.as_(role, departments=["fire"]) | {"Idempotency-Key": "x"}
        answer = await messenger.harness.client.post("/subscriptions", headers=headers, json={"url": listener.url})
        assert answer.status_code == 403
    nobody = messenger.harness.as_(Role.INTEGRATOR) | {"Idempotency-Key": "x"}
    assert (
        await messenger.harness.client.post("/subscriptions", headers=nobody, json={"url": listener.url})
    ).status_code == 403


@pytest.mark.parametrize("entity", ["contact", "case", "notice", "message", "nonsense"])
async def test_nobody_subscribes_to_entities_that_are_not_open(
    messenger: Messenger, listener: Listener, entity: str
) -> None:
    answer = await subscribe(messenger, listener.url, entities=[entity])
    assert (answer.status_code, answer.json()["code"]) == (422, "entity-not-open")


async def test_another_departments_subscription_can_be_neither_seen_nor_touched(
    messenger: Messenger, listener: Listener
) -> None:
    made = (await subscribe(messenger, listener.url)).json()
    foreign, client = integrator(messenger, "health"), messenger.harness.client
    path = f"/subscriptions/{made['id']}"
    answers = [
        await client.get(path, headers=foreign),
        await client.delete(path, headers=foreign),
        await client.post(path + "/ping", headers=foreign),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (await client.get("/subscriptions", headers=foreign)).json() == []
    assert len((await client.get("/subscriptions", headers=integrator(messenger, "fire"))).json()) == 1
    assert (await client.get("/subscriptions/unknown", headers=foreign)).status_code == 404


async def test_a_repeated_request_makes_one_subscription(messenger: Messenger, listener: Listener) -> None:
    first, again = await subscribe(messenger, listener.url), await subscribe(messenger, listener.url)
    assert first.json() == again.json()
    listed = await messenger.harness.client.get("/subscriptions", headers=integrator(messenger, "fire"))
    assert len(listed.json()) == 1


@pytest.mark.parametrize("path", ["/subscriptions/%00", "/subscriptions/%F0%9F%98%80", "/messages?case_number=%00"])
async def test_strange_characters_in_an_address_break_nothing(messenger: Messenger, path: str) -> None:
    headers = messenger.harness.as_(Role.INTEGRATOR, Role.SUPERVISOR, departments=["fire"])
    assert (await messenger.harness.client.get(path, headers=headers)).status_code < 500
