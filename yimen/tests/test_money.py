"""Money: no 分 appears or disappears between paper, screen and ledger."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from yimen.money import MOST_FEN, AmountError, Fen, capitals, format_yuan, half_up, parse_yuan, percentage

amounts = st.integers(0, 100_000) | st.integers(0, MOST_FEN)


@pytest.mark.rule("R61")
@pytest.mark.parametrize(
    ("text", "fen"), [("0.29", 29), ("19.99", 1999), ("1.15", 115), ("550", 55000), (" 1.1 ", 110)]
)
def test_yuan_on_paper_become_exact_fen(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.rule("R61")
@given(amounts)
def test_what_is_printed_reads_back_the_same(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen
    assert Decimal(format_yuan(fen)) * 100 == fen
    assert format_yuan(fen, thousands=True).replace(",", "") == format_yuan(fen)


def test_thousands_are_set_apart_on_request() -> None:
    assert format_yuan(123456789, thousands=True) == "1,234,567.89"
    assert format_yuan(29) == "0.29"


@pytest.mark.rule("R61")
@pytest.mark.parametrize("text", ["0.291", "-1", "+1", "1e3", "NaN", "", ".5", "1.", "1,000", "1_0", "一元", "1.00 元"])
def test_what_is_no_plain_amount_is_refused_with_advice(text: str) -> None:
    with pytest.raises(AmountError, match="不是有效的金额，请填写"):
        parse_yuan(text)


@pytest.mark.rule("R61")
@pytest.mark.parametrize("number", [0.29, 29, Decimal("0.29")])
def test_only_text_is_read_as_yuan(number: object) -> None:
    with pytest.raises(AmountError, match="文字"):
        parse_yuan(number)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["100000000000.01", "9" * 5000])
def test_amounts_beyond_reason_are_refused(text: str) -> None:
    with pytest.raises(AmountError, match="金额"):
        parse_yuan(text)


def test_the_largest_amount_has_leading_zeros_to_spare() -> None:
    assert parse_yuan("000100000000000.00") == MOST_FEN


@pytest.mark.rule("R61")
def test_half_of_550_yuan_is_275_and_half_a_fen_rounds_up() -> None:
    assert percentage(55000, 5000) == 27500
    assert [percentage(fen, 5000) for fen in (1, 2, 3)] == [1, 1, 2]
    assert percentage(99, 49) == 0


@pytest.mark.rule("R61")
@given(st.integers(0, 10**26), st.integers(1, 10**5))
def test_a_quotient_of_any_size_is_rounded_half_up_once(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert half_up(numerator, denominator) == floor(exact + Fraction(1, 2))


@pytest.mark.rule("R61")
@given(st.integers(0, MOST_FEN // 2), st.integers(0, 20_000))
def test_a_share_is_the_decimal_share_rounded_half_up(fen: int, rate: int) -> None:
    exact = Decimal(fen) * rate / 10_000
    assert percentage(fen, rate) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(("fen", "rate"), [(-1, 5000), (100, -1), (MOST_FEN, 10_001)])
def test_a_share_outside_of_money_is_refused(fen: int, rate: int) -> None:
    with pytest.raises(AmountError):
        percentage(fen, rate)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (123456, "壹仟贰佰叁拾肆元伍角陆分"),
        (1000, "壹拾元整"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (1000001, "壹万元零壹分"),
        (1000100, "壹万零壹元整"),
        (10000100000, "壹亿零壹仟元整"),
        (1000010000 * 100, "壹拾亿零壹万元整"),
        (MOST_FEN, "壹仟亿元整"),
    ],
)
def test_receipts_say_the_amount_in_capitals(fen: int, text: str) -> None:
    assert capitals(fen) == text


def read_capitals(text: str) -> int:
    """Fen from capitals, by another road: character by character."""
    fen = group = digit = yuan = 0
    for character in text:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in (places := {"仟": 1000, "佰": 100, "拾": 10}):
            group, digit = group + digit * places[character], 0
        elif character in (groups := {"亿": 10**8, "万": 10**4, "元": 1}):
            yuan, group, digit = yuan + (group + digit) * groups[character], 0, 0
        elif character in (parts := {"角": 10, "分": 1}):
            fen, digit = fen + digit * parts[character], 0
    return yuan * 100 + fen


@given(amounts)
def test_capitals_say_the_amount_and_nothing_twice(fen: int) -> None:
    text = capitals(fen)
    assert read_capitals(text) == fen
    assert "零零" not in text
    assert text.endswith("整") is (fen % 10 == 0)
    assert text == "零元整" or not text.startswith("零")


class Notice(BaseModel):
    amount: Fen


@pytest.mark.rule("R61")
@pytest.mark.parametrize("amount", [0.29, 29.0, "29", True, -1, MOST_FEN + 1, None])
def test_a_model_takes_whole_fen_only(amount: object) -> None:
    with pytest.raises(ValidationError):
        Notice.model_validate({"amount": amount})


@pytest.mark.rule("R61")
def test_a_model_carries_fen_as_an_integer() -> None:
    assert Notice.model_validate_json('{"amount": 29}').model_dump_json() == '{"amount":29}'
    with pytest.raises(ValidationError):
        Notice.model_validate_json('{"amount": 29.0}')
    assert TypeAdapter(Fen).json_schema() == {"type": "integer", "minimum": 0, "maximum": MOST_FEN}
