"""Whatever the order in which departments answer and applicants pay, the first accepted are granted (R15)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import deciding, queue, reviewing
from services.intake.domain.case import Case, Status
from services.intake.domain.values import Answer, FeeList
from services.intake.tests.samples import COMMITTED, MONDAY, RULES, accepted, review_of
from yimen.contracts.parts import Opinion, Outcome

QUOTA = 2
LIMITED = COMMITTED.model_copy(update={"quota": QUOTA})


class Line:
    """The cases of one item, and what the process does with them: each in its turn, as often as somebody makes way."""

    def __init__(self, cases: list[Case]) -> None:
        self.cases = {case.case_number: case for case in cases}
        self.said: list[str] = []
        self.hours = 0

    def keep(self, change: deciding.Change) -> None:
        self.said += [f"{event.action} {change.case.case_number}" for event in change.events]
        self.cases[change.case.case_number] = change.case

    def answer(self, number: str, opinion: Opinion) -> None:
        case, now = self.cases[number], MONDAY + timedelta(hours=self.hours)
        given_ = Answer(opinion=opinion, reasons="不符合", decided_by="李主任", decided_at=now)
        self.keep(reviewing.answer(case, review_of(case, "planning"), given_, now, RULES))

    def pay(self, number: str) -> None:
        self.keep(deciding.clear_fees(self.cases[number], MONDAY + timedelta(hours=self.hours), RULES))

    def move_up(self) -> None:
        """In the order of their places; whoever is decided makes way for the next."""
        self.hours += 1
        for case in sorted(self.cases.values(), key=lambda one: queue.place(one) or ()):
            if deciding.awaits_turn(case):
                standing = queue.Standing(self.ahead(case), QUOTA - self.used, MONDAY + timedelta(hours=self.hours))
                self.keep(deciding.conclude(case, RULES, standing))

    def ahead(self, case: Case) -> int:
        mine = queue.place(case)
        assert mine is not None
        return sum(place < mine for other in self.cases.values() if (place := queue.place(other)) is not None)

    @property
    def used(self) -> int:
        return sum(case.licence is not None for case in self.cases.values())


def line(fees: list[bool]) -> Line:
    cases = []
    for place, charged in enumerate(fees):
        case = accepted(LIMITED, at=MONDAY + timedelta(minutes=place)).but(case_number=f"K{place}")
        review = review_of(case, "planning").but(
            lists=(FeeList(list_id=f"L{place}", listed_at=MONDAY),) if charged else ()
        )
        cases.append(case.with_review(review))
    return Line(cases)


@st.composite
def days(draw: st.DrawFn) -> tuple[list[bool], list[Opinion], list[tuple[str, str]]]:
    """Which owe, what is answered, and the order of answers and payments, a payment before its answer among them."""
    fees = draw(st.lists(st.booleans(), min_size=1, max_size=6))
    opinions = [draw(st.sampled_from([Opinion.CONSENT, Opinion.CONSENT, Opinion.REFUSE])) for _ in fees]
    words = [("answer", f"K{place}") for place in range(len(fees))]
    words += [("pay", f"K{place}") for place, charged in enumerate(fees) if charged]
    return fees, opinions, draw(st.permutations(words))


@pytest.mark.rule("R15")
@given(days())
def test_the_first_accepted_are_granted(day: tuple[list[bool], list[Opinion], list[tuple[str, str]]]) -> None:
    fees, opinions, words = day
    hall = line(fees)
    for word, number in words:
        if word == "answer":
            hall.answer(number, opinions[int(number[1:])])
        else:
            hall.pay(number)
        hall.move_up()
    agreed = [f"K{place}" for place, opinion in enumerate(opinions) if opinion is Opinion.CONSENT]
    licensed = [number for number, case in hall.cases.items() if case.outcome is Outcome.GRANTED]
    assert licensed == agreed[:QUOTA]
    assert {case.status for case in hall.cases.values()} == {Status.DECIDED}
    for number in hall.cases:
        assert hall.said.count(f"decided {number}") == 1
        assert hall.said.count(f"queued {number}") <= 1


@pytest.mark.rule("R15")
def test_a_renewal_stands_in_no_queue_and_takes_nothing_from_it() -> None:
    case = line([False]).cases["K0"]
    renewal = case.but(renews="证字〔2021〕1号", status=Status.REVIEWED, outcome=Outcome.GRANTED)
    assert queue.place(case) is not None
    assert queue.place(renewal) is None
    assert not deciding.awaits_turn(renewal)


@pytest.mark.rule("R15")
def test_whoever_owes_an_answer_at_the_door_holds_nobody_up() -> None:
    case = line([False]).cases["K0"]
    at_the_door = case.but(status=Status.SUBMITTED, accepted_on=None)
    assert queue.place(at_the_door) == queue.place(case)
    assert queue.place(at_the_door.but(status=Status.CORRECTION_REQUESTED)) is None


@pytest.mark.rule("R15")
def test_while_somebody_stands_before_it_a_case_is_not_denied_for_want_of_quantity() -> None:
    """The one before may be decided in a new year, which has grants of its own."""
    case = line([False]).cases["K0"].but(status=Status.REVIEWED, outcome=Outcome.GRANTED, reviewed_at=MONDAY)
    waits = deciding.conclude(case, RULES, queue.Standing(ahead=1, left=0, now=MONDAY))
    assert [event.action for event in waits.events] == ["queued"]
    again = deciding.conclude(waits.case, RULES, queue.Standing(ahead=1, left=0, now=MONDAY))
    assert (again.case, again.events) == (waits.case, ())
    denied = deciding.conclude(waits.case, RULES, queue.Standing(ahead=0, left=0, now=MONDAY))
    assert denied.case.outcome is Outcome.DENIED
