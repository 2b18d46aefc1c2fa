"""The classes of differences: what one line of the file and one record of ours come to, and what becomes of it later."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fees.domain.reconciling import (
    Finding,
    Kept,
    Record,
    State,
    booked_on,
    classify,
    cut_off_of,
    is_over,
    pair_alike,
    stands,
)
from services.fees.domain.statements import Line, LineKind
from services.fees.tests.bank_days import TOMORROW
from services.fees.tests.samples import TODAY
from yimen.contracts.fees import Difference
from yimen.worktime import local_date

pytestmark = pytest.mark.rule("R57")

NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


def line(serial: str = "S1", amount: int = 16000, kind: LineKind = LineKind.PAYMENT, code: str = "C1") -> Line:
    return Line(serial, kind, code, amount, "qr", NOON)


def record(one: Line, **other: Any) -> Record:
    return replace(Record(one.bank_serial, one.kind, one.reference, one.amount, one.occurred_at), **other)


OUT = line(kind=LineKind.REFUND)
CASES: dict[str, tuple[Line | None, Record | None, dict[str, Any], tuple[Difference, int, State] | None]] = {
    "alike": (line(), record(line()), {}, None),
    "lost": (line(), None, {}, (Difference.BANK_ONLY, 16000, State.OPEN)),
    "lost refund": (OUT, None, {}, (Difference.BANK_ONLY, -16000, State.OPEN)),
    "held as failed": (OUT, None, {"failed": True}, (Difference.STATUS, -16000, State.OPEN)),
    "another serial": (line(), None, {"alike": record(line("X1"))}, (Difference.STATUS, 0, State.RESOLVED)),
    "not in the file": (None, record(line()), {}, (Difference.OURS_ONLY, -16000, State.HELD)),
    "refund not in the file": (None, record(OUT), {}, (Difference.OURS_ONLY, 16000, State.HELD)),
    "another amount": (line(), record(line(), amount=1), {}, (Difference.AMOUNT, 15999, State.OPEN)),
    "another refund's amount": (OUT, record(OUT, amount=1), {}, (Difference.AMOUNT, -15999, State.OPEN)),
    "nothing was said to be taken": (line(), record(line(), amount=0), {}, (Difference.AMOUNT, 16000, State.OPEN)),
    "another code": (line(), record(line(), reference="C2"), {}, (Difference.STATUS, 0, State.OPEN)),
    "the other way": (OUT, record(line()), {}, (Difference.STATUS, -32000, State.OPEN)),
    "the evening before": (
        line(),
        record(line(), paid_at=NOON - timedelta(hours=14)),
        {},
        (Difference.DATE_SHIFTED, 0, State.RESOLVED),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_line_and_a_record_come_to_one_class(case: str) -> None:
    one, other, more, expected = CASES[case]
    finding = classify(TODAY, one, other, **more)
    assert (finding and (finding.kind, finding.amount, finding.state)) == expected
    assert finding is None or finding.detail.endswith("。")


def test_what_the_bank_books_on_the_next_day() -> None:
    cut_off = time(17)
    at = cut_off_of(TODAY, cut_off)
    assert booked_on(at - timedelta(microseconds=1), cut_off) == TODAY
    assert booked_on(at, cut_off) == booked_on(at + timedelta(hours=23), cut_off) == TOMORROW


MOVED = st.builds(
    line,
    st.text("ABC", min_size=1, max_size=2),
    st.sampled_from([1, 2]),
    st.sampled_from(list(LineKind)),
    st.sampled_from(["C1", "C2"]),
)
HOURS = st.integers(-60, 60).map(lambda hours: NOON + timedelta(hours=hours))


@given(
    st.lists(MOVED, max_size=8, unique_by=lambda one: one.bank_serial), st.lists(st.tuples(MOVED, HOURS), max_size=8)
)
def test_what_is_alike_is_paired_once_and_only_within_a_day(
    lines: list[Line], ours: list[tuple[Line, datetime]]
) -> None:
    records = [record(one, serial=f"R{n}", paid_at=at) for n, (one, at) in enumerate(ours)]
    pairs = pair_alike(lines, records)
    by_serial = {one.bank_serial: one for one in lines}
    assert len({one.serial for one in pairs.values()}) == len(pairs)
    for serial, other in pairs.items():
        one = by_serial[serial]
        assert (one.kind, one.reference, one.amount) == (other.kind, other.reference, other.amount)
        assert abs((local_date(one.occurred_at) - local_date(other.paid_at)).days) <= 1
    alone = [one for one in records if one not in pairs.values()]
    left = [one for one in lines if one.bank_serial not in pairs]
    assert not [one for one in left if pair_alike([one], alone)], "whatever could be paired is"


def test_a_persons_word_holds_while_the_amount_does() -> None:
    finding = Finding(TODAY, Difference.AMOUNT, "S1", 5, "金额不符。", State.OPEN)
    said = Kept(State.RESOLVED, 5, "以前的说明。", None, by_person=True)
    assert stands(said, finding)
    assert not stands(replace(said, amount=6), finding)
    assert not stands(replace(said, state=State.HEALED, by_person=False), finding)
    assert stands(Kept(State.OPEN, 5, "金额不符。", None, by_person=False), finding)
    assert [is_over(replace(said, state=state)) for state in State] == [True, True, False, False, True]
