"""Items of limited quantity: first accepted, first granted, on a real database."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from services.intake import tables
from services.intake.publishing import publish
from services.intake.queries import quotas
from services.intake.tests.hall import Hall
from services.intake.tests.samples import COMMITTED, ORGAN
from yimen.contracts.intake import CaseDecided, CaseLicenceIssued, CaseQueued
from yimen.contracts.parts import Opinion, Outcome
from yimen.worktime import end_of_day

CODE = f"{ORGAN}000107777777"
SILENCE_ACCEPTS = end_of_day(date(2026, 10, 10))


async def limited(hall: Hall, quota: int = 1) -> None:
    item = COMMITTED.model_copy(update={"code": CODE, "name": "限量事项", "quota": quota, "quantity": "每年限量"})
    async with hall.harness.units.begin() as unit:
        await publish(unit, [item])


async def accepted(hall: Hall, times: int) -> list[str]:
    """A minute apart, so that who came first is plain."""
    item = COMMITTED.model_copy(update={"code": CODE})
    numbers = []
    for _ in range(times):
        numbers.append(await hall.accepted(item))
        hall.harness.clock.advance(timedelta(minutes=1))
    return numbers


async def submitted(hall: Hall) -> str:
    number = await hall.submitted(COMMITTED.model_copy(update={"code": CODE}))
    hall.harness.clock.advance(timedelta(minutes=1))
    return number


async def consent(hall: Hall, *numbers: str) -> None:
    for number in numbers:
        await hall.hear(hall.decided(number, "planning"))
        await hall.harness.fire_timers()


async def granted(hall: Hall) -> list[str]:
    return [event.case_number for event in await hall.harness.events(CaseLicenceIssued)]


async def outcomes(hall: Hall) -> dict[str, Outcome]:
    events = await hall.harness.events(CaseDecided)
    assert max(Counter(event.case_number for event in events).values(), default=1) == 1
    return {event.case_number: event.outcome for event in events}


async def used(hall: Hall) -> dict[int, int]:
    async with hall.harness.units.view() as view:
        rows = await view.execute(select(tables.quotas).where(tables.quotas.c.item_code == CODE))
        return {row.year: row.used for row in rows}


@pytest.mark.rule("R15")
async def test_who_was_accepted_later_and_reviewed_sooner_waits_and_is_told_so(hall: Hall) -> None:
    await limited(hall)
    told = (await hall.apply(COMMITTED.model_copy(update={"code": CODE}))).json()
    hall.harness.clock.advance(timedelta(minutes=1))
    second = (await hall.apply(COMMITTED.model_copy(update={"code": CODE}))).json()
    for number in (told["case_number"], second["case_number"]):
        await hall.step(number, "acceptance")
    await consent(hall, second["case_number"])
    (queued,) = await hall.harness.events(CaseQueued)
    assert (queued.case_number, queued.ahead) == (second["case_number"], 1)
    password = {"Query-Password": second["query_password"]}
    shown = (await hall.client.get(f"/progress/{second['case_number']}", headers=password)).json()
    assert (shown["state"], shown["outcome"], shown["by"]) == ("审查完毕，排队等候决定", None, None)
    assert "先后" in shown["next"]
    assert (await hall.case(second["case_number"]))["state_words"] == shown["state"]
    await consent(hall, told["case_number"])
    assert await granted(hall) == [told["case_number"]]
    denied = (await outcomes(hall))[second["case_number"]]
    assert denied is Outcome.DENIED
    assert len(await hall.harness.events(CaseQueued)) == 1


@pytest.mark.rule("R15")
async def test_a_denial_for_want_of_quantity_says_so_with_its_article(hall: Hall) -> None:
    await limited(hall)
    first, second = await accepted(hall, 2)
    await consent(hall, first, second)
    (denied,) = [event for event in await hall.harness.events(CaseDecided) if event.case_number == second]
    assert denied.reasons.startswith("数量已满")
    assert "行政复议" in denied.reasons
    assert "第五十七条" in denied.legal_basis


@pytest.mark.rule("R15")
@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_whatever_the_order_of_answers_the_first_accepted_are_granted(hall: Hall, order: tuple[int, ...]) -> None:
    await limited(hall, 2)
    numbers = await accepted(hall, 3)
    await consent(hall, *(numbers[place] for place in order))
    assert await granted(hall) == numbers[:2]
    assert (await outcomes(hall))[numbers[2]] is Outcome.DENIED
    assert await used(hall) == {2026: 2}


@pytest.mark.rule("R15")
async def test_two_that_end_in_the_same_moment_do_not_both_get_the_last_one(hall: Hall) -> None:
    await limited(hall)
    numbers = await accepted(hall, 4)
    await asyncio.gather(*(hall.hear(hall.decided(number, "planning")) for number in numbers))
    hall.harness.clock.advance(timedelta(minutes=1))
    await hall.harness.fire_timers()
    assert await granted(hall) == numbers[:1]
    assert Counter((await outcomes(hall)).values()) == {Outcome.GRANTED: 1, Outcome.DENIED: 3}
    assert await used(hall) == {2026: 1}
    assert await hall.harness.parked() == []


@pytest.mark.rule("R15")
async def test_whoever_looks_at_the_quota_holds_it_until_what_was_decided_is_kept(hall: Hall) -> None:
    async def look() -> int:
        async with hall.harness.units.begin() as unit:
            return await quotas.hold(unit, CODE, 2026)

    assert await look() == 0
    async with hall.harness.units.begin() as unit:
        await quotas.hold(unit, CODE, 2026)
        other = asyncio.create_task(look())
        await quotas.use(unit, CODE, 2026)
        for _ in range(50):
            await unit.execute(select(1))
        assert not other.done()
    assert await other == 1


@pytest.mark.rule("R15")
async def test_one_that_leaves_and_one_that_begins_to_wait_in_the_same_moment_never_miss_each_other(hall: Hall) -> None:
    await limited(hall)
    for _ in range(3):
        first, second = await accepted(hall, 2)
        leaving = hall.step(first, "withdrawal", {"reasons": "不办了"}, by=hall.citizen, version=2)
        await asyncio.gather(leaving, hall.hear(hall.decided(second, "planning")))
        hall.harness.clock.advance(timedelta(minutes=1))
        await hall.harness.fire_timers()
        assert second in await outcomes(hall)


@pytest.mark.rule("R15")
@pytest.mark.parametrize("how", ["denied", "withdrawn", "refused", "corrected"])
async def test_when_the_one_before_makes_way_the_next_is_decided(hall: Hall, how: str) -> None:
    await limited(hall)
    first = await submitted(hall)
    (second,) = await accepted(hall, 1)
    await consent(hall, second)
    assert await granted(hall) == [], "silence would still accept the first as of its receipt"
    if how == "denied":
        await hall.step(first, "acceptance")
        await hall.hear(hall.decided(first, "planning", Opinion.REFUSE, "不符合"))
    elif how == "withdrawn":
        await hall.step(first, "withdrawal", {"reasons": "不办了"}, by=hall.citizen)
    elif how == "refused":
        await hall.step(first, "refusal", {"ground": "not_a_licence_matter", "reasons": "不属于许可事项"})
    else:
        await hall.step(first, "correction", {"requested": [{"code": "01", "reason": "未签名"}]})
    await hall.harness.fire_timers()
    assert await granted(hall) == [second]
    (decided,) = [event for event in await hall.harness.events(CaseDecided) if event.case_number == second]
    assert decided.decided_at == hall.now


@pytest.mark.rule("R05", "R15")
async def test_silence_at_the_door_keeps_the_place_of_the_day_of_receipt(hall: Hall) -> None:
    await limited(hall)
    first = await submitted(hall)
    (second,) = await accepted(hall, 1)
    await consent(hall, second)
    hall.harness.clock.move_to(SILENCE_ACCEPTS - timedelta(minutes=1))
    await hall.harness.fire_timers()
    assert await granted(hall) == []
    hall.harness.clock.move_to(SILENCE_ACCEPTS)
    await hall.harness.fire_timers()
    await consent(hall, first)
    assert await granted(hall) == [first]
    assert (await outcomes(hall))[second] is Outcome.DENIED


@pytest.mark.rule("R15")
async def test_accepted_on_a_later_day_than_received_is_to_stand_behind(hall: Hall) -> None:
    await limited(hall)
    first = await submitted(hall)
    (second,) = await accepted(hall, 1)
    await consent(hall, second)
    hall.harness.clock.advance(timedelta(days=1))
    await hall.step(first, "acceptance")
    await hall.harness.fire_timers()
    assert await granted(hall) == [second]


@pytest.mark.rule("R15", "R54")
async def test_who_still_has_to_pay_keeps_the_place_and_whoever_finds_nothing_left_is_not_made_to_pay(
    hall: Hall,
) -> None:
    await limited(hall)
    first, second, third = await accepted(hall, 3)
    for number in (first, second):
        await hall.hear(hall.listed(number, "planning", f"L-{number}"))
    await consent(hall, third, second, first)
    assert await granted(hall) == []
    assert [event.case_number for event in await hall.harness.events(CaseQueued)] == [third]
    await hall.hear(hall.cleared(first))
    await hall.harness.fire_timers()
    assert await granted(hall) == [first]
    assert (await outcomes(hall)) == {first: Outcome.GRANTED, second: Outcome.DENIED, third: Outcome.DENIED}


@pytest.mark.rule("R15")
async def test_a_new_year_has_its_own_grants_and_counts_by_the_day_of_the_decision(hall: Hall) -> None:
    await limited(hall)
    hall.harness.clock.move_to(datetime(2026, 12, 31, 1, tzinfo=UTC))
    first, second, third = await accepted(hall, 3)
    await consent(hall, first)
    answer = hall.decided(second, "planning")
    hall.harness.clock.move_to(datetime(2026, 12, 31, 16, tzinfo=UTC))
    await hall.hear(answer)
    assert (await outcomes(hall))[second] is Outcome.DENIED, "answered on the last day of the old year"
    await consent(hall, third)
    assert await granted(hall) == [first, third]
    assert await used(hall) == {2026: 1, 2027: 1}
