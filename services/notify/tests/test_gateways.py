"""Several SMS gateways: each message goes to one of them, and to another only where that cannot tell it twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify import handing
from services.notify.domain.gateways import (
    DOUBTS,
    FAILURES,
    SHUNNED,
    Health,
    Outcome,
    Step,
    after,
    draw,
    open_to,
)
from services.notify.providers.sms import HttpGateway, outcome_of
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from sim.sms import SmsGateway
from yimen.contracts.notify import MessageDelivered, MessageFailed, MessageSent
from yimen.jobs import Job
from yimen.testing import MONDAY_NINE
from yimen.web import Role

PHONE = "13800001234"
DOUBTFUL = (6, 36, 340, 2000)
"""Seconds after which the next attempt is due."""


# -- the draw ----------------------------------------------------------------------------------------------------------

names = st.text("abcdef", min_size=1, max_size=4)
shares = st.dictionaries(names, st.floats(0.1, 10), min_size=1, max_size=5)


@given(message=st.uuids(), weights=shares, gone=names)
def test_a_message_draws_the_same_gateway_again_and_only_those_of_one_that_left_move(
    message: Any, weights: dict[str, float], gone: str
) -> None:
    drawn = draw(str(message), weights)
    assert drawn in weights
    assert drawn == draw(str(message), dict(reversed(weights.items())))
    if drawn != gone:
        assert draw(str(message), weights, {gone}) == drawn
        assert draw(str(message), weights | {gone: 0}) == drawn


def test_shares_follow_the_weights_and_a_spare_one_gets_nothing() -> None:
    drawn = Counter(draw(str(n), {"big": 3, "small": 1, "spare": 0}) for n in range(4000))
    assert drawn["spare"] == 0
    assert 0.7 < drawn["big"] / 4000 < 0.8
    assert draw("m", {"big": 3, "spare": 0}, {"big"}) == "spare"
    assert draw("m", {"big": 3}, {"big"}) is None


def test_a_gateway_that_failed_several_times_in_a_row_gets_nothing_for_a_while() -> None:
    now, health = MONDAY_NINE, Health()
    for _ in range(FAILURES - 1):
        health = health.failed(now)
        assert open_to({"a": 2, "b": 1}, {"a": health}, now) == {"a": 2, "b": 1}
    health = health.failed(now)
    assert open_to({"a": 2, "b": 1}, {"a": health}, now) == {"b": 1}
    later = now + SHUNNED
    assert open_to({"a": 2, "b": 1}, {"a": health}, later) == {"a": 2, "b": 1}
    assert health.failed(later).is_shunned(later), "one more failure is enough"


def test_where_all_are_shunned_all_are_asked() -> None:
    shunned = Health(FAILURES, MONDAY_NINE + SHUNNED)
    assert open_to({"a": 2}, {"a": shunned}, MONDAY_NINE) == {"a": 2}


@given(outcome=st.sampled_from([Outcome.NOT_TAKEN, Outcome.UNKNOWN]), in_doubt=st.booleans(), doubts=st.integers(0, 9))
def test_it_goes_over_in_doubt_only_after_having_asked_often(outcome: Outcome, in_doubt: bool, doubts: int) -> None:
    step = after(outcome, in_doubt=in_doubt, doubts=doubts)
    surely_not = outcome is Outcome.NOT_TAKEN and not in_doubt
    assert (step is Step.GO_OVER) == surely_not
    assert (step is Step.GO_OVER_IN_DOUBT) == (not surely_not and doubts + 1 >= DOUBTS)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((200, Outcome.TAKEN), (202, Outcome.TAKEN), (400, Outcome.REFUSED), (422, Outcome.REFUSED)),
        *((401, Outcome.NOT_TAKEN), (404, Outcome.NOT_TAKEN), (429, Outcome.NOT_TAKEN), (503, Outcome.NOT_TAKEN)),
        *((500, Outcome.UNKNOWN), (502, Outcome.UNKNOWN), (504, Outcome.UNKNOWN), (302, Outcome.NOT_TAKEN)),
    ],
)
def test_what_an_answer_means(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


# -- going over --------------------------------------------------------------------------------------------------------


async def tell(messenger: Messenger, case: str = "C1") -> None:
    await messenger.harness.deliver(samples.contact(case), samples.submitted(case), source="/intake")
    await messenger.work()


async def only(messenger: Messenger) -> dict[str, Any]:
    (row,) = [row for row in await messenger.messages() if row["channel"] == "sms"]
    return row


def breaks_off(messenger: Messenger, name: str, error: type[httpx.HTTPError]) -> list[httpx.Request]:
    """That gateway's calls end with this error; what was asked of it."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise error("broken", request=request)

    context = messenger.harness.service.context
    (settings,) = (one for one in context.settings.sms_gateways if one.name == name)
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    context.gateways = {**context.gateways, name: HttpGateway(settings, client)}
    return asked


def ids(gateway: SmsGateway) -> list[str]:
    return [row["id"] for row in gateway.shelf.taken()]


async def test_what_the_first_surely_did_not_take_goes_to_the_other_at_once(messenger: Messenger) -> None:
    messenger.gateway.moods.fail_next = 1
    await tell(messenger)
    row = await only(messenger)
    assert (row["state"], row["gateway"], ids(messenger.other)) == ("sent", "sms2", [row["id"]])
    assert ids(messenger.gateway) == []


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout])
async def test_a_gateway_that_cannot_be_reached_has_nothing(messenger: Messenger, error: type[httpx.HTTPError]) -> None:
    breaks_off(messenger, "sms", error)
    await tell(messenger)
    assert (await only(messenger))["gateway"] == "sms2"


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.WriteError])
async def test_what_the_first_may_have_is_asked_of_it_again_before_the_other_gets_it(
    messenger: Messenger, error: type[httpx.HTTPError]
) -> None:
    asked = breaks_off(messenger, "sms", error)
    await tell(messenger)
    for seconds in DOUBTFUL[: DOUBTS - 1]:
        assert ids(messenger.other) == []
        assert (await only(messenger))["gateway"] == "sms"
        await messenger.after(seconds=seconds)
    row = await only(messenger)
    assert len(asked) == DOUBTS
    assert len({request.content for request in asked}) == 1, "under the same id"
    assert (row["state"], row["gateway"], row["passed_on"]) == ("sent", "sms2", ["sms"])


async def test_a_gateway_that_took_it_and_lost_its_answer_is_not_passed_over(messenger: Messenger) -> None:
    messenger.gateway.moods.lose_next = DOUBTS - 1
    await tell(messenger)
    for seconds in DOUBTFUL[: DOUBTS - 1]:
        await messenger.after(seconds=seconds)
    row = await only(messenger)
    assert (row["state"], row["gateway"]) == ("sent", "sms")
    assert (len(ids(messenger.gateway)), ids(messenger.other)) == (1, [])


async def test_what_was_left_in_doubt_stays_so_when_the_gateway_can_no_longer_be_reached(messenger: Messenger) -> None:
    """It may have taken it the first time; that it does not now says nothing of then."""
    messenger.gateway.moods.lose_next = 1
    await tell(messenger)
    messenger.gateway.moods.fail_next = 1
    await messenger.after(seconds=DOUBTFUL[0])
    assert ids(messenger.other) == []
    await messenger.after(seconds=DOUBTFUL[1])
    assert (await only(messenger))["state"] == "sent"
    assert (len(ids(messenger.gateway)), ids(messenger.other)) == (1, [])


async def test_a_sender_killed_between_sending_and_recording_asks_the_same_gateway_under_the_same_id(
    messenger: Messenger,
) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    row = await only(messenger)
    context = messenger.harness.service.context
    assert await handing.send_sms(context, Job("sms", str(row["id"]), {}, 1))  # and nothing is recorded
    assert ((await only(messenger))["state"], (await only(messenger))["gateway"]) == ("queued", "sms")
    messenger.gateway.moods.fail_next = 1  # the other one would be asked, were it not in doubt
    await messenger.work()
    await messenger.after(seconds=DOUBTFUL[0])
    assert (await only(messenger))["state"] == "sent"
    assert (ids(messenger.gateway), ids(messenger.other)) == ([row["id"]], [])
    assert len(await messenger.harness.events(MessageSent)) == 1


async def test_a_refusal_is_final_whoever_else_there_is(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(phone="没有电话"), samples.submitted(), source="/intake")
    await messenger.work()
    assert (await only(messenger))["state"] == "failed"
    assert len(await messenger.harness.events(MessageFailed)) == 1


async def test_each_attempt_is_kept_with_its_gateway(messenger: Messenger) -> None:
    messenger.gateway.moods.fail_next = messenger.other.moods.fail_next = 1
    await tell(messenger)
    await messenger.after(seconds=6)
    attempts = messenger.harness.units.metadata.tables["outgoing_attempts"]
    async with messenger.harness.units.view() as view:
        rows = (await view.execute(attempts.select().where(attempts.c.kind == "sms").order_by(attempts.c.id))).all()
    assert "sms2 answered 503" in rows[0].error
    assert rows[1].answer == {"gateway": "sms", "said": "answered 202"}


# -- how they fare -----------------------------------------------------------------------------------------------------


async def test_a_gateway_that_keeps_failing_is_shunned_and_comes_back(messenger: Messenger) -> None:
    asked = breaks_off(messenger, "sms", httpx.ConnectError)
    for n in range(FAILURES + 3):
        await tell(messenger, f"C{n}")
    assert len(asked) == FAILURES
    (first, second) = await gateways(messenger)
    assert (first["weight"], first["weight_now"], first["failures"] >= FAILURES) == (1, 0, True)
    assert (first["last_error"], second["failures"]) == ("no connection: ConnectError", 0)
    metrics = (await messenger.harness.client.get("/metrics")).text
    assert 'yimen_notify_gateway_weight{gateway="sms"} 0.0' in metrics
    context = messenger.harness.service.context
    context.gateways = {**context.gateways, "sms": context.gateways["sms2"]}  # it answers again
    messenger.harness.clock.advance(SHUNNED)
    await tell(messenger, "C99")
    (first, _) = await gateways(messenger)
    assert (first["weight_now"], first["failures"], first["shunned_until"]) == (1, 0, None)


async def gateways(messenger: Messenger) -> Any:
    answer = await messenger.harness.client.get("/gateways", headers=messenger.harness.as_(Role.OPERATOR))
    assert answer.status_code == 200
    return answer.json()


# -- receipts ----------------------------------------------------------------------------------------------------------


async def receipt(messenger: Messenger, gateway: SmsGateway, message_id: object, status: str = "delivered") -> bool:
    row: Any = {"id": message_id, "status": status}
    return await gateway._send_receipt(messenger.harness.client, row)


async def test_only_a_gateway_that_was_given_a_message_speaks_of_it(messenger: Messenger) -> None:
    await tell(messenger)
    row = await only(messenger)
    assert not await receipt(messenger, messenger.other, row["id"])
    assert (await only(messenger))["state"] == "sent"
    assert await receipt(messenger, messenger.gateway, row["id"])
    assert (await only(messenger))["state"] == "delivered"


async def test_no_gateway_signs_for_another(messenger: Messenger) -> None:
    await tell(messenger)
    row = await only(messenger)
    messenger.other._receipt_url = messenger.gateway._receipt_url
    assert not await receipt(messenger, messenger.other, row["id"])
    messenger.other._receipt_url = "http://hall.test/sms/receipts/nobody"
    assert not await receipt(messenger, messenger.other, row["id"])
    assert (await only(messenger))["state"] == "sent"


async def test_of_two_gateways_that_may_have_it_the_first_final_status_wins(messenger: Messenger) -> None:
    breaks_off(messenger, "sms", httpx.ReadTimeout)
    await tell(messenger)
    for seconds in DOUBTFUL[: DOUBTS - 1]:
        await messenger.after(seconds=seconds)
    row = await only(messenger)
    assert row["gateway"] == "sms2"
    assert await receipt(messenger, messenger.gateway, row["id"], "delivered"), "it had it after all"
    assert await receipt(messenger, messenger.other, row["id"], "failed"), "late, and harmless"
    assert (await only(messenger))["state"] == "delivered"
    assert len(await messenger.harness.events(MessageDelivered)) == 1
    assert await messenger.harness.events(MessageFailed) == []
    assert messenger.harness.clock.now() - MONDAY_NINE < timedelta(hours=1)
