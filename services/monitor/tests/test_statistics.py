"""What leaders read of the counts, and what everybody may read."""

from collections.abc import AsyncIterator

import pytest

from services.monitor.tests.counted import alert, complaint, not_rated, plain, rated, settled
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import accepted, at, decided, joint_case, recorded, submitted
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind
from yimen.testing import Harness
from yimen.web import Role

MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture
async def hall(database_url: str) -> AsyncIterator[Harness]:
    """On 10 April: the joint case, one decided late, one that runs, an instant one of another department."""
    instant = {"case_number": "K-now", "department": "fire"}
    told = [
        *joint_case(),
        *plain("K-late", at(3, 20), 2),
        *plain("K-open", at(3, 3))[:2],
        ("/intake", submitted(Kind.INSTANT, item_code="450721N01", item_name="即办事项", **instant), at(3, 2)),
        ("/intake", accepted(0, kind=Kind.INSTANT, **instant), at(3, 2)),
        ("/intake", decided(at(3, 2, 11)).model_copy(update={"case_number": "K-now"}), at(3, 2)),
        *(settled(11000), rated(2), not_rated(), rated(5, "P3", "K-late"), alert("A1", Light.BLUE)),
        *complaint("T1", upheld=True),
    ]
    async with supervisor(database_url, at(4, 10)) as harness:
        await tell(harness, *recorded(told))
        yield harness


async def get(harness: Harness, path: str, *roles: Role, status: int = 200, **who: object):
    answer = await harness.client.get(path, headers=harness.as_(*(roles or (Role.LEADER,)), **who))
    assert answer.status_code == status, answer.text
    return answer.json()


def share(part: int, whole: int) -> dict[str, int | None]:
    return {"part": part, "whole": whole, "per_ten_thousand": part * 10_000 // whole if whole else None}


async def test_the_overview_tells_what_came_went_and_how_soon(hall):
    shown = await get(hall, f"/statistics/overview?{MARCH}")
    assert (shown["from"], shown["to"], shown["open"]) == ("2026-03-01", "2026-03-31", 1)
    assert shown["departments"] == ["fire", "planning"]
    now = shown["figures"]
    assert (now["submitted"], now["accepted"], now["closed"], now["late"]) == (4, 4, 3, 1)
    assert now["kinds"] == {"instant": 1, "committed": 0, "joint": 3, "forwarded": 0}
    assert (now["in_time"], now["instant"]) == (share(2, 3), share(1, 4))
    assert now["compression"] == share(4 * 45 - 22, 4 * 45), "promised 10, 2, 10 and 0 of 45 days each"
    assert (now["days_used"]["total"], now["days_used"]["count"]) == (9 + 14, 3)
    assert (now["fees_settled"], now["complaints"], now["alerts"]["blue"]) == (11000, 1, 1)
    assert (now["reviews"], now["reviews_deemed"]) == (3, 1)


@pytest.mark.rule("R95")
async def test_what_nobody_said_is_not_among_what_people_said(hall):
    told = (await get(hall, f"/statistics/overview?{MARCH}"))["figures"]["satisfaction"]
    assert told == {
        "ratings": 2,
        "good": share(1, 2),
        "stars": {"total": 7, "count": 2, "hundredths": 350},
        "defaults": 1,
        "default_stars": 4,
    }


async def test_a_span_stands_beside_the_days_before_it(hall):
    shown = await get(hall, "/statistics/overview?from=2026-03-17&to=2026-03-31")
    assert (shown["figures"]["closed"], shown["before"]["accepted"], shown["before"]["closed"]) == (2, 4, 1)
    april = await get(hall, "/statistics/overview")
    assert (april["from"], april["to"], april["figures"]["complaints_upheld"]) == ("2026-04-01", "2026-04-10", 1)


async def test_every_number_opens_the_cases_that_it_counts(hall):
    supervisor_of = (Role.SUPERVISOR,)
    for page in ("departments", "items"):
        for item in (await get(hall, f"/statistics/{page}?{MARCH}"))["items"]:
            counted = item["figures"]
            numbers = {
                "accepted": counted["accepted"],
                "instant": counted["instant"]["part"],
                "closed": counted["closed"],
                "late": counted["late"],
                "in_time": counted["in_time"]["part"],
            }
            for name, number in numbers.items():
                opened = await get(hall, counted["behind"][name], *supervisor_of)
                assert len(opened["items"]) == number, (page, name, counted["behind"][name])
    (late,) = (await get(hall, counted_late(await get(hall, f"/statistics/overview?{MARCH}"))))["items"]
    assert late["case_number"] == "K-late"


def counted_late(shown):
    return shown["figures"]["behind"]["late"]


async def test_departments_items_and_days_add_up_to_the_same(hall):
    whole = (await get(hall, f"/statistics/overview?{MARCH}"))["figures"]
    departments = (await get(hall, f"/statistics/departments?{MARCH}"))["items"]
    items = (await get(hall, f"/statistics/items?{MARCH}"))["items"]
    days = (await get(hall, f"/statistics/days?{MARCH}"))["items"]
    for name in ("submitted", "accepted", "closed", "late"):
        for parts in ([one["figures"] for one in departments], [one["figures"] for one in items], days):
            assert sum(part[name] for part in parts) == whole[name], name
    assert [one["item_name"] for one in items] == ["建设工程联合审批", "即办事项"]
    assert [one["department_name"] for one in departments if one["department"] == "fire"] == ["消防救援大队"]
    assert [day["day"] for day in days][:2] == ["2026-03-02", "2026-03-05"]


async def test_stages_show_where_cases_wait(hall):
    shown = await get(hall, f"/statistics/stages?{MARCH}")
    review = next(one for one in shown["stages"] if one["stage"] == "review.并联审查")
    assert (review["stage_name"], review["count"], review["longest"], review["deemed"]) == ("并联审查", 3, 8, 1)
    assert (review["days"], review["late"]) == ({"total": 14, "count": 3, "hundredths": 466}, share(1, 3))
    worst = (await get(hall, f"/statistics/bottlenecks?{MARCH}"))["apart"][0]
    assert (worst["department"], worst["stage_name"], worst["late"]) == ("environment", "并联审查", share(1, 1))
    of_item = await get(hall, f"/statistics/stages?{MARCH}&item=450721N01")
    assert [one["stage_name"] for one in of_item["stages"]] == ["收件至受理", "受理至决定"]


async def test_a_chief_representative_reads_the_own_department_only(hall):
    chief, mine = Role.CHIEF_REPRESENTATIVE, {"departments": ["fire"]}
    shown = await get(hall, f"/statistics/overview?{MARCH}", chief, **mine)
    assert (shown["departments"], shown["figures"]["accepted"], shown["figures"]["reviews"]) == (["fire"], 1, 1)
    refused = await get(hall, f"/statistics/overview?{MARCH}&department=planning", chief, status=403, **mine)
    assert refused["detail"] == "请选择您所在的部门，或联系监察人员。"
    (line,) = (await get(hall, f"/statistics/departments?{MARCH}", chief, **mine))["items"]
    opened = await get(hall, line["figures"]["behind"]["accepted"], chief, **mine)
    assert [one["case_number"] for one in opened["items"]] == ["K-now"]
    await get(hall, "/statistics/overview", Role.WINDOW_CLERK, status=403)
    await get(hall, "/statistics/overview", Role.CENTRE_ADMIN)


async def test_everybody_may_read_the_months_figures_and_no_names(hall):
    answer = await hall.client.get("/statistics/public?month=2026-03")
    assert answer.status_code == 200
    planning = next(one for one in answer.json()["items"] if one["department"] == "planning")
    assert (planning["accepted"], planning["closed"], planning["in_time"]) == (3, 2, share(1, 2))
    assert planning["satisfaction"]["ratings"] == 2
    assert "建设有限公司" not in answer.text
    assert (await hall.client.get("/statistics/public")).json() == {"month": "2026-04", "items": []}


@pytest.mark.parametrize(
    "span", ["from=2026-03-02&to=2026-03-01", "from=2025-01-01&to=2026-03-01", "from=0001-01-01&to=0001-01-02"]
)
async def test_a_span_that_is_turned_round_or_too_long_is_refused(hall, span):
    assert (await get(hall, f"/statistics/overview?{span}", status=422))["code"] == "invalid-range"


async def test_pages_of_a_list_behind_a_number_follow_one_another(hall):
    seen, after = [], ""
    while after is not None:
        page = await get(hall, f"/cases?limit=1&accepted_from=2026-03-01{after and '&after=' + after}")
        seen += [item["case_number"] for item in page["items"]]
        after = page["next"]
    assert seen == ["K-open", "K-now", "K-late", "45072120260302J0000017"]
