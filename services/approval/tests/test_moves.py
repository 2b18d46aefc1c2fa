"""What officials may do with a review, and when."""

import pytest

from services.approval.domain import arrivals, moves
from services.approval.domain.state import ReviewState, Status
from services.approval.tests import samples
from services.approval.tests.samples import CALENDAR, CHIEF, MONDAY, OPINION, SIGNER
from yimen.contracts import approval
from yimen.contracts.parts import Kind, Opinion, PauseKind, Staff
from yimen.errors import NotNow, Refusal, Unfit

LAWFUL_MOVES = {
    "assign": lambda s: moves.assign(s, CHIEF, SIGNER, MONDAY),
    "pause": lambda s: moves.pause(s, PauseKind.TESTING, "消防法第十五条", 5, SIGNER, MONDAY),
    "forward": lambda s: moves.forward(s, "市消防救援支队", "拟同意", SIGNER, MONDAY),
    "decide": lambda s: moves.decide(s, Opinion.CONSENT, "", "", OPINION, CHIEF, MONDAY),
}
EVERY_MOVE = LAWFUL_MOVES | {
    "receive": lambda s: moves.receive(s, SIGNER, MONDAY),
    "resume": lambda s: moves.resume(s, SIGNER, MONDAY, CALENDAR),
    "superior answer": lambda s: moves.record_superior_answer(s, "市消防救援支队", True, "", MONDAY),
}


def refusal(move, state: ReviewState) -> Refusal:
    with pytest.raises(Refusal) as caught:
        move(state)
    return caught.value


def decide(opinion: Opinion, reasons: str = "", legal_basis: str = ""):
    return lambda state: moves.decide(state, opinion, reasons, legal_basis, OPINION, CHIEF, MONDAY)


def superior_says(superior: str, granted: bool, opinion: str = " "):
    return lambda state: moves.record_superior_answer(state, superior, granted, opinion, MONDAY)


@pytest.mark.rule("R41")
def test_the_receipt_names_who_signed_and_when():
    state, event = moves.receive(samples.opened(), SIGNER, MONDAY)
    assert event == approval.ReviewReceived(**samples.named(), signed_by=SIGNER, received_at=MONDAY)
    assert state.status is Status.IN_REVIEW


@pytest.mark.rule("R41")
def test_a_review_is_signed_for_once():
    assert refusal(EVERY_MOVE["receive"], samples.received()).code == "already-received"


@pytest.mark.rule("R41")
@pytest.mark.parametrize("move", LAWFUL_MOVES.values(), ids=LAWFUL_MOVES.keys())
def test_nothing_is_done_before_the_signed_receipt(move):
    assert refusal(move, samples.opened()).code == "not-received"


@pytest.mark.parametrize("move", EVERY_MOVE.values(), ids=EVERY_MOVE.keys())
def test_nothing_is_done_after_cancellation(move):
    assert refusal(move, samples.cancelled(samples.received())).code == "review-cancelled"


def test_work_can_be_given_to_another_official():
    first, _ = moves.assign(samples.received(), SIGNER, CHIEF, MONDAY)
    second, event = moves.assign(first, Staff(id="u9", name="孙二"), CHIEF, MONDAY)
    assert (second.assignment.assignee.name, event.assigned_by) == ("孙二", CHIEF)


@pytest.mark.rule("R26")
@pytest.mark.parametrize("kind", PauseKind)
def test_a_procedure_of_article_45_stops_the_clock_with_its_basis_and_planned_days(kind):
    state, event = moves.pause(samples.received(), kind, "消防法第十五条", 5, SIGNER, MONDAY)
    assert state.status is Status.PAUSED
    assert (event.kind, event.basis, event.planned_days) == (kind, "消防法第十五条", 5)


@pytest.mark.rule("R26")
@pytest.mark.parametrize("basis", ["", "  \n"])
def test_a_pause_without_basis_is_refused(basis):
    refused = refusal(lambda s: moves.pause(s, PauseKind.HEARING, basis, 5, SIGNER, MONDAY), samples.received())
    assert (type(refused), refused.code) == (Unfit, "basis-missing")


@pytest.mark.rule("R27")
def test_only_one_pause_stands_at_a_time_and_another_may_follow_it():
    paused, _ = EVERY_MOVE["pause"](samples.received())
    assert refusal(EVERY_MOVE["pause"], paused).code == "already-paused"
    resumed, _ = moves.resume(paused, SIGNER, MONDAY, CALENDAR)
    again, _ = EVERY_MOVE["pause"](resumed)
    assert again.status is Status.PAUSED


def test_a_clock_that_runs_cannot_be_resumed():
    assert refusal(EVERY_MOVE["resume"], samples.received()).code == "not-paused"


@pytest.mark.rule("R26")
def test_the_clock_cannot_be_stopped_after_the_decision_or_deemed_consent():
    assert refusal(EVERY_MOVE["pause"], samples.decided(samples.received())).code == "already-decided"
    assert refusal(EVERY_MOVE["pause"], samples.deemed(samples.received())).code == "already-deemed"


def test_a_paused_review_is_not_decided_until_it_is_resumed():
    paused, _ = EVERY_MOVE["pause"](samples.received())
    assert refusal(EVERY_MOVE["decide"], paused).code == "review-paused"
    resumed, _ = moves.resume(paused, SIGNER, MONDAY, CALENDAR)
    assert samples.decided(resumed).status is Status.DECIDED


@pytest.mark.rule("R42")
@pytest.mark.parametrize("opinion", [Opinion.CONSENT, Opinion.CONSENT_BUT_FORWARD])
def test_consent_needs_no_reasons(opinion):
    _, event = decide(opinion)(samples.received())
    assert (event.opinion, event.reasons, event.decided_by) == (opinion, "", CHIEF)


@pytest.mark.rule("R43")
@pytest.mark.parametrize(("reasons", "basis"), [("", "消防法"), ("不符合规范", ""), (" ", " ")])
def test_a_refusal_without_reasons_or_basis_does_not_leave_the_window(reasons, basis):
    refused = refusal(decide(Opinion.REFUSE, reasons, basis), samples.received())
    assert (type(refused), refused.code) == (Unfit, "reasons-missing")


def test_a_review_is_decided_once():
    refused = refusal(decide(Opinion.CONSENT), samples.decided(samples.received(), Opinion.REFUSE))
    assert (type(refused), refused.code) == (NotNow, "already-decided")


@pytest.mark.rule("R44", "R49")
def test_a_decision_after_deemed_consent_is_kept_and_told():
    state, event = decide(Opinion.REFUSE, "不符合规范", "消防法第十五条")(samples.deemed(samples.received()))
    assert event.opinion is Opinion.REFUSE
    assert state.deemed_at is not None
    assert state.status is Status.DECIDED


@pytest.mark.rule("R44", "R49")
def test_deemed_consent_that_crosses_our_answer_leaves_it_standing():
    state = samples.deemed(samples.decided(samples.received()))
    assert (state.status, state.decision.opinion) == (Status.DECIDED, Opinion.CONSENT)


@pytest.mark.rule("R48")
def test_only_forwarded_items_or_a_consent_that_says_so_go_up():
    assert refusal(EVERY_MOVE["forward"], samples.received()).code == "not-forwardable"
    consented = samples.decided(samples.received())
    assert refusal(EVERY_MOVE["forward"], consented).code == "not-forwardable"


@pytest.mark.rule("R48")
@pytest.mark.parametrize("opinion", [Opinion.CONSENT, Opinion.REFUSE])
def test_a_forwarded_item_is_answered_only_after_its_superior(opinion):
    answer = decide(opinion, "不符合规范", "消防法第十五条")
    state = samples.received(kind=Kind.FORWARDED)
    assert refusal(answer, state).code == "superior-answer-missing"
    state = samples.forwarded(state)
    assert state.status is Status.FORWARDED
    assert refusal(answer, state).code == "superior-answer-missing"
    state, _ = answer(samples.answered(state))
    assert state.status is Status.DECIDED


@pytest.mark.rule("R42", "R48")
def test_consent_but_forward_goes_up_after_the_decision_and_waits_for_the_answer():
    state = samples.decided(samples.received(), Opinion.CONSENT_BUT_FORWARD)
    assert state.status is Status.AWAITING_SUPERIOR
    state = samples.forwarded(state)
    assert state.status is Status.AWAITING_SUPERIOR
    assert samples.answered(state, granted=False).status is Status.DECIDED


def test_a_department_does_not_consent_against_its_superior():
    state = samples.answered(samples.forwarded(samples.received(kind=Kind.FORWARDED)), granted=False)
    assert refusal(decide(Opinion.CONSENT), state).code == "superior-refused"
    assert samples.decided(state, Opinion.REFUSE).status is Status.DECIDED


def test_nobody_consents_but_forwards_what_the_superior_has_answered():
    state = samples.answered(samples.forwarded(samples.received(kind=Kind.FORWARDED)))
    assert refusal(decide(Opinion.CONSENT_BUT_FORWARD), state).code == "superior-already-answered"


def test_a_file_goes_up_once_and_is_answered_once_by_the_one_who_was_asked():
    state = samples.received(kind=Kind.FORWARDED)
    answer = EVERY_MOVE["superior answer"]
    assert refusal(answer, state).code == "not-forwarded"
    state = samples.forwarded(state)
    assert refusal(EVERY_MOVE["forward"], state).code == "already-forwarded"
    assert refusal(superior_says("市生态环境局", True), state).code == "superior-differs"
    assert refusal(answer, samples.answered(state)).code == "superior-already-answered"


def test_a_superiors_denial_needs_its_reasons():
    state = samples.forwarded(samples.received(kind=Kind.FORWARDED))
    assert refusal(superior_says("市消防救援支队", False), state).code == "reasons-missing"


@pytest.mark.parametrize(
    ("arrive", "event"),
    [(arrivals.urged, samples.urging()), (arrivals.with_materials, samples.addition())],
    ids=["urged", "materials"],
)
def test_what_intake_tells_is_taken_in_any_state_and_changes_the_version(arrive, event):
    for state in (samples.opened(), samples.received(), samples.decided(samples.received())):
        after = arrive(state, event)
        assert (after.version, after.status) == (state.version + 1, state.status)


def test_a_refused_move_leaves_no_trace():
    state = samples.received()
    before = state.model_dump()
    refusal(EVERY_MOVE["receive"], state)
    assert state.model_dump() == before
