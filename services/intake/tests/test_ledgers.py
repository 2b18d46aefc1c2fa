"""The ledgers of acceptance and of service (S15): what they show, to whom, page by page and as a sheet."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest

from services.intake.api import ledgers
from services.intake.api.sheets import COLUMNS, safe
from services.intake.queries import calendar
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import COMMITTED, INSTANT, JOINT, MONDAY
from yimen.web import Role
from yimen.worktime import YearPlan, end_of_day

SERVED = {"way": "pick_up", "receiver": "张三"}


async def read(hall: Hall, ledger: str, by: dict[str, str] | None = None, **query: str) -> dict[str, Any]:
    answer = await hall.client.get(f"/ledgers/{ledger}", params=query, headers=by or hall.clerk)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def numbers(hall: Hall, ledger: str, by: dict[str, str] | None = None, **query: str) -> list[str]:
    return [line["case_number"] for line in (await read(hall, ledger, by, **query))["items"]]


async def sheet(hall: Hall, ledger: str, **query: str) -> list[dict[str, str]]:
    answer = await hall.client.get(f"/ledgers/{ledger}.csv", params=query, headers=hall.clerk)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf"), "without the mark a spreadsheet shows Chinese as rubbish"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def decided(hall: Hall) -> str:
    number = await hall.accepted(INSTANT)
    assert (await hall.step(number, "decision", {"outcome": "granted"})).status_code == 200
    return number


async def served(hall: Hall) -> str:
    number = await decided(hall)
    assert (await hall.step(number, "service", SERVED)).status_code == 200
    return number


async def test_a_line_shows_what_the_paper_ledger_shows_and_no_whole_identification(hall: Hall) -> None:
    number = await served(hall)
    answer = await hall.client.get("/ledgers/acceptance", headers=hall.clerk)
    (line,) = answer.json()["items"]
    expected = {
        "case_number": number,
        "received_on": "2026-09-28",
        "applicant_name": "张三",
        "masked_id": "1101**********002X",
        "item_name": INSTANT.name,
        "kind": "instant",
        "department_name": "自然资源和规划局",
        "promised_due": {"on": "2026-09-28", "provisional": False},
        "outcome": "granted",
        "licence_number": "证字〔2026〕1号",
        "service_way": "大厅自取",
        "receiver": "张三",
        "served_at": "2026-09-28T01:00:00Z",
        "serve_by": {"on": "2026-10-16", "provisional": False},
    }
    assert {name: line[name] for name in expected} == expected
    assert [paper["number"] for paper in line["documents"]] == [
        f"{mark}〔2026〕1号" for mark in ("收字", "受字", "准字", "送字")
    ]
    assert ZHANG not in answer.text
    assert "13800000000" not in answer.text


async def test_the_promised_date_of_a_line_is_the_cases_own_with_its_pauses(hall: Hall) -> None:
    number = await hall.accepted(JOINT)
    await hall.hear(hall.received(number, "fire"), hall.paused(number, "fire"))
    assert (await read(hall, "acceptance"))["items"][0]["promised_due"] is None
    hall.harness.clock.advance(timedelta(days=2))
    await hall.hear(hall.resumed(number, "fire"))
    (line,) = (await read(hall, "acceptance"))["items"]
    assert line["promised_due"] == (await hall.case(number))["promised_due"] is not None


@pytest.mark.rule("R35")
async def test_a_ledgers_dates_follow_a_plan_that_another_replica_revised(hall: Hall) -> None:
    await hall.accepted(COMMITTED)
    (before,) = (await read(hall, "acceptance"))["items"]
    day = date.fromisoformat(before["promised_due"]["on"])
    plan = YearPlan(2026, frozenset({day}), frozenset(), 99)
    async with hall.harness.units.begin() as unit:
        await calendar.add_plan(unit, plan, {"id": "admin", "name": "章有序"})
    (after,) = (await read(hall, "acceptance"))["items"]
    assert after["promised_due"] != before["promised_due"]


async def test_every_application_stands_in_the_ledger_of_acceptance_decisions_only_in_that_of_service(
    hall: Hall,
) -> None:
    waiting, refused, due, done = (
        await hall.submitted(),
        await hall.submitted(),
        await decided(hall),
        await served(hall),
    )
    await hall.step(refused, "refusal", {"ground": "not_a_licence_matter", "reasons": "不属于许可事项"})
    assert sorted(await numbers(hall, "acceptance")) == sorted([waiting, refused, due, done])
    assert sorted(await numbers(hall, "service")) == sorted([due, done])


async def test_a_decision_that_waits_for_its_service_has_no_receiver(hall: Hall) -> None:
    await decided(hall)
    (line,) = (await read(hall, "service"))["items"]
    assert (line["state"], line["served_at"], line["service_way"], line["receiver"]) == ("decided", None, None, None)


async def test_lines_are_chosen_by_kind_and_state_together_or_alone(hall: Hall) -> None:
    waiting, accepted, due, done = (
        await hall.submitted(),
        await hall.accepted(COMMITTED),
        await decided(hall),
        await served(hall),
    )
    assert await numbers(hall, "acceptance", kind="joint") == [waiting]
    assert await numbers(hall, "acceptance", state="accepted") == [accepted]
    assert await numbers(hall, "acceptance", state="accepted", kind="joint") == []
    assert await numbers(hall, "service", state="closed") == [done]
    assert await numbers(hall, "service", state="decided", kind="instant") == [due]
    assert await numbers(hall, "service", kind="joint") == []
    assert await numbers(hall, "service", state="submitted") == [], "nothing undecided is ever served"


async def test_days_are_those_of_shanghai_from_their_first_to_their_last_minute(hall: Hall) -> None:
    hall.harness.clock.move_to(end_of_day(date(2026, 9, 29)) - timedelta(minutes=1))
    last_minute = await hall.submitted()
    hall.harness.clock.move_to(end_of_day(date(2026, 9, 29)))
    next_day = await hall.submitted()
    assert await numbers(hall, "acceptance", **{"from": "2026-09-29", "to": "2026-09-29"}) == [last_minute]
    assert await numbers(hall, "acceptance", **{"from": "2026-09-30"}) == [next_day]
    assert await numbers(hall, "acceptance", to="2026-09-28") == []


async def test_a_period_that_ends_before_it_begins_is_refused(hall: Hall) -> None:
    for path in ("/ledgers/acceptance", "/ledgers/service.csv", "/results"):
        query = {"from": "2026-09-29", "to": "2026-09-28"}
        answer = await hall.client.get(path, params=query, headers=hall.clerk)
        assert (answer.status_code, answer.json()["code"]) == (422, "period-backwards")


@pytest.mark.parametrize("ledger", ["acceptance", "service"])
async def test_staff_read_their_own_departments_lines_and_overseers_all(hall: Hall, ledger: str) -> None:
    number = await served(hall)
    chief = hall.harness.as_(Role.CHIEF_REPRESENTATIVE, departments=["planning"], id="chief")
    overseers = [hall.harness.as_(role, id="o") for role in (Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN)]
    several = hall.harness.as_(Role.WINDOW_CLERK, departments=["fire", "planning", "health"], id="all")
    for reader in (hall.clerk, chief, several, *overseers):
        assert await numbers(hall, ledger, reader) == [number]
        assert await numbers(hall, ledger, reader, department="planning") == [number]
    assert await numbers(hall, ledger, hall.stranger) == []
    for path in (f"/ledgers/{ledger}", f"/ledgers/{ledger}.csv"):
        foreign = await hall.client.get(path, params={"department": "planning"}, headers=hall.stranger)
        assert foreign.status_code == 403
        assert (await hall.client.get(path, headers=hall.citizen)).status_code == 403


@pytest.mark.parametrize("ledger", ["acceptance", "service"])
async def test_a_ledger_is_read_page_by_page_without_gap_or_double(hall: Hall, ledger: str) -> None:
    made = []
    for turn in range(5):
        made.append(await served(hall))
        hall.harness.clock.advance(timedelta(minutes=turn % 2))
    read_so_far: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    for size in (2, 2, 1):
        page = await read(hall, ledger, hall.supervisor, **query)
        assert len(page["items"]) == size
        read_so_far += [line["case_number"] for line in page["items"]]
        query["after"] = page["next"]
    assert query["after"] is None
    assert read_so_far == sorted(made)


async def test_a_sheet_has_the_lines_of_all_pages_under_chinese_headings(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "PAGE", 2)
    made = [await served(hall) for _ in range(4)]
    for ledger in ("acceptance", "service"):
        rows = await sheet(hall, ledger)
        assert [row["办件编号"] for row in rows] == sorted(made)
        assert list(rows[0]) == list(COLUMNS)
        assert (rows[0]["办件类型"], rows[0]["办理结果"], rows[0]["送达方式"]) == ("即办件", "准予许可", "大厅自取")
        assert rows[0]["文书"].startswith("收字〔2026〕")
        assert rows[0]["收件时间"] == "2026-09-28 09:00"


async def test_a_sheet_takes_the_same_filters(hall: Hall) -> None:
    number = await hall.submitted()
    await served(hall)
    rows = await sheet(hall, "acceptance", state="submitted", kind="joint", **{"from": "2026-09-01"})
    assert [row["办件编号"] for row in rows] == [number]
    assert await sheet(hall, "acceptance", to="2026-09-27") == []


async def test_a_sheet_holds_a_month_at_most(hall: Hall) -> None:
    answers = {}
    for first, last in [("2026-08-01", "2026-08-31"), ("2026-08-01", "2026-09-01")]:
        query = {"from": first, "to": last}
        answer = await hall.client.get("/ledgers/acceptance.csv", params=query, headers=hall.clerk)
        answers[last] = answer.status_code
    assert answers == {"2026-08-31": 200, "2026-09-01": 422}
    assert answer.json()["code"] == "period-too-long"


@pytest.mark.parametrize(("query", "named"), [({}, "20260901-20260928"), ({"from": "2026-07-15"}, "20260715-20260814")])
async def test_a_sheets_name_says_which_days_it_holds(hall: Hall, query: dict[str, str], named: str) -> None:
    answer = await hall.client.get("/ledgers/service.csv", params=query, headers=hall.clerk)
    assert answer.headers["content-disposition"].endswith(f"{named}.csv")


@pytest.mark.parametrize("formula", ["=1+1", "+8613800000000", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_as_a_formula_is_text(formula: str) -> None:
    assert safe(formula) == f"'{formula}"
    assert safe(f"甲{formula}") == f"甲{formula}"


async def test_an_applicants_name_is_never_a_formula_in_a_sheet(hall: Hall) -> None:
    name = '=HYPERLINK("http://x","甲,乙")'
    applicant = {"type": "person", "name": name, "id_number": ZHANG, "phone": "13800000000"}
    await hall.submitted(applicant=applicant)
    (row,) = await sheet(hall, "acceptance")
    assert row["申请人"] == f"'{name}"


async def test_service_is_remembered_by_the_case(hall: Hall) -> None:
    await served(hall)
    (line,) = (await read(hall, "service", state="closed"))["items"]
    assert (line["served_at"], line["ended_at"]) == (f"{MONDAY:%Y-%m-%dT%H:%M:%SZ}",) * 2
