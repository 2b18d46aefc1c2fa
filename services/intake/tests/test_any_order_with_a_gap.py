"""A gap filled in time or late, at any moment among the departments' words: the case is decided the same (R16, R49).

The window's steps come in their own order: the first piece, the lapse (if the last piece comes late), the last piece. What
is refused because the case is decided already changes nothing.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import clock, deferring
from services.intake.domain.case import Case, Change, Status
from services.intake.tests.door_samples import OCTOBER_14, handed_in, with_a_gap
from services.intake.tests.samples import JOINT, MONDAY, RULES
from services.intake.tests.test_any_order import OPINIONS, Word, clearance, play, words_of
from yimen.contracts.parts import Outcome
from yimen.errors import NotNow

Story = tuple[dict[str, list[Word]], list[str], list[str]]


def bringing(code: str, *, late: bool) -> Word:
    def word(case: Case) -> Change:
        try:
            return handed_in(case, code, at=OCTOBER_14 if late else MONDAY)
        except NotNow:
            return Change(case)

    return word


def lapsing(case: Case) -> Change:
    return deferring.lapse(case, RULES)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    streams = {
        department: words_of(department, draw(OPINIONS), draw(st.integers(1, 99)), draw(st.booleans()))
        for department in JOINT.stages[0].departments
    }
    streams["fees"] = [clearance]
    late = draw(st.booleans())
    lapse = [lapsing] if late and draw(st.booleans()) else []
    streams["window"] = [bringing("02", late=False), *lapse, bringing("04", late=late)]
    in_turn = [name for name, words in streams.items() for _ in words]
    return streams, draw(st.permutations(in_turn)), draw(st.permutations(in_turn))


def decision(case: Case) -> tuple[object, ...]:
    return case.outcome, case.reasons, case.legal_basis, case.decided_at, case.decided_on, case.licence


@pytest.mark.rule("R16", "R49")
@given(stories())
def test_whenever_the_gap_is_filled_the_decision_is_the_same(story: Story) -> None:
    streams, some, other = story
    (one, said_one), (two, said_two) = play(with_a_gap(), streams, some), play(with_a_gap(), streams, other)
    assert decision(one) == decision(two)
    for case, said in ((one, said_one), (two, said_two)):
        assert case.status is Status.DECIDED
        assert said.count("reviewed") == said.count("decided") == 1
        assert said.count("licence_issued") == (case.outcome is Outcome.GRANTED)
        assert clock.timers(case, RULES) == {}
        assert not clock.stands(case)


@pytest.mark.rule("R16")
@given(stories())
def test_nothing_is_granted_before_the_last_piece_is_there(story: Story) -> None:
    streams, some, _other = story
    streams = streams | {"window": [lapsing] * len(streams["window"])}
    case, _said = play(with_a_gap(), streams, some)
    assert case.awaits_deferred
    assert (case.status is Status.DECIDED) == (case.outcome is Outcome.DENIED)
