"""Numbers that identify: residents (居民身份证号码), bodies (统一社会信用代码), items (实施编码) and cases (办件编号).

Guarantees: check digits by python-stdnum (GB 11643 and ISO 7064, GB 32100); whatever is refused is refused with a
sentence that says what is wrong and what to do. Full-width characters, as Chinese input methods type them, are read.
Does not: say that the number was ever issued, or to the one who shows it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2

LEVELS = {1: "国家级", 2: "省级", 3: "市级", 4: "县级", 5: "镇（乡、街道）级", 6: "村（社区）级"}
"""Levels at which power is exercised (行使层级), the 19th character of an implementation code."""

_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_CREDIT = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_IMPLEMENTATION = re.compile(r"(.{18})([1-6])([0-9A-Z]{12})")
_CASE = re.compile(r"([0-9]{6})([1-9][0-9]{7})([A-Z])([0-9]{6,})([0-9X])")


class InvalidNumber(ValueError):
    """Its message is a sentence for the one who typed the number."""


def check_resident_id(number: str) -> str:
    """The number without blanks, its X large. Where it was first registered is not looked up.

    stdnum's own `validate` asks that the county existed in the year of birth, and so refuses people who are older than
    the county that issued their first card.
    """
    number = _typed(number)
    if not _RESIDENT.fullmatch(number):
        raise InvalidNumber("身份证号码应为18位，前17位是数字，末位是数字或X，请对照证件重新填写。")
    try:
        ric.get_birth_date(number)
    except ValidationError as error:
        raise InvalidNumber("身份证号码第7至14位不是有效的出生日期，请对照证件重新填写。") from error
    if number[-1] != ric.calc_check_digit(number):
        raise InvalidNumber("身份证号码校验不通过，可能有一位填错，请对照证件逐位核对。")
    return number


def check_credit_code(code: str) -> str:
    """The code without blanks, in capitals.

    stdnum's own `validate` wants a digit in front, and so refuses the village cooperatives (N) and others (Y, A).
    """
    code = _typed(code)
    if not _CREDIT.fullmatch(code):
        raise InvalidNumber(
            "统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z），第3至8位是数字，请对照证照重新填写。"
        )
    if code[-1] != uscc.calc_check_digit(code[:-1]):
        raise InvalidNumber("统一社会信用代码校验不通过，可能有一位填错，请对照证照逐位核对。")
    return code


def mask(number: str) -> str:
    """First and last four characters for the eye, stars between; all stars where that would leave nothing hidden."""
    hidden = len(number) - 8
    return f"{number[:4]}{'*' * hidden}{number[-4:]}" if hidden > 0 else "*" * len(number)


@dataclass(frozen=True)
class ImplementationCode:
    """An item as one organ implements it: 18 credit code + 1 level + 12 basic code (基本编码)."""

    credit_code: str
    level: int
    basic: str

    @property
    def level_name(self) -> str:
        return LEVELS[self.level]

    def __str__(self) -> str:
        return f"{self.credit_code}{self.level}{self.basic}"


def implementation_code(code: str) -> ImplementationCode:
    """Read a 31-character code; raises InvalidNumber. Only the organ's part of it has a check digit."""
    match = _IMPLEMENTATION.fullmatch(_typed(code))
    if match is None:
        raise InvalidNumber(
            "实施编码应为31位：18位统一社会信用代码、1位行使层级（1至6）和12位基本编码，请对照实施清单重新填写。"
        )
    return ImplementationCode(check_credit_code(match[1]), int(match[2]), match[3])


@dataclass(frozen=True)
class CaseNumber:
    """`<6-digit area><yyyyMMdd><kind letter><serial, at least 6 digits><check>`.

    The check character is ISO 7064 MOD 11-2 over the digits, the letter standing as its two-digit place in the
    alphabet (A 01 … Z 26): any one wrong digit and any two neighbouring digits exchanged are found. Eleven remainders
    cannot tell 26 letters apart, so a wrong letter may pass.
    """

    area: str
    day: dt.date
    kind: str
    serial: int

    @property
    def body(self) -> str:
        return f"{self.area}{self.day:%Y%m%d}{self.kind}{self.serial:06}"

    def __str__(self) -> str:
        return self.body + mod_11_2.calc_check_digit(_digits(self.body))


def case_number(area: str, day: dt.date, kind: str, serial: int) -> str:
    """The printed number; the serial is counted per area and day, and its width grows where six digits do not do."""
    if not (re.fullmatch(r"[0-9]{6}", area) and re.fullmatch(r"[A-Z]", kind) and serial > 0 and day.year >= 1000):
        raise ValueError(f"no case number from area {area!r}, day {day}, kind {kind!r}, serial {serial}")
    return str(CaseNumber(area, day, kind, serial))


def parse_case_number(number: str) -> CaseNumber:
    """Read a number as typed by hand (small letters, blanks around it); raises InvalidNumber."""
    number = _typed(number)
    wrong = InvalidNumber("办件编号不正确，请对照收件凭证上的编号逐位核对后重新填写。")
    match = _CASE.fullmatch(number)
    if match is None:
        raise wrong
    try:
        day = dt.datetime.strptime(match[2], "%Y%m%d").date()  # noqa: DTZ007 a date, no instant
    except ValueError as error:
        raise wrong from error
    parsed = CaseNumber(match[1], day, match[3], int(match[4]))
    if parsed.serial < 1 or str(parsed) != number:
        raise wrong
    return parsed


def valid_case_number(number: str) -> bool:
    try:
        parse_case_number(number)
    except InvalidNumber:
        return False
    return True


def _typed(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def _digits(body: str) -> str:
    return body[:14] + f"{ord(body[14]) - ord('A') + 1:02}" + body[15:]
