"""What a refund comes to, in whatever parts it is asked for; its graph; and its working days."""

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fees.domain.notices import NotAllowedError
from services.fees.domain.portions import Asked, AskedLine, PaidLine, PaidShare, portions
from services.fees.domain.refunds import (
    CORRECTIONS,
    EDGES,
    Budgets,
    Course,
    RefundState,
    Step,
    after,
    bank_number,
    begins,
    by_the_bank,
    limits,
    ours,
    running,
)
from yimen.contracts.fees import RefundCause
from yimen.errors import NotNow, Refusal, Unfit
from yimen.worktime import Calendar

CALENDAR = Calendar.seeded()
MONDAY = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, 1, 0, tzinfo=UTC)


def share(list_id="L1", held=0, reduced=0, **quantities):
    """Lines of 0.29 a piece by default: `share(three=3)`."""
    lines = tuple(
        PaidLine(line, quantity, 29, 29 * quantity) for line, quantity in enumerate(quantities.values(), start=1)
    )
    return PaidShare(list_id, "fire", sum(line.amount for line in lines) - reduced, held, lines)


def line(quantity, place=1, list_id="L1"):
    return Asked(lines=(AskedLine(list_id, place, quantity),))


# -- how much -------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R59", "R50")
def test_without_lists_all_that_is_left_is_given_back():
    found = portions([share("L1", drawings=2), share("L2", held=29, sites=3), share("L3", held=29, done=1)], Asked())
    assert [(one.list_id, one.amount, one.lines) for one in found] == [("L1", 58, None), ("L2", 58, None)]


@pytest.mark.rule("R59", "R50")
def test_a_line_is_given_back_at_the_price_that_was_paid_for_it():
    [found] = portions([share(drawings=2, sites=7)], line(3, place=2))
    assert (found.amount, found.lines) == (87, {2: 3})


@pytest.mark.rule("R59", "R58")
def test_of_a_reduced_list_the_reduced_price_is_given_back():
    """A half off three times 0.29: 0.87 listed, 0.43 paid; two of three pieces are two thirds of it."""
    [found] = portions([share(reduced=44, sites=3)], line(2))
    assert found.amount == 43 - 14


@pytest.mark.rule("R59", "R61")
def test_half_a_rate_is_given_back_without_losing_a_fen():
    """Three at half of 0.29: 0.44 paid (0.435 rounded up)."""
    lines = (PaidLine(1, 3, 29, 44, half_rate=True),)
    held = 0
    for returned in range(3):
        now = (PaidLine(1, 3, 29, 44, half_rate=True, returned=returned),)
        [found] = portions([PaidShare("L1", "fire", 44, held, now)], line(1))
        held += found.amount
    assert held == 44
    assert portions([PaidShare("L1", "fire", 44, 0, lines)], line(3))[0].amount == 44


@pytest.mark.rule("R59")
def test_what_is_not_priced_by_the_piece_is_given_back_whole():
    shared = PaidShare("L1", "land", 1000, 0, (PaidLine(1, 2, 0, 1000, divisible=False),))
    with pytest.raises(Unfit, match="line-not-divisible"):
        portions([shared], line(1))
    assert portions([shared], line(2))[0].amount == 1000


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(lists=("L9",)), "list-not-on-notice"),
        (Asked(lists=("L1",), lines=(AskedLine("L1", 1, 1),)), "lists-or-lines"),
        (line(1, list_id="L9"), "list-not-on-notice"),
        (line(1, place=9), "line-not-on-list"),
        (line(4), "quantity-returned"),
        (Asked(lines=(AskedLine("L1", 1, 1), AskedLine("L1", 1, 1))), "line-doubled"),
        (Asked(lists=("L2",)), "nothing-left-to-refund"),
        (line(1, list_id="L2"), "nothing-left-to-refund"),
    ],
)
def test_what_cannot_be_given_back_is_named(asked, code):
    spent = PaidShare("L2", "fire", 29, 29, (PaidLine(1, 1, 29, 29),))
    with pytest.raises(Refusal, match=code):
        portions([share(sites=3), spent], asked)


def test_a_notice_that_is_given_back_has_nothing_left():
    for nothing in ([], [share(held=87, sites=3)]):
        with pytest.raises(NotNow, match="nothing-left"):
            portions(nothing, Asked())


LINES = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 999), st.booleans()), min_size=1, max_size=4
)  # quantity, price, half rate


@pytest.mark.rule("R59", "R61")
@given(LINES, st.integers(0, 10_000), st.data())
def test_in_whatever_parts_the_sum_is_what_was_paid_less_what_remains(lines, paid_share, data):
    """Each part refused or kept; what is refused may be asked for again."""

    def line_at(place, returned):
        quantity, price, half = lines[place - 1]
        whole = PaidLine(place, quantity, price, 0, half_rate=half)
        amount = (price * quantity * (1 if half else 2) + 1) // 2
        return PaidLine(place, quantity, price, amount, half_rate=whole.half_rate, returned=returned)

    returned = dict.fromkeys(range(1, len(lines) + 1), 0)
    listed = sum(line_at(place, 0).amount for place in returned)
    paid, held = listed * paid_share // 10_000, 0
    for _ in range(data.draw(st.integers(0, 12))):
        place, quantity = data.draw(st.sampled_from(list(returned))), data.draw(st.integers(1, 6))
        shared = PaidShare("L1", "fire", paid, held, tuple(line_at(p, n) for p, n in returned.items()))
        try:
            [found] = portions([shared], line(quantity, place))
        except Refusal:
            continue
        assert 0 < found.amount <= paid - held
        if data.draw(st.booleans()):
            held += found.amount
            returned[place] += quantity
    assert held <= paid
    if all(returned[place] == quantity for place, (quantity, _price, _half) in enumerate(lines, start=1)):
        assert held == paid


# -- states ---------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R59")
def test_no_edge_leads_back_from_given_back_or_refused():
    for state, event in product((RefundState.REFUNDED, RefundState.REFUSED), {event for _from, event in EDGES}):
        assert by_the_bank(state, event) is None
        with pytest.raises(NotAllowedError):
            after(state, event)


def test_people_cannot_do_what_only_the_banks_word_may():
    for state, event in CORRECTIONS:
        assert by_the_bank(state, event) is CORRECTIONS[state, event]
        with pytest.raises(NotAllowedError):
            after(state, event)


@pytest.mark.rule("R59", "R62")
@pytest.mark.parametrize(
    ("cause", "by_fee_window", "state"),
    [
        (RefundCause.REQUEST, True, RefundState.REQUESTED),
        (RefundCause.REQUEST, False, RefundState.REQUESTED),
        (RefundCause.OWN_FINDING, True, RefundState.VERIFIED),
        (RefundCause.OWN_FINDING, False, RefundState.REQUESTED),
        (RefundCause.ORDER, True, RefundState.VERIFIED),
    ],
)
def test_only_a_finding_of_the_fee_windows_own_and_an_order_skip_its_verification(cause, by_fee_window, state):
    assert begins(cause, by_fee_window=by_fee_window) is state


def test_each_attempt_has_a_number_of_its_own_and_strangers_numbers_are_none_of_ours():
    for attempt in (1, 2, 17):
        assert ours(bank_number("TK2026000001", attempt)) == ("TK2026000001", attempt)
    for strange in ("TK2026000001-1", "TK2026000001-0", "TK2026000001-", "HJ2026000001", "TK", "TK2026000001-2-2"):
        assert ours(strange) is None


# -- working days ---------------------------------------------------------------------------------------------------------


def due(course, step):
    day = limits(course, Budgets())[step].due(CALENDAR)
    return day.date if day else None


@pytest.mark.rule("R59")
def test_ten_working_days_each_to_verify_to_approve_and_to_pay():
    """From Monday 7 September 2026; the 20th is worked instead of a day of the National Day week, the 25th is off."""
    course = Course(RefundCause.REQUEST, RefundState.SENT, MONDAY, TUESDAY, TUESDAY)
    assert due(course, Step.VERIFY) == date(2026, 9, 20)
    assert due(course, Step.APPROVE) == due(course, Step.PAY) == date(2026, 9, 21)
    assert running(course, Budgets()) == limits(course, Budgets())[Step.PAY]


@pytest.mark.rule("R59")
def test_what_a_department_found_is_applied_for_within_five_working_days():
    course = Course(RefundCause.OWN_FINDING, RefundState.REQUESTED, MONDAY)
    assert due(course, Step.VERIFY) == date(2026, 9, 14)


@pytest.mark.rule("R62")
def test_what_the_supervisor_ordered_is_approved_within_five_working_days():
    course = Course(RefundCause.ORDER, RefundState.VERIFIED, MONDAY, MONDAY)
    assert set(limits(course, Budgets())) == {Step.APPROVE}
    assert due(course, Step.APPROVE) == date(2026, 9, 14)


def test_money_of_suspense_has_only_to_be_paid_and_what_has_ended_has_no_limit():
    course = Course(RefundCause.SUSPENSE, RefundState.APPROVED, MONDAY, None, MONDAY)
    assert set(limits(course, Budgets())) == {Step.PAY}
    for ended in (RefundState.REFUNDED, RefundState.REFUSED):
        assert running(Course(RefundCause.REQUEST, ended, MONDAY, MONDAY, MONDAY), Budgets()) is None
