"""The four calculators: what they give, against exact fractions; and what may not be charged at all."""

from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fees.domain.standards import TooMuchError, price, reckon, total, unfit, unlawful
from yimen.contracts.parts import Fee, FeeCalculator, FeeGrade, FeeLine
from yimen.money import parse_yuan

TODAY = date(2026, 9, 7)


def fee(code: str = "A", unit: str = "件", price: int = 8000, **more: Any) -> Fee:
    return Fee(code=code, name=f"收费{code}", unit=unit, price=price, basis="令", **more)


def line(code: str = "A", quantity: int = 1, **more: Any) -> FeeLine:
    return FeeLine(code=code, quantity=quantity, **more)


def share(rate: int = 2000) -> Fee:
    return fee("IDLE", "宗", 0, calculator=FeeCalculator.PERCENTAGE, rate=rate, half_rate_basis="令")


def plot(price: int = 600_000, unit: str = "公顷", grades: tuple[FeeGrade, ...] = ()) -> Fee:
    return fee("LAND", unit, price, calculator=FeeCalculator.AREA, grades=grades, half_rate_basis="令")


PIECE = fee(half_rate_basis="令")
GRADES = tuple(
    FeeGrade(code=code, name=code, price=yuan * 100)
    for code, yuan in (("light", 6000), ("medium", 14_400), ("heavy", 22_800))
)
RANGE = plot(grades=GRADES)

QUANTITIES = st.integers(1, 1_000_000)
PRICES = st.integers(0, 10**6) | st.integers(0, 10**13)
RATES = st.integers(1, 10_000)
AREAS = st.integers(1, 10**6) | st.integers(1, 10**12)


@st.composite
def charges(draw: st.DrawFn) -> tuple[Fee, FeeLine, Fraction]:
    """A standard, a line that fits it, and the full amount that they come to, exactly."""
    kind = draw(st.sampled_from(FeeCalculator))
    if kind is FeeCalculator.PIECE:
        each, count = draw(PRICES), draw(QUANTITIES)
        return fee(price=each, half_rate_basis="令"), line(quantity=count), Fraction(each * count)
    if kind is FeeCalculator.PERCENTAGE:
        rate, base = draw(RATES), draw(PRICES.filter(bool))
        return share(rate), line("IDLE", base=base), Fraction(base * rate, 10_000)
    each, area, unit = draw(PRICES), draw(AREAS), draw(st.sampled_from(["公顷", "平方米"]))
    exact = Fraction(each * area, 10_000 if unit == "公顷" else 1)
    return plot(each, unit), line("LAND", area=area), exact


def half_up(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


def halved(one: FeeLine) -> FeeLine:
    return one.model_copy(update={"half_rate": True})


@pytest.mark.rule("R50", "R61")
@given(charges())
def test_an_amount_is_the_exact_one_rounded_half_up_once(charge: tuple[Fee, FeeLine, Fraction]) -> None:
    standard, listed, exact = charge
    assert unfit([listed, halved(listed)], {standard.code: standard}) is None
    full, half = reckon(standard, listed), reckon(standard, halved(listed))
    assert (type(full), full) == (int, half_up(exact))
    assert (type(half), half) == (int, half_up(exact / 2))
    assert abs(2 * half - full) <= 1


@pytest.mark.rule("R50")
@given(charges(), st.integers(0, 10**6), st.booleans())
def test_more_of_anything_never_costs_less(charge: tuple[Fee, FeeLine, Fraction], more: int, half: bool) -> None:
    standard, listed, _ = charge
    grown = {
        FeeCalculator.PIECE: {"quantity": listed.quantity + more},
        FeeCalculator.PERCENTAGE: {"base": (listed.base or 0) + more},
        FeeCalculator.AREA: {"area": (listed.area or 0) + more},
    }[standard.calculator] | {"half_rate": half}
    less = listed.model_copy(update={"half_rate": half})
    assert reckon(standard, listed.model_copy(update=grown)) >= reckon(standard, less)


@pytest.mark.rule("R50", "R61")
@pytest.mark.parametrize(
    ("standard", "listed", "yuan"),
    [
        (PIECE, line(quantity=3), "240.00"),
        (PIECE, line(half_rate=True), "40.00"),
        (fee(price=55_000, half_rate_basis="令"), line(half_rate=True), "275.00"),
        (fee(price=1999), line(quantity=100), "1999.00"),
        (fee(price=29), line(quantity=100), "29.00"),
        (fee(price=115), line(quantity=100), "115.00"),
        (fee(price=115, half_rate_basis="令"), line(half_rate=True), "0.58"),
        (fee(price=29, half_rate_basis="令"), line(quantity=2, half_rate=True), "0.29"),
        (share(), line("IDLE", base=parse_yuan("1234567.89")), "246913.58"),
        (share(), line("IDLE", base=parse_yuan("0.02")), "0.00"),
        (share(), line("IDLE", base=parse_yuan("0.03")), "0.01"),
        (share(), line("IDLE", base=parse_yuan("19.99"), half_rate=True), "2.00"),
        (RANGE, line("LAND", area=10_000, grade="light"), "6000.00"),
        (RANGE, line("LAND", area=10_000, grade="heavy"), "22800.00"),
        (RANGE, line("LAND", area=12_345, grade="medium"), "17776.80"),
        (RANGE, line("LAND", area=1, grade="light", half_rate=True), "0.30"),
        (plot(115, "平方米"), line("LAND", area=3), "3.45"),
    ],
)
def test_published_examples(standard: Fee, listed: FeeLine, yuan: str) -> None:
    assert reckon(standard, listed) == parse_yuan(yuan)


@pytest.mark.rule("R50")
def test_a_line_is_priced_with_all_that_explains_its_amount() -> None:
    standards = {one.code: one for one in (PIECE, share(), RANGE)}
    listed = [line(quantity=2, half_rate=True), line("IDLE", base=1000), line("LAND", area=10_000, grade="medium")]
    rows = price(listed, standards, version=3)
    assert total(rows) == 8000 + 200 + 1_440_000
    assert [(row.calculator, row.price, row.rate, row.standard_version) for row in rows] == [
        (FeeCalculator.PIECE, 8000, None, 3),
        (FeeCalculator.PERCENTAGE, 0, 2000, 3),
        (FeeCalculator.AREA, 1_440_000, None, 3),
    ]
    assert [(row.half_rate, row.base, row.area, row.grade) for row in rows] == [
        (True, None, None, None),
        (False, 1000, None, None),
        (False, None, 10_000, "medium"),
    ]


def test_more_than_an_account_can_hold_is_refused() -> None:
    dear = {"A": fee(price=10**13)}
    assert total(price([line()], dear, 1)) == 10**13
    with pytest.raises(TooMuchError):
        price([line(), line()], dear, 1)
    with pytest.raises(TooMuchError):
        price([line("LAND", area=10**12)], {"LAND": plot(10**13)}, 1)


@pytest.mark.rule("R13")
def test_an_item_without_fee_rows_may_charge_nothing() -> None:
    assert "不得收费" in (unlawful([line()], {}, TODAY) or "")


@pytest.mark.rule("R13")
def test_a_code_outside_the_standard_is_named() -> None:
    assert unlawful([line()], {"A": PIECE}, TODAY) is None
    assert "X" in (unlawful([line(), line("X")], {"A": PIECE}, TODAY) or "")


@pytest.mark.rule("R13", "R50")
@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, None, None),
        (TODAY, TODAY, None),
        (date(2026, 9, 8), None, "收费项目A的收费标准自2026-09-08起执行，此前不得收取。"),
        (None, date(2026, 9, 6), "收费项目A的收费标准执行至2026-09-06，已经失效，不得收取。"),
    ],
)
def test_a_standard_is_charged_from_its_first_day_to_its_last(
    first: date | None, last: date | None, said: str | None
) -> None:
    assert unlawful([line()], {"A": fee(valid_from=first, valid_to=last)}, TODAY) == said


@pytest.mark.rule("R13")
@pytest.mark.parametrize("broken", [fee(calculator=FeeCalculator.PERCENTAGE), plot(unit="亩")])
def test_a_standard_from_which_nothing_follows_is_not_charged(broken: Fee) -> None:
    assert "无法计算" in (unlawful([line(broken.code)], {broken.code: broken}, TODAY) or "")


@pytest.mark.rule("R50")
@pytest.mark.parametrize(
    ("standard", "listed", "said"),
    [
        (share(), line("IDLE"), "请填写大于零的计费基数base"),
        (share(), line("IDLE", base=0), "请填写大于零的计费基数base"),
        (share(), line("IDLE", 2, base=1), "数量quantity应为1"),
        (share(), line("IDLE", base=1, area=1), "请删除面积area"),
        (RANGE, line("LAND", grade="light"), "请填写面积area"),
        (RANGE, line("LAND", area=1), "请填写档次grade，可选：light（light）、medium"),
        (RANGE, line("LAND", area=1, grade="worst"), "没有档次worst，请改正，可选：light"),
        (plot(), line("LAND", area=1, grade="light"), "请删除档次grade"),
        (PIECE, line(base=1), "请删除计费基数base"),
        (fee(), line(half_rate=True), "没有减半征收的依据"),
    ],
)
def test_what_does_not_fit_is_told_by_line(standard: Fee, listed: FeeLine, said: str) -> None:
    found = unfit([line("OK"), listed], {"OK": fee("OK"), standard.code: standard})
    assert found is not None
    assert found.startswith(f"第2行{standard.code}：")
    assert said in found


def test_a_list_full_of_faults_is_told_in_a_sentence_that_an_event_holds() -> None:
    many = tuple(FeeGrade(code=f"{n:080}", name="档" * 400, price=n) for n in range(50))
    bad = [line(f"{n:080}", 2, base=1, area=1, grade="g" * 80) for n in range(500)]
    standards = {one.code: fee(one.code, calculator=FeeCalculator.AREA, unit="公顷", grades=many) for one in bad}
    for said in (unfit(bad, standards), unlawful(bad, {"A": PIECE}, TODAY)):
        assert said is not None
        assert "共" in said
        assert len(said) < 8000
