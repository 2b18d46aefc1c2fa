"""More time: once, early, within the law's days, from the head whom the law names, before the limit ends."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from services.approval.app import build
from services.approval.domain import arrivals, extensions, moves
from services.approval.domain.state import ReviewState
from services.approval.settings import ApprovalSettings
from services.approval.tests import samples
from services.approval.tests.desk import CONSENT, OFFICER, Desk
from services.approval.tests.samples import CALENDAR, MONDAY, SIGNER
from yimen.clock import FrozenClock
from yimen.contracts import approval
from yimen.contracts.parts import Kind, Office, PauseKind, Staff
from yimen.errors import NotNow, Refusal, Unfit
from yimen.testing import start_service
from yimen.web import Role

HEAD = Staff(id="h1", name="何局长")
ASK = {"days": 10, "reasons": "需委托专业机构复核"}
GRANT = {"days": 7, "reasons": "情况复杂，同意延期"}


def day(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


def ready(**changes) -> ReviewState:
    """Twenty working days from Monday 2026-03-02: due on Monday the 30th."""
    return samples.received(**{"kind": Kind.COMMITTED, "limit_days": 20} | changes)


def asked(state: ReviewState | None = None, days: int = 10, reasons: str = "复核", at: datetime = MONDAY):
    return extensions.ask(state or ready(), days, reasons, 5, SIGNER, at, CALENDAR)


def granted(state: ReviewState, days: int = 7, reasons: str = "同意", at: datetime = MONDAY):
    return extensions.grant(state, days, reasons, HEAD, at, CALENDAR)


def refused(move, *arguments, **more) -> Refusal:
    with pytest.raises(Refusal) as caught:
        move(*arguments, **more)
    return caught.value


@pytest.mark.rule("R38")
def test_it_is_asked_for_while_five_working_days_are_left():
    """Due on Monday the 30th: on Monday the 23rd five are left, on the 24th four."""
    state, event = asked(at=day(3, 23, 23))
    assert (event.days, event.requested_by, state.awaited_office) == (10, SIGNER, Office.ORGAN_HEAD)
    refusal = refused(asked, at=day(3, 24, 0))
    assert (type(refusal), refusal.code, refusal.extensions["days_left"]) == (NotNow, "extension-requested-too-late", 4)


@pytest.mark.rule("R38")
def test_the_working_saturday_counts_for_the_five_days():
    """Due on Wednesday 2026-10-14: from Friday the 9th, Saturday 10 is worked, so 10, 12, 13 and 14 are left."""
    state = ready(requested_on=date(2026, 9, 30), limit_days=6)
    assert state.due(CALENDAR).date == date(2026, 10, 14)
    assert asked(state, at=day(10, 8))
    assert refused(asked, state, at=day(10, 9)).extensions["days_left"] == 4


@pytest.mark.rule("R38", "R26")
def test_days_left_do_not_run_out_while_the_clock_stands():
    paused = moves.pause(ready(), PauseKind.TESTING, "消防法", 5, SIGNER, day(3, 20))[0]
    assert asked(paused, at=day(5, 20))


@pytest.mark.rule("R23")
def test_once_and_with_reasons_and_only_while_it_is_open():
    assert refused(asked, asked()[0]).code == "extension-already-requested"
    assert refused(asked, reasons=" ").code == "reasons-missing"
    assert refused(asked, samples.opened()).code == "not-received"
    assert refused(asked, samples.deemed(ready())).code == "already-deemed"
    assert refused(asked, samples.decided(ready())).code == "already-decided"
    again = extensions.refuse(asked()[0], "理由不足", HEAD, MONDAY)[0]
    assert refused(asked, again).code == "extension-already-requested"


@pytest.mark.rule("R23", "R24")
@pytest.mark.parametrize(("kind", "most"), [(Kind.COMMITTED, 10), (Kind.FORWARDED, 10), (Kind.JOINT, 15)])
def test_ten_days_at_most_and_fifteen_for_a_joint_case(kind: Kind, most: int):
    assert asked(ready(kind=kind), most)
    refusal = refused(asked, ready(kind=kind), most + 1)
    assert (type(refusal), refusal.code, refusal.extensions["most"]) == (Unfit, "extension-too-long", most)


@pytest.mark.rule("R23", "R24")
@pytest.mark.parametrize(
    ("kind", "office"), [(Kind.COMMITTED, Office.ORGAN_HEAD), (Kind.JOINT, Office.GOVERNMENT_HEAD)]
)
def test_the_grant_names_the_office_and_lengthens_the_limit(kind: Kind, office: Office):
    state = asked(ready(kind=kind))[0]
    assert state.awaited_office is office
    after, event = granted(state)
    assert (event.extension.office, event.extension.days, event.extension.approver) == (office, 7, HEAD)
    assert (after.limit.extension, after.due(CALENDAR).date) == (7, date(2026, 4, 9))
    assert after.awaited_office is None


@pytest.mark.rule("R23")
def test_it_is_granted_to_the_end_of_the_last_day_and_not_after():
    state = asked()[0]
    assert granted(state, at=day(3, 30, 23))
    refusal = refused(granted, state, at=day(3, 31, 0))
    assert (type(refusal), refusal.code) == (NotNow, "extension-granted-too-late")


@pytest.mark.rule("R23")
def test_no_more_days_than_were_asked_for_and_the_applicant_is_told_why():
    state = asked(days=5)[0]
    assert refused(granted, state, 6).code == "extension-beyond-request"
    assert refused(granted, state, 5, " ").code == "reasons-missing"
    assert granted(state, 5)


@pytest.mark.rule("R23")
def test_a_request_is_answered_once_and_only_if_there_is_one():
    assert refused(granted, ready()).code == "extension-not-requested"
    for answered in (granted(asked()[0])[0], extensions.refuse(asked()[0], "理由不足", HEAD, MONDAY)[0]):
        assert refused(granted, answered).code == "extension-already-answered"
        assert refused(extensions.refuse, answered, "理由不足", HEAD, MONDAY).code == "extension-already-answered"
    assert refused(extensions.refuse, asked()[0], "", HEAD, MONDAY).code == "reasons-missing"


@pytest.mark.rule("R23")
def test_a_refusal_leaves_the_limit_as_it_was():
    state, event = extensions.refuse(asked()[0], "理由不足", HEAD, MONDAY)
    assert (event.reasons, event.refused_by) == ("理由不足", HEAD)
    assert (state.limit.extension, state.due(CALENDAR).date) == (0, date(2026, 3, 30))


@pytest.mark.rule("R23", "R24")
def test_what_intake_declines_is_taken_back():
    state = arrivals.extension_declined(granted(asked()[0])[0], samples.declining())
    assert (state.limit.extension, state.due(CALENDAR).date) == (0, date(2026, 3, 30))
    unasked = arrivals.extension_declined(ready(), samples.declining())
    assert (unasked.limit.extension, unasked.extension.declined.rule) == (0, "R23")
    assert asked(unasked)


@pytest.mark.parametrize("close", [samples.decided, samples.deemed, samples.cancelled])
def test_a_request_does_not_outlive_its_review(close):
    assert close(asked()[0]).awaited_office is None


# -- at the desk --------------------------------------------------------------------------------------------------------


def heads(desk: Desk, role: Role, *departments: str) -> dict[str, str]:
    return desk.harness.as_(role, departments=departments, id="h1", name="何局长")


async def answer(desk: Desk, what: str, body: object, headers: dict[str, str], review_id: str = "R1") -> httpx.Response:
    version = (await desk.read(review_id))["version"]
    url = desk.url(review_id, *what.split("/"))
    return await desk.harness.client.post(url, json=body, headers=headers | {"If-Match": f'"{version}"'})


async def open_two(desk: Desk) -> None:
    """R1 of the department alone, R2 of a joint case; both ask for more time."""
    ordinary = {"kind": Kind.COMMITTED, "limit_days": 20}
    await desk.intake(
        samples.requested(**ordinary),
        samples.requested(review_id="R2", limit_days=21),
        samples.requested(review_id="R3"),
    )
    for review_id in ("R1", "R2"):
        await desk.done("receipt", review_id=review_id)
        await desk.done("extension-request", ASK, review_id=review_id, role=OFFICER)


@pytest.mark.rule("R23")
async def test_the_head_of_the_organ_grants_and_the_queue_shows_the_new_date(desk: Desk):
    await open_two(desk)
    given = await answer(desk, "extension", GRANT, heads(desk, Role.ORGAN_HEAD, "fire"))
    assert (given.status_code, given.json()["due"]["on"], given.json()["extension_days"]) == (200, "2026-04-09", 7)
    (told,) = await desk.harness.events(approval.ReviewExtended)
    assert (told.extension.office, told.extension.approver.name) == (Office.ORGAN_HEAD, "何局长")
    assert [line["review_id"] for line in (await desk.queue())["items"]] == ["R3", "R2", "R1"]


@pytest.mark.rule("R23", "R24")
async def test_each_head_answers_for_what_is_theirs_only(desk: Desk):
    await open_two(desk)
    for what, body in (("extension", GRANT), ("extension/refusal", {"reasons": "理由不足"})):
        for review_id, wrong in (("R1", Role.GOVERNMENT_HEAD), ("R2", Role.ORGAN_HEAD)):
            refusal = await answer(desk, what, body, heads(desk, wrong, "fire"), review_id)
            assert (refusal.status_code, "负责人" in refusal.json()["detail"]) == (403, True)
        elsewhere = desk.harness.as_(*(Role.ORGAN_HEAD, Role.GOVERNMENT_HEAD), departments=("housing",))
        assert (await answer(desk, what, body, elsewhere)).status_code == 403
    assert await desk.harness.events(approval.ReviewExtended, approval.ReviewExtensionRefused) == []
    assert (await answer(desk, "extension", GRANT, heads(desk, Role.GOVERNMENT_HEAD), "R2")).status_code == 200
    refusal = await answer(desk, "extension/refusal", {"reasons": "理由不足"}, heads(desk, Role.ORGAN_HEAD, "fire"))
    assert (refusal.status_code, refusal.json()["extension"]["refusal"]["reasons"]) == (200, "理由不足")


@pytest.mark.rule("R24")
async def test_the_head_of_the_government_sees_joint_requests_and_nothing_else(desk: Desk):
    await open_two(desk)
    county = heads(desk, Role.GOVERNMENT_HEAD)
    get = desk.harness.client.get
    listed = await get("/departments/fire/extension-requests", headers=county)
    assert [line["review_id"] for line in listed.json()["items"]] == ["R2"]
    seen = {one: (await get(desk.url(one), headers=county)).status_code for one in ("R1", "R2", "R3")}
    assert seen == {"R1": 403, "R2": 200, "R3": 403}
    assert (await get(desk.url(), headers=county)).status_code == 403
    await answer(desk, "extension", GRANT, county, "R2")
    assert (await get(desk.url("R2"), headers=county)).status_code == 403
    assert (await get("/departments/fire/extension-requests", headers=county)).json()["items"] == []


@pytest.mark.rule("R23")
async def test_the_head_of_the_organ_sees_their_departments_queue_and_every_request(desk: Desk):
    await open_two(desk)
    own, get = heads(desk, Role.ORGAN_HEAD, "fire"), desk.harness.client.get
    listed = (await get("/departments/fire/extension-requests", params={"limit": 1}, headers=own)).json()
    more = await get("/departments/fire/extension-requests", params={"after": listed["next"]}, headers=own)
    assert [line["review_id"] for line in listed["items"] + more.json()["items"]] == ["R1", "R2"]
    assert listed["items"][0]["extension"]["request"]["reasons"] == ASK["reasons"]
    assert len((await get(desk.url(), headers=own)).json()["items"]) == 3
    assert (await get(desk.url("R3"), headers=own)).status_code == 200
    for path in ("/departments/housing/extension-requests", desk.url(department="housing")):
        assert (await get(path, headers=own)).status_code == 403


@pytest.mark.rule("R23", "R24")
async def test_the_desk_learns_why_an_extension_moved_nothing(desk: Desk):
    await open_two(desk)
    await answer(desk, "extension", GRANT, heads(desk, Role.ORGAN_HEAD, "fire"))
    await desk.intake(samples.declining())
    review = await desk.read()
    assert (review["due"]["on"], review["extension"]["declined"]["rule"]) == ("2026-03-30", "R23")
    assert "期限不变：办件已延期一次" in review["notice"]


async def test_a_request_of_a_decided_review_waits_for_nobody(desk: Desk):
    await open_two(desk)
    await desk.done("decision", CONSENT)
    own = heads(desk, Role.ORGAN_HEAD, "fire")
    listed = await desk.harness.client.get("/departments/fire/extension-requests", headers=own)
    assert [line["review_id"] for line in listed.json()["items"]] == ["R2"]


@pytest.mark.rule("R38")
async def test_how_early_it_must_be_asked_can_be_set(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'window.db'}"
    settings = ApprovalSettings(database_url=url, departments="fire", extension_notice_days=7)
    async with start_service(build, settings, clock=FrozenClock(MONDAY)) as harness:
        desk = Desk(harness)
        await desk.intake(samples.requested())
        await desk.done("receipt")
        harness.clock.advance(timedelta(days=1))
        late = await desk.act("extension-request", ASK)
        assert (late.status_code, late.json()["days_left"]) == (409, 6)
