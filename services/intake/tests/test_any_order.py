"""Whatever the order in which departments' words and the fee window's arrive, the case ends the same (R49).

Words on one review come in their own order, as the bus guarantees; streams are interleaved at will.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import clock, deciding, join, joint, reviewing
from services.intake.domain.case import Case, Change, Status
from services.intake.domain.item import Item
from services.intake.domain.values import Answer, FeeList, Pausing, Review, SuperiorAnswer
from services.intake.tests.samples import CLERK, JOINT, LED, MONDAY, RULES, TWO_STAGES, accepted
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


# -- absence and silence beside the answers ---------------------------------------------------------------------------

MEETS = MONDAY + timedelta(days=2)
Arrivals = list[str]
SAID = st.sampled_from([(Opinion.CONSENT, ""), (Opinion.REFUSE, "不符合"), (Opinion.REFUSE, "")])


def story_of(department: str, opinion: Opinion, reasons: str) -> list[Word]:
    """Signed before the meeting; then a pause and its end, and the answer."""
    pausing = Pausing(kind=PauseKind.HEARING, basis="第四十五条", planned_days=3, started_at=MONDAY)
    given = Answer(opinion=opinion, reasons=reasons, decided_by="李主任", decided_at=MONDAY + timedelta(days=1))
    return [
        on(department, lambda case, review: reviewing.sign_receipt(case, review, MONDAY, NOW, RULES)),
        on(department, lambda case, review: reviewing.pause(case, review, pausing)),
        on(department, lambda case, review: reviewing.resume(case, review, MONDAY + timedelta(hours=9), RULES)),
        on(department, lambda case, review: reviewing.answer(case, review, given, NOW, RULES)),
    ]


def minutes_without(absent: set[str]) -> Word:
    def word(case: Case) -> Change:
        present = set(JOINT.flow_departments) - absent
        return joint.record_minutes(case, case.meetings[0], present, "纪要", (), CLERK, NOW, RULES)

    return word


def timers_fire(case: Case) -> Change:
    """All limits that have passed by now."""
    change = Change(case)
    for _name, review_id in sorted(clock.timers(case, RULES)):
        review = change.case.review(review_id)
        due = clock.review_due(review, RULES.calendar) if review else None
        if review is not None and due is not None:
            change = change.then(reviewing.pass_limit(change.case, review, due, NOW, RULES))
    return change


def counts(department: str, absent: set[str], arrivals: Arrivals) -> bool:
    """Whether the department's answer counts: it came before anything made its silence or absence a consent."""
    received, paused, resumed, answered = (n for n, name in enumerate(arrivals) if name == department)
    fired = [n for n, name in enumerate(arrivals) if name == "timers" and not paused < n < resumed]
    deemed = [max(n, received) for n in fired]
    if department in absent:
        deemed.append(max(arrivals.index("minutes"), received))
    return department == JOINT.department or answered < min(deemed, default=len(arrivals))


@pytest.mark.rule("R41", "R44", "R45", "R46", "R49")
@given(
    st.sampled_from([JOINT, LED]),
    st.fixed_dictionaries(dict.fromkeys(("planning", "fire", "environment"), SAID)),
    st.sets(st.sampled_from(["planning", "fire", "environment"])),
    st.permutations([*["planning", "fire", "environment"] * 4, "minutes", "timers", "timers"]),
)
def test_of_each_department_the_first_word_that_reaches_intake_counts_and_the_order_between_them_does_not(
    item: Item, said: dict[str, tuple[Opinion, str]], absent: set[str], arrivals: Arrivals
) -> None:
    """Decision 0025."""
    case = joint.convene(accepted(item), joint.MEETING, "会议室", MEETS, CLERK, MONDAY).case
    streams = {name: story_of(name, *answer) for name, answer in said.items()}
    streams |= {"minutes": [minutes_without(absent)], "timers": [timers_fire, timers_fire]}
    case, told = play(case, streams, arrivals)
    refusing = {name for name, (opinion, reasons) in said.items() if opinion is Opinion.REFUSE and reasons}
    refusing = {name for name in refusing if counts(name, absent, arrivals)}
    if item is LED and refusing and JOINT.department not in refusing:
        assert join.disputed(case, RULES) == tuple(sorted(refusing))
        change = joint.decide_as_lead(case, Outcome.GRANTED, "已整改", "", CLERK, NOW, RULES)
        case, told, refusing = change.case, told + [event.action for event in change.events], set()
    assert case.status is Status.DECIDED
    assert case.outcome is (Outcome.DENIED if refusing else Outcome.GRANTED)
    assert told.count("reviewed") == told.count("decided") == told.count("meeting_held") == 1
    assert told.count("paused") == told.count("resumed")
    for review in case.reviews:
        assert (review.deemed_at is None) == counts(review.department, absent, arrivals)
        assert review.deemed_at is None or review.answer is None
