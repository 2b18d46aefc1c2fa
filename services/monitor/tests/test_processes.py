"""The process map of an item."""

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.domain.process import BEGIN, END, ProcessMap
from services.monitor.tests.counted import plain
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import at, joint_case, recorded
from yimen.web import Role

ITEM = "450721J01"
MARCH = "from=2026-03-01&to=2026-03-31"


async def read(harness, path, *roles, status=200, **who):
    answer = await harness.client.get(path, headers=harness.as_(*(roles or (Role.LEADER,)), **who))
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_map_of_an_item_shows_which_step_followed_which(database_url):
    async with supervisor(database_url, at(4, 10)) as harness:
        await tell(harness, *recorded([*joint_case(), *plain("K-late", at(3, 20), 2)]))
        shown = await read(harness, f"/processes/{ITEM}?{MARCH}")
        assert (shown["cases"], shown["item_name"], shown["from"]) == (2, "建设工程联合审批", "2026-03-01")
        counts = {one["name"]: one["count"] for one in shown["steps"]}
        assert (counts["收件"], counts["受理"], counts["决定"], counts["审查意见"]) == (2, 2, 2, 3)
        assert "发出监察提示" not in counts, "what the supervisor says is no step of the work"
        arrows = {(one["origin"], one["target"]): one for one in shown["arrows"]}
        assert arrows["begin", "intake.case.submitted.v1"]["count"] == 2
        assert arrows["intake.case.submitted.v1", "intake.case.accepted.v1"]["count"] == 2
        assert (await read(harness, f"/processes/{ITEM}?{MARCH}&most=1"))["cases"] == 1
        none = await read(harness, f"/processes/{ITEM}?from=2026-04-01&to=2026-04-02")
        assert (none["cases"], none["steps"], none["arrows"]) == (0, [], [])


async def test_the_map_of_an_unknown_item_is_no_map(database_url):
    async with supervisor(database_url) as harness:
        await read(harness, "/processes/unknown", status=404)
        await read(harness, f"/processes/{ITEM}", Role.CHIEF_REPRESENTATIVE, departments=["fire"], status=403)


STORIES = [
    recorded(joint_case()),
    recorded(plain("K-a", at(3, 20), 2)),
    recorded(plain("K-b", at(3, 9), 2)),
]


@given(st.permutations(STORIES))
def test_the_map_is_the_same_in_whatever_order_cases_come(stories):
    found, plainly = ProcessMap(), ProcessMap()
    for story in stories:
        found.add(story)
    for story in STORIES:
        plainly.add(story)
    assert list(found.arrows()) == list(plainly.arrows())
    ends = [one.count for one in found.arrows() if one.target == END]
    begins = [one.count for one in found.arrows() if one.origin == BEGIN]
    assert sum(ends) == sum(begins) == found.cases == len(STORIES)
