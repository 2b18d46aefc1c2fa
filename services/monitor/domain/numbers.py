"""Numbers that a citizen is given for a complaint (TS) or a consultation (ZX): the series, the year, a count of that year,
and a check character.

Guarantees: the check character is ISO 7064 MOD 11-2 over the digits: one wrong digit and two exchanged neighbours are found
before anything is looked up. Does not: say that the number was ever given.
"""

import re
import unicodedata
from typing import Final

from stdnum.iso7064 import mod_11_2

from yimen.ids import InvalidNumber

COMPLAINT: Final = "TS"  # 投诉
CONSULTATION: Final = "ZX"  # 咨询
_NUMBER: Final = re.compile(r"(TS|ZX)([0-9]{10,})([0-9X])", re.ASCII)


def make_number(series: str, year: int, serial: int) -> str:
    digits = f"{year:04}{serial:06}"
    return f"{series}{digits}{mod_11_2.calc_check_digit(digits)}"


def read_number(series: str, typed: str) -> str:
    """The number as it was given, however it was typed. Raises `InvalidNumber`."""
    number = unicodedata.normalize("NFKC", typed).strip().upper()
    match = _NUMBER.fullmatch(number)
    if match is None or match[1] != series or mod_11_2.calc_check_digit(match[2]) != match[3]:
        raise InvalidNumber("编号不正确，请对照回执上的编号逐位核对后重新填写。")
    return number
