"""A check on the spot: by two, on a numbered record, and before the answer where the law wants an inspection."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.approval.domain import moves, visits
from services.approval.domain.state import ReviewState
from services.approval.tests import samples
from services.approval.tests.desk import CONSENT, HEARING, OFFICER, Desk
from services.approval.tests.samples import CHIEF, MONDAY, OPINION, SIGNER
from yimen.contracts import approval
from yimen.contracts.parts import Due, Opinion, Paper, Staff
from yimen.errors import NotNow, Refusal, Unfit

TWO = (SIGNER, Staff(id="u2", name="孙二"))
PAPER = Paper(kind="site_visit", number="消防救援大队勘字〔2026〕1号", dated=date(2026, 3, 2))
VISIT = {
    "officials": [{"id": "u1", "name": "王签收"}, {"id": "u2", "name": "孙二"}],
    "place": "太平镇人民路1号",
    "findings": "两处疏散通道畅通。",
    "started_at": "2026-03-02T09:00:00+08:00",
    "checked_party": "赵一",
}
INSPECTED = {"inspection_by": Due(on=date(2026, 3, 9))}


def visit(state: ReviewState, officials=TWO, findings="通道畅通", started_at=MONDAY, at=MONDAY):
    return visits.record(state, officials, "人民路1号", findings, "赵一", started_at, PAPER, SIGNER, at)


def refused(state: ReviewState, **changes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        visit(state, **changes)
    return caught.value


@pytest.mark.rule("R34")
def test_two_officials_make_a_record_that_tells_who_where_and_when():
    state, event = visit(samples.received(), at=MONDAY + timedelta(hours=2))
    assert isinstance(event, approval.ReviewSiteVisited)
    assert (event.officials, event.document, event.checked_party) == (TWO, PAPER, "赵一")
    assert (event.started_at, event.visited_at) == (MONDAY, MONDAY + timedelta(hours=2))
    assert state.visits[0].recorded_by == SIGNER


@pytest.mark.rule("R34")
@pytest.mark.parametrize("officials", [(), (SIGNER,), (SIGNER, SIGNER), (SIGNER, Staff(id="u1", name="同一人"))])
def test_fewer_than_two_different_officials_make_no_record(officials):
    refusal = refused(samples.received(), officials=officials)
    assert (type(refusal), refusal.code) == (Unfit, "two-officials")
    assert "第三十四条" in refusal.detail


@pytest.mark.rule("R34")
@pytest.mark.parametrize(
    "started_at",
    [
        MONDAY + timedelta(microseconds=1),
        datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC),
        datetime.fromisoformat("0001-01-01T00:00:00+14:00"),
        datetime.fromisoformat("9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_visit_begins_on_the_day_of_the_request_at_the_earliest_and_not_after_now(started_at):
    assert refused(samples.received(), started_at=started_at).code == "visit-time"
    assert visit(samples.received(), started_at=datetime(2026, 3, 1, 16, tzinfo=UTC))


@pytest.mark.rule("R34")
def test_a_record_without_findings_is_none():
    assert refused(samples.received(), findings=" \n").code == "findings-missing"


@pytest.mark.rule("R41")
def test_nobody_visits_before_the_receipt_nor_after_the_decision():
    assert refused(samples.opened()).code == "not-received"
    assert refused(samples.decided(samples.received())).code == "already-decided"
    assert refused(samples.cancelled(samples.received())).code == "review-cancelled"


@pytest.mark.rule("R33")
@pytest.mark.parametrize("opinion", Opinion)
def test_an_item_with_inspection_is_not_answered_before_the_visit(opinion):
    state = samples.received(**INSPECTED)
    with pytest.raises(NotNow) as caught:
        samples.decided(state, opinion)
    assert caught.value.code == "inspection-missing"
    assert "2026-03-09" in caught.value.detail
    assert samples.decided(visit(state)[0], opinion).decision is not None


@pytest.mark.rule("R33")
def test_a_late_answer_to_such_an_item_needs_its_visit_too():
    state = samples.deemed(samples.received(**INSPECTED))
    with pytest.raises(NotNow) as caught:
        moves.decide(state, Opinion.CONSENT, "", "", OPINION, CHIEF, MONDAY)
    assert caught.value.code == "inspection-missing"


@pytest.mark.rule("R34")
async def test_records_are_numbered_for_each_department_without_a_gap(desk: Desk):
    await desk.intake(samples.requested(), samples.requested(review_id="R2", department="housing", case_number="C2"))
    await desk.done("receipt")
    assert (await desk.act("site-visit", VISIT | {"officials": VISIT["officials"][:1]})).status_code == 422
    first = await desk.done("site-visit", VISIT, role=OFFICER)
    second = await desk.done("site-visit", VISIT)
    numbers = [one["document"]["number"] for one in second["visits"]]
    assert first["visits"][0]["document"]["number"] == numbers[0]
    assert numbers == ["消防救援大队勘字〔2026〕1号", "消防救援大队勘字〔2026〕2号"]
    assert [e.document.number for e in await desk.harness.events(approval.ReviewSiteVisited)] == numbers
    both = desk.harness.as_(OFFICER, departments=("housing",)) | {"If-Match": '"1"'}
    url = desk.url("R2", department="housing")
    await desk.harness.client.post(f"{url}/receipt", headers=both)
    answer = await desk.harness.client.post(f"{url}/site-visit", json=VISIT, headers=both | {"If-Match": '"2"'})
    assert answer.json()["visits"][0]["document"]["number"] == "住房和城乡建设局勘字〔2026〕1号"


@pytest.mark.rule("R34")
async def test_numbers_begin_anew_with_the_year_in_shanghai(desk: Desk):
    await desk.intake(samples.requested())
    await desk.done("receipt")
    await desk.done("site-visit", VISIT)
    desk.harness.clock.move_to(datetime(2026, 12, 31, 16, tzinfo=UTC))
    review = await desk.done("site-visit", VISIT)
    assert review["visits"][-1]["document"] == {
        "kind": "site_visit",
        "number": "消防救援大队勘字〔2027〕1号",
        "dated": "2027-01-01",
    }


@pytest.mark.rule("R33")
async def test_the_queue_shows_the_last_day_of_the_inspection_until_it_was_made(desk: Desk):
    await desk.intake(samples.requested(**INSPECTED))
    await desk.done("receipt")
    (line,) = (await desk.queue())["items"]
    assert line["inspection"] == {"on": "2026-03-09", "provisional": False, "late": False}
    assert "2026-03-09" in line["notice"]
    desk.harness.clock.move_to(datetime(2026, 3, 9, 15, 59, tzinfo=UTC))
    assert (await desk.queue())["items"][0]["inspection"]["late"] is False
    desk.harness.clock.move_to(datetime(2026, 3, 9, 16, tzinfo=UTC))
    (line,) = (await desk.queue())["items"]
    assert line["inspection"]["late"] is True
    assert "逾期" in line["notice"]
    early = await desk.act("decision", CONSENT)
    assert (early.status_code, early.json()["code"]) == (409, "inspection-missing")
    assert (await desk.done("site-visit", VISIT))["inspection"] is None
    assert (await desk.done("decision", CONSENT))["state"] == "decided"


@pytest.mark.rule("R26", "R34")
async def test_a_site_can_be_visited_while_the_clock_stands(asked: Desk):
    await asked.done("receipt")
    await asked.done("pause", HEARING)
    assert (await asked.done("site-visit", VISIT))["state"] == "paused"
