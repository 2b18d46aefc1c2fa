"""Numbers typed by hand: the right ones pass, one wrong character does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.ids import (
    CaseNumber,
    InvalidNumber,
    case_number,
    check_credit_code,
    check_resident_id,
    implementation_code,
    mask,
    parse_case_number,
    valid_case_number,
)

RESIDENT = "360426199101010071"
ORGAN = "11450721MB15580811"
ITEM = "11450721MB155808114000104002000"
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_a_resident_number_is_read_as_people_type_it() -> None:
    assert check_resident_id(f" {RESIDENT}\n") == RESIDENT
    assert check_resident_id("３６０４２６１９９１０１０１００７１") == RESIDENT
    assert check_resident_id("44030519500101001x") == "44030519500101001X"


def test_a_resident_may_be_older_than_the_county_that_registered_him() -> None:
    assert check_resident_id("44030519500101001X").startswith("440305")  # 南山区 is of 1990


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("36042619910101007", "应为18位"),
        ("360426910101007", "应为18位"),
        ("36042619910101007Y", "应为18位"),
        ("360426199113010071", "出生日期"),
        ("360426199102290071", "出生日期"),
        ("360426199101010072", "校验不通过"),
        ("", "应为18位"),
    ],
)
def test_a_wrong_resident_number_is_refused_with_advice(number: str, says: str) -> None:
    with pytest.raises(InvalidNumber, match=f"{says}.*，请"):
        check_resident_id(number)


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_in_a_resident_number_is_found(place: int, digit: str) -> None:
    wrong = RESIDENT[:place] + digit + RESIDENT[place + 1 :]
    if wrong != RESIDENT:
        with pytest.raises(InvalidNumber):
            check_resident_id(wrong)


@pytest.mark.parametrize("code", [ORGAN, "91110000600037341L", "114507210081153718", "11450721348531435D"])
def test_credit_codes_of_real_bodies_pass(code: str) -> None:
    assert check_credit_code(f" {code.lower()} ") == code


def test_village_cooperatives_have_a_letter_in_front() -> None:
    assert check_credit_code("N2450721MF12345679") == "N2450721MF12345679"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (ORGAN[:-1], "应为18位"),
        ("11450721MB1558081I", "应为18位"),
        ("114A0721MB15580811", "第3至8位是数字"),
        ("11450721MB15580812", "校验不通过"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_advice(code: str, says: str) -> None:
    with pytest.raises(InvalidNumber, match=f"{says}.*，?请"):
        check_credit_code(code)


def test_an_implementation_code_says_whose_item_it_is() -> None:
    code = implementation_code(ITEM)
    assert (code.credit_code, code.level, code.basic) == (ORGAN, 4, "000104002000")
    assert code.level_name == "县级"
    assert str(code) == ITEM


@pytest.mark.parametrize("place", range(18))
def test_any_other_character_in_the_organ_s_part_is_found(place: int) -> None:
    for character in CHARACTERS.replace(ITEM[place], ""):
        with pytest.raises(InvalidNumber):
            implementation_code(ITEM[:place] + character + ITEM[place + 1 :])


@pytest.mark.parametrize("code", [ITEM[:-1], ITEM + "0", ORGAN + "0" + ITEM[19:], ORGAN + "7" + ITEM[19:], ""])
def test_an_implementation_code_of_another_shape_is_refused(code: str) -> None:
    with pytest.raises(InvalidNumber, match=r"实施编码应为31位.*请"):
        implementation_code(code)


def test_parents_with_sub_items_end_in_a_letter() -> None:
    assert implementation_code(ORGAN + "400013112700Y").basic == "00013112700Y"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("360724199001011234", "3607**********1234"), ("123456789", "1234*6789"), ("12345678", "********"), ("", "")],
)
def test_a_masked_number_shows_its_ends_only(number: str, shown: str) -> None:
    assert mask(number) == shown


areas = st.text("0123456789", min_size=6, max_size=6)
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
numbers = st.builds(
    case_number,
    areas,
    days,
    st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    st.integers(1, 10**8),
)


def test_a_case_number_is_area_day_kind_serial_and_check() -> None:
    number = case_number("360724", date(2026, 11, 23), "C", 17)
    assert number == "36072420261123C0000172"
    assert parse_case_number(f" {number.lower()} ") == CaseNumber("360724", date(2026, 11, 23), "C", 17)


@given(areas, days, st.sampled_from("CJZ"), st.integers(1, 10**9))
def test_what_is_printed_on_the_receipt_is_found_again(area: str, day: date, kind: str, serial: int) -> None:
    assert parse_case_number(case_number(area, day, kind, serial)) == CaseNumber(area, day, kind, serial)


@given(numbers, st.data())
def test_one_wrong_digit_in_a_case_number_is_found(number: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([n for n in range(len(number)) if n != 14]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert valid_case_number(number)
    assert not valid_case_number(number[:place] + digit + number[place + 1 :])


@given(numbers, st.data())
def test_two_digits_exchanged_in_a_case_number_are_found(number: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([n for n in range(len(number) - 1) if n not in (13, 14)]))
    exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert exchanged == number or not valid_case_number(exchanged)


@pytest.mark.parametrize(
    "body",
    [
        "36072420261323C000017",
        "36072401990101C000017",
        "36072420261123C000000",
        "36072420261123C0000017",
        "3607242026C17",
    ],
)
def test_a_right_check_digit_does_not_make_a_number_of_no_day_or_serial_valid(body: str) -> None:
    assert not any(valid_case_number(body + check) for check in "0123456789X")
    with pytest.raises(InvalidNumber, match="请对照收件凭证"):
        parse_case_number(body + "0")


@pytest.mark.parametrize(("area", "kind", "serial"), [("36072", "C", 1), ("360724", "c", 1), ("360724", "C", 0)])
def test_no_number_is_made_from_wrong_parts(area: str, kind: str, serial: int) -> None:
    with pytest.raises(ValueError, match="no case number"):
        case_number(area, date(2026, 11, 23), kind, serial)
