"""Supervision orders (督办单): who answers them, who judges, what they number, and what two replicas make of one silence."""

import asyncio
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitor import silences
from services.monitor.alerting import lift
from services.monitor.silences import AT_ONCE
from services.monitor.tests.desk import (
    HEAD,
    OVERSEER,
    answer,
    answer_order,
    get,
    midnight,
    orders,
    post,
    the_alert,
)
from services.monitor.tests.harness import change, message, rows, supervisor, tell
from services.monitor.tests.samples import CHIEF, at, recorded
from yimen.contracts import monitor
from yimen.web import Role

FIRST, SECOND = "DB2026000001", "DB2026000002"
DEMAND = {"department": "planning", "demand": "三日内说明窗口长期缺岗的原因。"}


async def judge(harness, number, act, body, *, version, **more):
    return await post(harness, f"/orders/{number}/{act}", body, Role.SUPERVISOR, version=version, **more)


async def hand_in(harness, **more):
    return await post(harness, "/orders", DEMAND | more, Role.SUPERVISOR, status=201)


# -- answered and judged -----------------------------------------------------------------------------------------------


@pytest.mark.rule("R77")
async def test_the_answer_to_an_order_is_the_answer_to_its_alert_and_the_supervisor_closes_it(blue):
    await midnight(blue, 3, 19)
    shown = await answer_order(blue, FIRST)
    assert (shown["state"], shown["state_text"]) == ("answered", "已反馈，待监察人员审核")
    alert = await the_alert(blue)
    assert (alert["level"], alert["answer"], alert["answered_by"]) == ("yellow", "已经办结。", "王首席")
    closed = await judge(blue, FIRST, "closure", {"result": "情况属实，予以办结。"}, version=2)
    assert (closed["state"], [step["step"] for step in closed["steps"]]) == ("closed", ["answered", "closed"])
    await midnight(blue, 3, 25)
    assert await blue.events(monitor.OrderOverdue) == []


@pytest.mark.rule("R77")
async def test_an_answer_that_does_not_do_goes_back_with_a_limit_of_its_own_and_silence_goes_on_from_there(blue):
    await midnight(blue, 3, 19)
    await answer_order(blue, FIRST)
    back = await judge(blue, FIRST, "return", {"reason": "未说明责任人。"}, version=2)
    assert (back["state"], back["answer_by"]) == ("waiting", "2026-03-24")
    await midnight(blue, 3, 25)
    (overdue,) = await blue.events(monitor.OrderOverdue)
    assert overdue.order_number == FIRST
    assert [(number, stage) for number, stage, _, _ in await orders(blue)] == [(FIRST, 1), (SECOND, 2)]
    assert (await the_alert(blue))["level"] == "yellow", "it was answered: only the order goes on"
    assert len(await blue.events(monitor.AlertEscalated)) == 1


@pytest.mark.rule("R77")
async def test_an_order_is_extended_once_and_in_time(blue):
    await midnight(blue, 3, 19)
    longer = await judge(blue, FIRST, "extension", {"reason": "专家出差。", "days": 2}, version=1)
    assert (longer["answer_by"], longer["extended"]) == ("2026-03-26", True)
    again = await judge(blue, FIRST, "extension", {"reason": "再延。", "days": 2}, version=2, status=409)
    assert again["code"] == "order-extended"
    await midnight(blue, 3, 25)
    assert await blue.events(monitor.OrderOverdue) == []
    blue.clock.move_to(at(3, 27, 0))
    late = await answer_order(blue, FIRST, version=2, status=409)
    assert late["code"] == "order-limit-passed"
    await blue.fire_timers()
    gone = await answer_order(blue, FIRST, version=3, status=409)
    assert "已升级" in gone["detail"]


@pytest.mark.rule("R77")
async def test_the_second_order_is_answered_by_the_head_and_by_nobody_else(blue):
    await midnight(blue, 3, 19)
    await midnight(blue, 3, 25)
    assert (await answer_order(blue, SECOND, status=422))["code"] == "head-called-in"
    shown = await answer_order(blue, SECOND, Role.ORGAN_HEAD)
    assert (shown["answered_by"]["name"], shown["former"]) == (HEAD.name, FIRST)
    assert (await get(blue, f"/orders/{FIRST}"))["state"] == "escalated"


@pytest.mark.rule("R77")
async def test_a_late_answer_that_goes_back_and_a_silence_after_it_is_charged_anew(blue):
    for day in (19, 25, 31):
        await midnight(blue, 3, day)
    await answer_order(blue, SECOND, Role.ORGAN_HEAD, version=2)
    back = await judge(blue, SECOND, "return", {"reason": "未说明责任人。"}, version=3)
    assert (back["overdue"], back["overdue_at"], back["answer_by"]) == (False, None, "2026-04-03")
    await midnight(blue, 4, 4)
    overdue = [one for one in await blue.events(monitor.OrderOverdue) if one.order_number == SECOND]
    assert [one.answer_by for one in overdue] == [date(2026, 3, 30), date(2026, 4, 3)]


@pytest.mark.rule("R77")
async def test_orders_whose_silence_is_entered_do_not_stand_in_the_way_of_others(blue, monkeypatch):
    monkeypatch.setattr(silences, "AT_ONCE", 1)
    for day in (19, 25, 31):
        await midnight(blue, 3, day)
    await hand_in(blue, days=1)
    await midnight(blue, 4, 2)
    assert [one.order_number for one in await blue.events(monitor.OrderOverdue)] == [FIRST, SECOND, "DB2026000003"]


async def test_what_has_not_been_answered_is_not_judged_and_what_is_closed_stays_so(blue):
    await midnight(blue, 3, 19)
    for act, body in (("return", {"reason": "x"}), ("closure", {"result": "x"})):
        assert (await judge(blue, FIRST, act, body, version=1, status=409))["code"] == "order-not-ready"
    await judge(blue, FIRST, "closure", {"result": "x"}, version=7, status=412)
    await answer_order(blue, FIRST)
    await judge(blue, FIRST, "closure", {"result": "办结"}, version=2)
    assert (await answer_order(blue, FIRST, version=3, status=409))["code"] == "order-not-ready"


@pytest.mark.rule("R77")
async def test_the_chiefs_answer_to_an_alert_answers_its_first_order_but_not_the_one_that_calls_the_head_in(blue):
    await midnight(blue, 3, 19)
    await answer(blue, await the_alert(blue))
    assert (await get(blue, f"/orders/{FIRST}"))["state"] == "answered"
    await judge(blue, FIRST, "return", {"reason": "未说明责任人。"}, version=2)
    await midnight(blue, 3, 25)
    assert (await get(blue, f"/orders/{SECOND}"))["state"] == "waiting"
    again = await answer(blue, await the_alert(blue), status=409)
    assert again["code"] == "alert-already-answered"


# -- issued by hand ----------------------------------------------------------------------------------------------------


async def test_the_supervisor_issues_an_order_by_hand_with_its_own_limit_and_silence_calls_the_head_in(blue):
    shown = await hand_in(blue, days=1, about="TS2026000001")
    assert (shown["document"], shown["answer_by"], shown["issued_by"]) == (
        "督字〔2026〕1号",
        "2026-03-16",
        OVERSEER.model_dump(),
    )
    await midnight(blue, 3, 17)
    first, second = await blue.events(monitor.OrderIssued)
    assert (second.former, second.about, second.level) == (first.order_number, "TS2026000001", "red")
    assert await blue.events(monitor.AlertEscalated) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"case_number": "K9"}, "unknown-case"),
        ({"about": "{alert}", "department": "fire"}, "other-department"),
        ({"stage": 3}, "invalid-request"),
        ({"demand": " "}, "invalid-request"),
    ],
)
async def test_an_order_about_what_is_not_there_is_refused(blue, wrong, code):
    mine = (await the_alert(blue))["alert_id"]
    body = DEMAND | {name: mine if value == "{alert}" else value for name, value in wrong.items()}
    assert (await post(blue, "/orders", body, Role.SUPERVISOR, status=422))["code"] == code
    assert await rows(blue, "SELECT * FROM orders") == []


async def test_a_number_that_was_not_used_is_given_to_the_next(blue):
    """The count is part of the transaction: an order that failed leaves no gap."""
    await hand_in(blue)
    await post(blue, "/orders", DEMAND | {"case_number": "K9"}, Role.SUPERVISOR, status=422)
    assert (await hand_in(blue))["order_number"] == SECOND


async def test_numbers_start_anew_each_year(blue):
    await hand_in(blue)
    blue.clock.move_to(at(12, 31).replace(hour=23, minute=59))
    assert (await hand_in(blue))["document"] == "督字〔2026〕2号"
    blue.clock.move_to(at(12, 31).replace(year=2027))
    shown = await hand_in(blue)
    assert (shown["order_number"], shown["document"]) == ("DB2027000001", "督字〔2027〕1号")


# -- lifted ------------------------------------------------------------------------------------------------------------


def decided(alert_id, *, upheld=True):
    return monitor.AppealDecided(
        appeal_number="SS2026000001",
        department="planning",
        case_number="K1",
        target=monitor.AppealTarget.ALERT,
        target_id=alert_id,
        upheld=upheld,
        reasons="网络中断，非窗口责任。",
        decided_by=OVERSEER,
        decided_at=at(3, 20),
    )


@pytest.mark.rule("R76", "R77")
async def test_an_appeal_that_is_upheld_lifts_the_alert_ends_its_order_and_leaves_it_on_record(blue):
    alert = (await the_alert(blue))["alert_id"]
    await midnight(blue, 3, 19)
    heard = recorded([("/monitor", decided(alert), at(3, 20))])
    await tell(blue, *heard, *heard)
    await midnight(blue, 6, 1)
    (lifted,) = await blue.events(monitor.AlertLifted)
    assert (lifted.alert_id, lifted.reason, lifted.lifted_by) == (alert, "网络中断，非窗口责任。", OVERSEER)
    (closed,) = await blue.events(monitor.OrderClosed)
    assert (closed.order_number, closed.closed_by) == (FIRST, None)
    assert await blue.events(monitor.OrderOverdue) == []
    shown = await get(blue, f"/alerts/{alert}")
    assert (shown["level"], shown["former_level"], shown["lifted_reason"]) == ("yellow", "blue", lifted.reason)
    assert [chapter["step"] for chapter in shown["story"]] == [
        *("raised", "escalated", "order_issued", "order_closed", "lifted"),
    ]
    assert (await answer(blue, await the_alert(blue), status=409))["code"] == "alert-lifted"


@pytest.mark.rule("R76")
async def test_an_appeal_that_is_dismissed_changes_nothing(blue):
    alert = (await the_alert(blue))["alert_id"]
    await tell(blue, *recorded([("/monitor", decided(alert, upheld=False), at(3, 20))]))
    assert await blue.events(monitor.AlertLifted) == []
    assert (await the_alert(blue))["lifted_at"] is None


@pytest.mark.rule("R76", "R77")
async def test_a_lifted_alert_never_escalates(blue):
    async with blue.units.begin() as unit:
        assert await lift(unit, (await the_alert(blue))["alert_id"], "日期按新日历相符。", None)
        assert not await lift(unit, (await the_alert(blue))["alert_id"], "又一次", None)
    await midnight(blue, 3, 19)
    assert await orders(blue) == []


# -- heard again, and by two -------------------------------------------------------------------------------------------


async def life(blue):
    """Escalated, answered late, returned, silent again."""
    await midnight(blue, 3, 19)
    await answer_order(blue, FIRST)
    await judge(blue, FIRST, "return", {"reason": "未说明责任人。"}, version=2)
    await midnight(blue, 3, 25)
    await answer_order(blue, SECOND, Role.ORGAN_HEAD)
    await judge(blue, SECOND, "closure", {"result": "办结"}, version=2)


async def state(harness):
    return [await rows(harness, f"SELECT * FROM {table}") for table in ("alerts", "orders", "order_steps", "counters")]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
async def test_its_own_words_heard_twice_and_in_any_order_change_nothing(blue, data):
    if not await rows(blue, "SELECT * FROM orders"):
        await life(blue)
    before, said = await state(blue), await blue.emitted()
    kinds = (monitor.AlertEvent, monitor.OrderEvent)
    stream = [message(one) for one in recorded(("/monitor", event, at(3, 25)) for _, event in said)]
    own = [one for one, (_, event) in zip(stream, said, strict=True) if isinstance(event, kinds)]
    await blue.process(data.draw(st.permutations([*own, *own])))
    await blue.fire_timers()
    assert await state(blue) == before
    assert len(await blue.emitted()) == len(said)


@pytest.mark.real
@pytest.mark.rule("R77")
async def test_two_replicas_make_one_order_of_each_silence_without_a_gap_in_the_numbers(postgres_database):
    url, many = postgres_database(), 2 * AT_ONCE + 7
    async with supervisor(url, at(3, 13, 0)) as one, supervisor(url, at(3, 13, 0)) as other:
        await change(one, SILENT.format(many=many))
        for harness in (one, other):
            harness.clock.move_to(at(3, 19, 0))
        await asyncio.gather(*(harness.fire_timers() for harness in (one, other, one)))
        issued = await rows(one, "SELECT number, about FROM orders ORDER BY number")
        assert [row["number"] for row in issued] == [f"DB2026{n:06}" for n in range(1, many + 1)]
        assert len({row["about"] for row in issued}) == many
        assert len(await one.events(monitor.AlertEscalated)) == many


SILENT = """INSERT INTO alerts (alert_id, case_number, rung, department, level, rule, reason, raised_at, answer_by, version)
    SELECT 'A' || n, 'K' || n, 'pre-alert', 'fire', 'blue', 'R70', '即将届满。', '2026-03-13', '2026-03-18', 1
    FROM generate_series(1, {many}) AS n"""


@pytest.mark.real
@pytest.mark.rule("R77")
async def test_an_answer_at_midnight_and_the_sweep_meet_at_the_alert(postgres_database):
    """Whichever comes first: one order, and both answered."""
    url = postgres_database()
    async with supervisor(url, at(3, 13, 0)) as one, supervisor(url, at(3, 13, 0)) as other:
        await change(one, SILENT.format(many=1))
        for harness in (one, other):
            harness.clock.move_to(at(3, 19, 0))
        headers = other.as_(Role.CHIEF_REPRESENTATIVE, departments=["fire"], id=CHIEF.id) | {"If-Match": '"1"'}
        asked = other.client.post("/alerts/A1/answer", json={"answer": "今日办结。"}, headers=headers)
        told, _ = await asyncio.gather(asked, one.fire_timers())
        assert told.status_code in (200, 412)
        assert len(await orders(one)) == 1
        (row,) = await rows(one, "SELECT answered_at, level FROM alerts")
        assert ((row["answered_at"] is not None), row["level"]) == (told.status_code == 200, "yellow")
        assert date(2026, 3, 24) == (await orders(one))[0][3]
