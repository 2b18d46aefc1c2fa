"""Whatever the order in which departments' words and the fee window's arrive, the case ends the same (R49).

Words on one review come in their own order, as the bus guarantees; streams are interleaved at will.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import clock, deciding, reviewing
from services.intake.domain.case import Case, Change, Status
from services.intake.domain.values import Answer, FeeList, Pausing, Review, SuperiorAnswer
from services.intake.tests.samples import JOINT, MONDAY, RULES, TWO_STAGES, accepted
from yimen.contracts.parts import Opinion, Outcome, PauseKind

NOW = MONDAY + timedelta(days=60)
Word = Callable[[Case], Change]
OPINIONS = st.sampled_from([(Opinion.CONSENT, ""), (Opinion.REFUSE, "不符合"), (Opinion.REFUSE, ""), "forward"])


def on(department: str, say: Callable[[Case, Review], Change]) -> Word:
    def word(case: Case) -> Change:
        review = next(review for review in case.reviews if review.department == department)
        return say(case, review)

    return word


def words_of(department: str, said: tuple[Opinion, str] | str, hours: int, fees: bool) -> list[Word]:
    """A department's whole story: receipt, a pause, a list, its answer, and a second answer that changes nothing."""
    at = MONDAY + timedelta(hours=hours)
    opinion, reasons = (Opinion.CONSENT_BUT_FORWARD, "") if isinstance(said, str) else said
    answer = Answer(opinion=opinion, reasons=reasons, decided_by="李主任", decided_at=at + timedelta(days=3))
    second = answer.but(opinion=Opinion.REFUSE, reasons="改主意")
    pausing = Pausing(kind=PauseKind.HEARING, basis="第四十五条", planned_days=3, started_at=at)
    superior = SuperiorAnswer(superior="省厅", granted=True, opinion="同意", answered_at=at + timedelta(days=5))
    story = [
        on(department, lambda case, review: reviewing.sign_receipt(case, review, at, NOW, RULES)),
        on(department, lambda case, review: reviewing.pause(case, review, pausing)),
        on(department, lambda case, review: reviewing.resume(case, review, at + timedelta(days=2), RULES)),
        on(department, lambda case, review: reviewing.answer(case, review, answer, NOW, RULES)),
        on(department, lambda case, review: reviewing.answer(case, review, second, NOW, RULES)),
        on(department, lambda case, review: reviewing.superior_answers(case, review, superior, NOW, RULES)),
    ]
    listed = FeeList(list_id=f"L-{department}", listed_at=at)
    listing = on(department, lambda case, review: reviewing.list_fees(case, review, listed))
    return [*story[:3], listing, *story[3:]] if fees else story


def clearance(case: Case) -> Change:
    return deciding.clear_fees(case, MONDAY + timedelta(days=6), RULES)


def play(case: Case, streams: dict[str, list[Word]], order: list[str]) -> tuple[Case, list[str]]:
    waiting = {name: iter(words) for name, words in streams.items()}
    said: list[str] = []
    for name in order:
        change = next(waiting[name])(case)
        case, said = change.case, said + [event.action for event in change.events]
    return case, said


@st.composite
def stories(draw: st.DrawFn) -> tuple[dict[str, list[Word]], list[str], list[str]]:
    streams = {
        department: words_of(department, draw(OPINIONS), draw(st.integers(1, 99)), draw(st.booleans()))
        for department in JOINT.stages[0].departments
    }
    streams["fees"] = [clearance]
    in_turn = [name for name, words in streams.items() for _ in words]
    return streams, in_turn, draw(st.permutations(in_turn))


@pytest.mark.rule("R49")
@given(stories())
def test_any_interleaving_ends_in_the_same_case(story: tuple[dict[str, list[Word]], list[str], list[str]]) -> None:
    streams, in_turn, shuffled = story
    one, said_one = play(accepted(), streams, in_turn)
    other, said_other = play(accepted(), streams, shuffled)
    assert one == other
    assert one.status is Status.DECIDED
    for said in (said_one, said_other):
        assert said.count("reviewed") == said.count("decided") == 1
        assert said.count("licence_issued") == (one.outcome is Outcome.GRANTED)
        assert said.count("paused") == said.count("resumed")


@pytest.mark.rule("R49")
@given(st.permutations(["fire"] * 6 + ["environment"] * 6), st.permutations(["planning"] * 6 + ["fees"]))
def test_any_interleaving_within_its_stages_ends_in_one_decision(first: list[str], second: list[str]) -> None:
    departments = {"fire": "forward", "environment": (Opinion.CONSENT, ""), "planning": (Opinion.CONSENT, "")}
    streams = {name: words_of(name, said, 5, fees=False) for name, said in departments.items()} | {"fees": [clearance]}
    case, said = play(accepted(TWO_STAGES), streams, [*first, *second])
    assert (case.outcome, case.status) == (Outcome.GRANTED, Status.DECIDED)
    assert said.count("requested") == said.count("decided") == 1
    assert clock.timers(case, RULES) == {}
