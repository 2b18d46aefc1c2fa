"""A department's own log is brought, told case by case, and watched like everything else."""

import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitor import importing
from services.monitor.domain.legacy import case_number
from services.monitor.domain.views import Recorded
from services.monitor.tests.harness import rows, supervisor, tell
from services.monitor.tests.logs import MAPPING, line, log
from services.monitor.tests.samples import NUMBER, at, recorded, submitted
from yimen.contracts import monitor
from yimen.testing import Harness
from yimen.web import Role

NOON = at(3, 16, 12)


def number(own: str) -> str:
    return case_number("planning", own)


async def map_columns(harness: Harness, status: int = 200, **changes: object):
    headers = harness.as_(Role.CHIEF_REPRESENTATIVE, departments=["planning"])
    answer = await harness.client.put("/imports/mappings/planning", json=MAPPING | changes, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def bring(harness, *lines, status=201, raw=None, query="", role=Role.INTEGRATOR, **who):
    headers = harness.as_(role, **({"departments": ["planning"]} | who)) | {"Content-Type": "text/csv"}
    answer = await harness.client.post(
        f"/imports?{query}", content=log(*lines) if raw is None else raw, headers=headers
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def get(harness, path, role=Role.SUPERVISOR, status=200, **who):
    answer = await harness.client.get(path, headers=harness.as_(role, **who))
    assert answer.status_code == status, answer.text
    return answer.json()


async def hear(harness):
    """What was told comes back over the bus."""
    said = [(meta, event) for meta, event in await harness.emitted() if isinstance(event, monitor.OutsideReported)]
    await harness.fire_timers()
    later = [(meta, event) for meta, event in await harness.emitted() if isinstance(event, monitor.OutsideReported)]
    await tell(harness, *(Recorded(meta, event) for meta, event in later[len(said) :]))
    return [event for _, event in later[len(said) :]]


@pytest.fixture
async def hall(database_url):
    async with supervisor(database_url, NOON) as harness:
        await map_columns(harness)
        yield harness


@pytest.mark.rule("R82")
async def test_each_good_line_is_told_as_a_case_and_each_bad_one_by_its_line(hall):
    made = await bring(hall, line(1), line(2, kind="特办件", promised="很快"), line(3))
    assert (made["lines"], made["cases"], made["faults"], made["waiting"]) == (3, 2, 1, 2)
    assert [(fault["line"], fault["column"]) for fault in made["items"]] == [(3, "类型"), (3, "承诺天数")]
    told = await hear(hall)
    assert [event.case_number for event in told] == [number("旧1"), number("旧3")]
    assert told[0].steps[0].activity == "初审"
    (finished,) = await hall.events(monitor.LogImported)
    assert (finished.lines, finished.cases, finished.faults, finished.imported_by.id) == (3, 2, 1, "u1")
    shown = await get(hall, f"/imports/{made['import_id']}")
    assert (shown["told"], shown["waiting"], shown["finished_at"] is not None) == (2, 0, True)


async def test_the_same_file_twice_has_no_second_effect(hall):
    first = await bring(hall, line(1))
    again = await bring(hall, line(1), status=200)
    assert again["import_id"] == first["import_id"]
    assert len(await hear(hall)) == 1
    await bring(hall, line(1), status=200)
    assert await hear(hall) == []


async def test_a_file_is_read_again_when_its_columns_are_called_otherwise(hall):
    await bring(hall, line(1, kind="特办件"))
    assert await hear(hall) == []
    assert (await map_columns(hall, kinds={"特办件": "committed"}))["version"] == 2
    await bring(hall, line(1, kind="特办件"))
    assert len(await hear(hall)) == 1


async def test_a_later_file_corrects_what_it_tells_otherwise_and_nothing_else(hall):
    await bring(hall, line(1), line(2))
    await hear(hall)
    made = await bring(hall, line(1), line(2, closed="2026-03-06"), line(3))
    assert [event.own_number for event in await hear(hall)] == ["旧2", "旧3"]
    assert (await get(hall, f"/imports/{made['import_id']}"))["told"] == 2
    case = await get(hall, f"/cases/{number('旧2')}")
    assert (case["state"], case["closed_at"]) == ("closed", "2026-03-05T16:00:00Z")


async def test_two_files_at_once_are_told_one_after_the_other(hall, monkeypatch):
    monkeypatch.setattr(importing, "TOLD_AT_ONCE", 2)
    await bring(hall, *(line(n) for n in range(5)))
    hall.clock.advance(timedelta(seconds=1))
    await bring(hall, *(line(n, promised="7") for n in range(5)))
    told = await hear(hall)
    assert [event.promised_days for event in told] == [5] * 5 + [7] * 5
    assert len(await hall.events(monitor.LogImported)) == 2
    assert (await get(hall, f"/cases/{number('旧1')}"))["clocks"][0]["budget"] == 7
    assert await rows(hall, "SELECT * FROM import_rows") == []


async def test_with_strict_one_fault_stops_the_whole_file(hall):
    refused = await bring(hall, line(1), line(2, promised="?"), query="strict=true", status=422)
    assert refused["code"] == "log-faulty"
    assert refused["faults"] == [{"line": 3, "column": "承诺天数", "message": "承诺时限应为工作日数，如20，最多2000。"}]
    assert (await get(hall, "/imports"))["items"] == []
    await bring(hall, line(1), query="strict=true")


async def test_a_file_that_cannot_be_read_leaves_nothing(hall):
    for raw in (b"a,b\n1,2\n", log(line(1)) + b'"', b"\xff\xfe\x00", b""):
        refused = await bring(hall, raw=raw, status=422)
        assert (refused["code"], len(refused["faults"])) == ("log-illegible", 1)
        assert refused["detail"].startswith(f"第{refused['faults'][0]['line']}行")
    assert (await get(hall, "/imports"))["items"] == []


async def test_a_case_that_the_hall_has_is_not_taken_from_a_departments_log(hall):
    await tell(hall, *recorded([("/intake", submitted(), at(3, 2))]))
    made = await bring(hall, line(1, own=NUMBER), line(2))
    assert (made["cases"], made["items"][0]["line"]) == (1, 2)
    assert "大厅受理" in made["items"][0]["message"]


@pytest.mark.rule("R71", "R72", "R82")
async def test_cases_outside_the_hall_have_clocks_lights_and_alerts(hall):
    await bring(
        hall,
        line("late", promised="3", statutory="20"),
        line("worse", promised="3", statutory="5"),
        line("green", promised="20"),
        line("closed-late", promised="3", closed="2026-03-10"),
        line("in-time", promised="5", closed="2026-03-04"),
    )
    await hear(hall)
    hall.clock.advance(timedelta(seconds=5))
    await hall.fire_timers()
    listed = {item["case_number"]: item for item in (await get(hall, "/cases"))["items"]}
    lights = {own: listed[number(f"旧{own}")]["light"] for own in ("late", "worse", "green")}
    assert lights == {"late": "red", "worse": "red", "green": "green"}, "long over the promise is red too"
    one = listed[number("旧green")]
    assert (one["outside"], one["applicant"], one["state_text"]) == (True, None, "大厅以外办理")
    assert one["promised_due"] == "2026-03-30"
    ended = {item["case_number"]: item for item in (await get(hall, "/cases?ended=true"))["items"]}
    assert {own: ended[number(f"旧{own}")]["late_days"] for own in ("closed-late", "in-time")} == {
        "closed-late": 3,
        "in-time": 0,
    }
    raised = {(alert.case_number, alert.code) for alert in await hall.events(monitor.AlertRaised)}
    assert {
        (number("旧late"), "promised"),
        (number("旧worse"), "statutory"),
        (number("旧closed-late"), "promised"),
    } <= raised
    assert not {one for one, _ in raised} & {number("旧green"), number("旧in-time")}
    shown = await get(hall, f"/cases/{number('旧late')}", Role.SECTION_OFFICER, departments=["planning"])
    assert (shown["outside"], shown["item_code"], shown["late_days"]) == (True, "450721P09", 7)
    assert shown["timeline"][0]["text"].startswith("自然资源和规划局在大厅以外办理“临时占道许可”")


async def test_what_was_over_long_before_is_counted_but_nobody_is_asked_to_answer(hall):
    dates = {"received": "2025-01-02", "accepted": "2025-01-02", "step": ""}
    await bring(hall, line(1, **dates, closed="2025-11-30", promised="1"))
    await hear(hall)
    hall.clock.advance(timedelta(seconds=5))
    await hall.fire_timers()
    assert await hall.events(monitor.AlertRaised) == []
    (listed,) = (await get(hall, "/cases?ended=true"))["items"]
    assert (listed["light"], listed["late_days"] > 200) == ("green", True)


async def test_a_department_sees_and_brings_its_own_only(hall):
    made = await bring(hall, line(1))
    other = {"departments": ["health"]}
    for role in (Role.CHIEF_REPRESENTATIVE, Role.INTEGRATOR):
        await bring(hall, line(2), role=role, query="department=planning", status=403, **other)
        await bring(hall, line(2), role=role, status=404, **other)
        await get(hall, f"/imports/{made['import_id']}", role, 403, **other)
        await get(hall, "/imports?department=planning", role, 403, **other)
        await get(hall, "/imports/mappings/planning", role, 403, **other)
        assert (await get(hall, "/imports", role, **other))["items"] == []
        assert len((await get(hall, "/imports", role, departments=["planning"]))["items"]) == 1
    await bring(hall, line(2), role=Role.SUPERVISOR, departments=[], status=422)
    await bring(hall, line(2), role=Role.SUPERVISOR, departments=[], query="department=planning")
    await get(hall, "/imports/none", status=404)


async def test_history_and_faults_are_read_page_by_page(hall):
    for n in range(3):
        hall.clock.advance(timedelta(seconds=1))
        await bring(hall, *(line(f"{n}.{m}", promised="?") for m in range(5)), query=f"file_name=第{n}份.csv")
    names, after = [], ""
    while after is not None:
        page = await get(hall, f"/imports?limit=2{after and f'&after={after}'}")
        names += [item["file_name"] for item in page["items"]]
        after = page["next"]
    assert names == ["第2份.csv", "第1份.csv", "第0份.csv"]
    made, found, place = page["items"][0]["import_id"], [], 0
    while place is not None:
        shown = await get(hall, f"/imports/{made}?limit=2&after={place}")
        found += [fault["line"] for fault in shown["items"]]
        place = shown["next"]
    assert found == [2, 3, 4, 5, 6]


@pytest.mark.slow
async def test_ten_thousand_lines_are_taken_in_seconds(hall):
    """About five on an idle core; the bound leaves room for a busy one."""
    raw = log(*(line(n) for n in range(10_000)))
    began = time.perf_counter()
    made = await bring(hall, raw=raw)
    await hall.fire_timers()
    assert time.perf_counter() - began < 60
    assert made["cases"] == 10_000
    assert (await get(hall, f"/imports/{made['import_id']}"))["told"] == 10_000


@given(text=st.text(max_size=80), tail=st.binary(max_size=8), delimiter=st.sampled_from([",", ";"]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_brought_is_answered(tmp_path_factory, text, tail, delimiter):
    folder = tmp_path_factory.mktemp("brought")
    async with supervisor(f"sqlite+aiosqlite:///{folder / 'test.db'}", NOON) as harness:
        await map_columns(harness, delimiter=delimiter)
        headers = harness.as_(Role.INTEGRATOR, departments=["planning"])
        for raw in (text.encode("utf-8", "surrogatepass") + tail, log(text.replace("\ud800", ""), line(1)) + tail):
            answer = await harness.client.post("/imports", content=raw, headers=headers)
            assert answer.status_code in (200, 201, 422), answer.text
