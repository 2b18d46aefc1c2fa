"""The rules of fees on bare values."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fees.domain import books
from services.fees.domain.lists import Listed, ListState, Rejection, admit, readiness
from services.fees.domain.notices import (
    CODE_ALPHABET,
    EDGES,
    NotAllowedError,
    NoticeState,
    after,
    is_payment_code,
    pay_by,
    payment_code,
)
from services.fees.domain.payments import Payable, Payment, Reason, judge
from services.fees.settings import FeesSettings

BODIES = st.text(CODE_ALPHABET, min_size=19, max_size=19)
OPEN, VERIFIED, REJECTED = ListState.OPEN, ListState.VERIFIED, ListState.REJECTED


@given(BODIES, st.integers(0, 19), st.sampled_from(CODE_ALPHABET))
def test_a_payment_code_with_one_wrong_character_is_none(body: str, place: int, wrong: str) -> None:
    code = payment_code(body)
    assert is_payment_code(code)
    assert len(code) == 20
    changed = code[:place] + wrong + code[place + 1 :]
    assert is_payment_code(changed) == (changed == code)


@pytest.mark.parametrize("code", ["", "A" * 19, "A" * 21, "0" * 20, "中" * 20, "I" + "A" * 19])
def test_what_is_not_written_like_a_payment_code_is_none(code: str) -> None:
    assert not is_payment_code(code)


@pytest.mark.rule("R54")
def test_fifteen_days_count_from_the_day_after_issue_in_shanghai() -> None:
    assert pay_by(datetime(2026, 9, 7, 15, 59, tzinfo=UTC), 15) == date(2026, 9, 22)
    assert pay_by(datetime(2026, 9, 7, 16, 0, tzinfo=UTC), 15) == date(2026, 9, 23)


def test_nothing_leads_back_from_paid() -> None:
    settled = {NoticeState.PAID, NoticeState.RECEIPTED, NoticeState.REMITTED}
    assert {end for (start, _), end in EDGES.items() if start in settled} <= settled
    with pytest.raises(NotAllowedError):
        after(NoticeState.VOIDED, "paid")


def listed(
    name: str, state: ListState = VERIFIED, *, replaces: str | None = None, why: Rejection | None = None
) -> Listed:
    return Listed(name, state, 100, replaces, why)


@pytest.mark.parametrize(
    ("named", "lists", "due"),
    [
        ([], [listed("L1")], None),
        (["L1"], [], None),
        (["L1"], [listed("L1", OPEN)], None),
        (["L1"], [listed("L1")], ["L1"]),
        (["L1"], [listed("L1"), listed("L2", OPEN)], None),
        (["L1"], [listed("L1"), listed("L2", REJECTED, why=Rejection.OFFICER)], ["L1"]),
        (["L1"], [listed("L1", REJECTED, why=Rejection.OFFICER)], None),
        (["L1"], [listed("L1", REJECTED, why=Rejection.OFFICER), listed("L2", replaces="L1")], ["L2"]),
        (["L1"], [listed("L1", REJECTED, why=Rejection.OFFICER), listed("L2", OPEN, replaces="L1")], None),
        (["L1"], [listed("L1", REJECTED, why=Rejection.MISFIT)], None),
        (["L1"], [listed("L1", REJECTED, why=Rejection.MISFIT), listed("L2", replaces="L1")], ["L2"]),
        (["L1"], [listed("L1", REJECTED, why=Rejection.NO_STANDARD)], []),
        (["L1", "L2"], [listed("L1", REJECTED, why=Rejection.NO_STANDARD), listed("L2")], ["L2"]),
        (["L1"], [listed("L1"), listed("L2", REJECTED, replaces="L1", why=Rejection.TOO_LATE)], ["L1"]),
    ],
)
def test_the_notice_waits_until_every_named_list_is_settled(
    named: list[str], lists: list[Listed], due: list[str] | None
) -> None:
    for order in (lists, lists[::-1]):
        ready = readiness(named, order)
        assert (None if ready is None else [one.list_id for one in ready.due]) == due


def test_lists_that_replace_each_other_do_not_hang() -> None:
    circle = [listed("L1", replaces="L2"), listed("L2", replaces="L1")]
    assert readiness(["L1"], circle) is not None


def test_no_standard_is_the_reason_whatever_else_is_wrong() -> None:
    open_list = listed("L0", ListState.OPEN)
    refusal = admit(unlawful="无标准", unfit="缺面积", replaced=open_list, notice_is_out=True, ended=True)
    assert refusal is not None
    assert refusal.rejection is Rejection.NO_STANDARD


@pytest.mark.rule("R13")
def test_an_unlawful_list_never_takes_the_place_of_a_verified_one() -> None:
    """Or a department could send one to leave nothing due."""
    verified = listed("L0")
    refusal = admit(unlawful="无标准", replaced=verified, notice_is_out=False, ended=False)
    assert refusal is not None
    late = listed("L1", ListState.REJECTED, replaces="L0", why=refusal.rejection)
    ready = readiness(["L0"], [verified, late])
    assert ready is not None
    assert ready.due == (verified,)


@pytest.mark.rule("R50")
def test_a_list_that_does_not_fit_is_sent_back_unless_it_is_too_late_for_another() -> None:
    def why(**known: Any) -> Rejection | None:
        facts: dict[str, Any] = {"unlawful": None, "replaced": None, "notice_is_out": False, "ended": False} | known
        refusal = admit(unfit="缺面积", **facts)
        return refusal and refusal.rejection

    assert why() is Rejection.MISFIT
    assert why(replaced=listed("L0")) is why(notice_is_out=True) is Rejection.TOO_LATE
    assert why(ended=True) is Rejection.CASE_ENDED


@pytest.mark.rule("R53")
@pytest.mark.parametrize(
    ("state", "amount", "reason"),
    [
        (NoticeState.ISSUED, 100, None),
        (NoticeState.OVERDUE, 100, None),
        (NoticeState.ISSUED, 99, Reason.WRONG_AMOUNT),
        (NoticeState.ISSUED, 101, Reason.WRONG_AMOUNT),
        (NoticeState.ISSUED, 0, Reason.NO_AMOUNT),
        (NoticeState.ISSUED, -100, Reason.NO_AMOUNT),
        (NoticeState.PAID, 100, Reason.SECOND_PAYMENT),
        (NoticeState.RECEIPTED, 99, Reason.SECOND_PAYMENT),
        (NoticeState.VOIDED, 100, Reason.NOT_PAYABLE),
        (NoticeState.NOTHING_DUE, 100, Reason.NOT_PAYABLE),
    ],
)
def test_only_the_full_amount_settles_and_only_an_open_notice(
    state: NoticeState, amount: int, reason: Reason | None
) -> None:
    payment = Payment("S1", "CODE", amount, datetime(2026, 9, 7, tzinfo=UTC))
    assert judge(payment, Payable("JK1", 100, state)) is reason
    assert judge(payment, None) in (Reason.UNKNOWN_CODE, Reason.NO_AMOUNT)


@given(st.lists(st.tuples(st.sampled_from(["fire", "housing"]), st.integers(0, 10**6))))
def test_issue_then_receive_or_void_leaves_no_claim(shares: list[tuple[str, int]]) -> None:
    issue, void = books.issue("N", shares), books.void("N", shares)
    receive = books.receive("S", "N", shares)
    assert sum(leg.amount for leg in issue.legs) == sum(amount for _, amount in shares)
    assert {(leg.credit, leg.amount) for leg in receive.legs} == {(leg.debit, leg.amount) for leg in issue.legs}
    assert [leg.reversed() for leg in void.legs] == list(issue.legs)


@pytest.mark.parametrize(("debit", "amount"), [("1002", 0), ("1002", -1), ("2203", 1)])
def test_a_leg_that_moves_nothing_cannot_be_written(debit: str, amount: int) -> None:
    with pytest.raises(ValueError, match="moves"):
        books.Leg(debit, "2203", amount)


@pytest.mark.parametrize("key", ["00", "00" * 31, "zz" * 32])
def test_fees_does_not_start_with_half_a_key(key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        FeesSettings(database_url="sqlite+aiosqlite://", bank_message_key=key)
