"""Licences over HTTP: checked by anybody, listed for their holders, renewed in time or by law."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from services.intake.queries import licences
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import COMMITTED, INSTANT
from yimen.contracts.intake import CaseDecided, CaseLicenceIssued, CaseSubmitted, ReviewCancelled
from yimen.contracts.parts import Opinion
from yimen.worktime import end_of_day, local_date

LAST = date(2031, 9, 27)
"""Five years from the hall's Monday."""
ENDS = end_of_day(LAST)
IN_TIME = datetime(2031, 8, 1, 1, tzinfo=UTC)


async def issued(hall: Hall) -> str:
    number = await hall.accepted(COMMITTED)
    await hall.hear(hall.decided(number, "planning"))
    licence: str = (await hall.case(number))["licence"]["number"]
    return licence


async def check(hall: Hall, number: str) -> Any:
    return await hall.client.get(f"/licences/{quote(number, safe='')}")


async def renewing(hall: Hall, licence: str, at: datetime = IN_TIME) -> str:
    hall.harness.clock.move_to(at)
    answer = await hall.apply(COMMITTED, renews=licence)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case_number"])


async def test_anybody_checks_a_licence_by_its_number(hall: Hall) -> None:
    number = await issued(hall)
    assert number == "证字〔2026〕1号"
    answer = await check(hall, number)
    assert answer.json() == {
        "licence_number": number,
        "licence_name": "样例许可证",
        "item_code": COMMITTED.code,
        "item_name": COMMITTED.name,
        "holder": "张*",
        "valid_from": "2026-09-28",
        "valid_until": "2031-09-27",
        "validity": "有效",
        "renewed_by": None,
    }
    assert not any(secret in answer.text for secret in (ZHANG, "1101", "13800000000", "张三"))


@pytest.mark.parametrize("typed", ["证字[2026]1号", "证字【2026】１号", " 证字（2026）1号 "])
async def test_brackets_as_people_type_them_are_read(hall: Hall, typed: str) -> None:
    await issued(hall)
    assert (await check(hall, typed)).json()["licence_number"] == "证字〔2026〕1号"


@pytest.mark.parametrize("typed", ["证字〔2026〕2号", "1", "证字〔2026〕号", "' OR 1=1 --", "证字〔2026〕1号x"])
async def test_what_is_no_licence_is_not_found(hall: Hall, typed: str) -> None:
    await issued(hall)
    answer = await check(hall, typed)
    assert (answer.status_code, answer.json()["title"]) == (404, "没有找到该许可证")


async def test_a_licence_is_good_to_the_end_of_its_last_day(hall: Hall) -> None:
    number = await issued(hall)
    hall.harness.clock.move_to(ENDS - timedelta(minutes=1))
    assert (await check(hall, number)).json()["validity"] == "有效"
    hall.harness.clock.move_to(ENDS)
    assert (await check(hall, number)).json()["validity"] == "已到期"


async def test_a_body_is_named_in_full(hall: Hall) -> None:
    body = {"type": "organisation", "name": "某县某公司", "id_number": "91360722MA35K8XQ2K", "phone": "13800000000"}
    number = await hall.submitted(INSTANT, applicant=body)
    await hall.step(number, "acceptance")
    shown = (await hall.step(number, "decision", {"outcome": "granted"})).json()
    assert (await check(hall, shown["licence"]["number"])).json()["holder"] == "某县某公司"


async def test_holders_see_the_licences_of_their_own_cases_newest_first(hall: Hall) -> None:
    first = await issued(hall)
    hall.harness.clock.advance(timedelta(days=1))
    second = await issued(hall)
    mine = (await hall.client.get("/my/licences", headers=hall.citizen)).json()
    assert [(one["licence_number"], one["holder"], one["validity"]) for one in mine] == [
        (second, "张三", "有效"),
        (first, "张三", "有效"),
    ]
    assert mine[0]["case_number"]
    assert (await hall.client.get("/my/licences", headers=hall.neighbour)).json() == []
    assert (await hall.client.get("/my/licences", headers=hall.clerk)).status_code == 403


@pytest.mark.rule("R32")
async def test_the_receipt_says_whether_the_law_protects_the_renewal(hall: Hall) -> None:
    licence = await issued(hall)
    assert (await hall.apply(COMMITTED)).json()["renewal_right"] is None
    hall.harness.clock.move_to(end_of_day(date(2031, 8, 17)) - timedelta(minutes=1))
    told = (await hall.apply(COMMITTED, renews=licence)).json()
    assert told["renewal_right"] is True
    await hall.step(told["case_number"], "withdrawal", {"reasons": "改日再来"}, by=hall.citizen)
    hall.harness.clock.advance(timedelta(minutes=1))
    late = (await hall.apply(COMMITTED, renews=licence)).json()
    assert late["renewal_right"] is False
    said = (await hall.harness.events(CaseSubmitted))[-1]
    assert said.renews == licence
    shown = await hall.case(late["case_number"])
    assert (shown["renews"], shown["renewal_due"]) == (licence, None)


@pytest.mark.rule("R32")
async def test_in_the_last_minute_not_yet_and_in_the_next_the_licence_is_renewed_by_law(hall: Hall) -> None:
    licence = await issued(hall)
    number = await renewing(hall, licence)
    await hall.step(number, "acceptance")
    hall.harness.clock.move_to(ENDS - timedelta(minutes=1))
    await hall.harness.fire_timers()
    assert (await hall.case(number))["state"] == "accepted"
    hall.harness.clock.move_to(ENDS + timedelta(hours=5))
    assert await hall.harness.fire_timers() == 1
    shown = await hall.case(number)
    assert (shown["state"], shown["outcome"], shown["decided_at"]) == ("decided", "granted", "2031-09-27T16:00:00Z")
    assert shown["serve_by"]["on"] == str(hall.harness.service.context.rules.calendar.add(local_date(ENDS), 10).date)
    (cancelled,) = await hall.harness.events(ReviewCancelled)
    assert cancelled.case_number == number
    new = shown["licence"]
    assert (new["number"], new["valid_from"], new["renews"]) == ("证字〔2031〕1号", "2031-09-28", licence)
    old = (await check(hall, licence)).json()
    assert (old["validity"], old["renewed_by"]) == ("已延续", new["number"])
    assert (await check(hall, new["number"])).json()["validity"] == "有效"
    served = await hall.step(number, "service", {"way": "pick_up", "receiver": "张三"})
    assert served.json()["state"] == "closed"


@pytest.mark.rule("R32", "R49")
async def test_a_departments_word_after_the_renewal_by_law_is_kept_and_changes_nothing(hall: Hall) -> None:
    number = await renewing(hall, await issued(hall))
    await hall.step(number, "acceptance")
    hall.harness.clock.move_to(ENDS)
    await hall.harness.fire_timers()
    before = await hall.case(number)
    await hall.hear(hall.decided(number, "planning", Opinion.REFUSE, "不再符合"))
    after = await hall.case(number)
    assert [answer["late"] for answer in after["reviews"][0]["answers"]] == [True]
    assert after["version"] == before["version"]


@pytest.mark.rule("R32")
async def test_a_renewal_that_is_decided_in_time_is_not_decided_again_by_law(hall: Hall) -> None:
    licence = await issued(hall)
    number = await renewing(hall, licence)
    await hall.step(number, "acceptance")
    await hall.hear(hall.decided(number, "planning", Opinion.REFUSE, "不再符合"))
    hall.harness.clock.move_to(ENDS)
    assert await hall.harness.fire_timers() == 0
    decided = [event for event in await hall.harness.events(CaseDecided) if event.case_number == number]
    assert [event.outcome for event in decided] == ["denied"]
    assert (await check(hall, licence)).json()["validity"] == "已到期"


@pytest.mark.rule("R32")
async def test_granted_before_the_old_one_ends_the_new_licence_waits_for_its_first_day(hall: Hall) -> None:
    number = await renewing(hall, await issued(hall))
    await hall.step(number, "acceptance")
    await hall.hear(hall.decided(number, "planning"))
    new = (await hall.case(number))["licence"]
    assert (new["number"], new["valid_from"], new["valid_until"]) == ("证字〔2031〕1号", "2031-09-28", "2036-09-27")
    assert (await check(hall, new["number"])).json()["validity"] == "尚未生效"


@pytest.mark.rule("R32")
async def test_of_two_applications_for_one_renewal_one_is_refused(hall: Hall) -> None:
    licence = await issued(hall)
    hall.harness.clock.move_to(IN_TIME)
    answers = await asyncio.gather(*(hall.apply(COMMITTED, renews=licence) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "renewal-under-way"}


@pytest.mark.rule("R32")
async def test_whoever_applies_for_a_renewal_holds_the_licence_until_the_application_is_kept(hall: Hall) -> None:
    licence = await issued(hall)

    async def apply() -> object:
        async with hall.harness.units.begin() as unit:
            return await licences.held(unit, licence)

    async with hall.harness.units.begin() as unit:
        assert await licences.held(unit, licence) is not None
        other = asyncio.create_task(apply())
        for _ in range(50):
            await unit.execute(select(1))
        assert not other.done()
    assert await other is not None


@pytest.mark.rule("R32")
async def test_what_was_renewed_or_is_anothers_cannot_be_renewed(hall: Hall) -> None:
    licence = await issued(hall)
    other = {"type": "organisation", "name": "某公司", "id_number": "91360722MA35K8XQ2K", "phone": "13800000000"}
    for refused in (
        await hall.apply(COMMITTED, renews=licence, applicant=other),
        await hall.apply(COMMITTED, renews="证字〔2026〕99号"),
        await hall.apply(COMMITTED, renews="没有"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "licence-not-held")
    number = await renewing(hall, licence)
    await hall.step(number, "acceptance")
    await hall.hear(hall.decided(number, "planning"))
    again = await hall.apply(COMMITTED, renews=licence)
    assert (again.status_code, again.json()["code"]) == (409, "licence-renewed")


async def test_licences_are_numbered_by_the_year_of_their_issue(hall: Hall) -> None:
    hall.harness.clock.move_to(datetime(2027, 1, 1, 1, tzinfo=UTC))
    number = await renewing(hall, await issued(hall), datetime(2031, 11, 3, 1, tzinfo=UTC))
    await hall.step(number, "acceptance")
    await hall.hear(hall.decided(number, "planning"))
    old, new = await hall.harness.events(CaseLicenceIssued)
    assert (old.licence_number, old.valid_until) == ("证字〔2027〕1号", date(2031, 12, 31))
    assert (new.licence_number, new.valid_from) == ("证字〔2031〕1号", date(2032, 1, 1))
