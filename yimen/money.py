"""Money is whole 分 (R61): read from, shown as and reckoned without a single float.

Guarantees: what `format_yuan` writes, `parse_yuan` reads back; a share of an amount is rounded half up to the 分, once.
Does not: know what anything costs, nor whose money it is.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field

MOST_FEN: Final = 10**13
"""A hundred thousand million yuan: above any county's account; below 2^53, so a browser reads it exactly."""

Fen = Annotated[int, Field(strict=True, ge=0, le=MOST_FEN)]
"""An amount in 分 for pydantic models, strict: no "12", no 12.0, no True. A plain `int` (BigInteger) to all others."""

_YUAN = re.compile(r"([0-9]+)(?:\.([0-9]{1,2}))?")
_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_GROUPS: Final = ((10**8, "亿"), (10**4, "万"), (1, ""))


class AmountError(ValueError):
    """Not an amount of money; the sentence is for the one who typed it."""


def parse_yuan(text: str) -> int:
    """Yuan as people write them ("550", "0.29") in 分. More than two places, signs, commas and floats are refused."""
    if not isinstance(text, str):
        raise AmountError(f"金额须以文字给出，不能是{type(text).__name__}，以免产生误差。")
    match = _YUAN.fullmatch(text.strip())
    if match is None:
        raise AmountError(f"“{text}”不是有效的金额，请填写不带符号的数字，最多两位小数，例如 550 或 0.29。")
    yuan, places = match[1], match[2] or ""
    if len(yuan.lstrip("0")) > len(str(MOST_FEN)):  # before int(), which is slow on absurd lengths
        raise AmountError("金额过大，请核对后重新填写。")
    return _checked(int(yuan + places.ljust(2, "0")))


def format_yuan(fen: int, *, thousands: bool = False) -> str:
    """29 as "0.29"; 123456789 as "1234567.89", or "1,234,567.89" with `thousands`."""
    yuan, rest = divmod(_checked(fen), 100)
    return f"{yuan:,}.{rest:02}" if thousands else f"{yuan}.{rest:02}"


def percentage(fen: int, rate_basis_points: int) -> int:
    """That many ten-thousandths of the amount (5000: half), half a 分 rounded up."""
    if rate_basis_points < 0:
        raise AmountError("费率不能为负数。")
    return _checked(half_up(_checked(fen) * rate_basis_points, 10_000))


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of whole numbers that are not negative, half a 分 rounded up. For amounts that are shares of shares: they
    are rounded here, once, and have no bound."""
    return (2 * numerator + denominator) // (2 * denominator)


def capitals(fen: int) -> str:
    """The amount in the capitals (大写) of receipts and cheques: 壹仟贰佰叁拾肆元伍角陆分, 壹拾元整.

    After the central bank's rules for filling in bills (正确填写票据和结算凭证的基本规定): zeros in a row are one 零;
    none is written between 元 and 角; 整 closes an amount without 分.
    """
    yuan, rest = divmod(_checked(fen), 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif cents and yuan:
        text += "零"
    return text + (f"{_DIGITS[cents]}分" if cents else "整")


def _whole(yuan: int) -> str:
    text, skipped = "", False
    for size, name in _GROUPS:
        group, yuan = divmod(yuan, size)
        if group:
            zero = "零" if text and (skipped or group < 1000) else ""
            text += zero + _group(group) + name
        skipped = bool(text) and not group
    return text or "零"


def _group(number: int) -> str:
    """1 to 9999."""
    text, skipped = "", False
    for size, name in _PLACES:
        digit, number = divmod(number, size)
        if digit:
            text += ("零" if skipped else "") + _DIGITS[digit] + name
        skipped = bool(text) and not digit
    return text


def _checked(fen: int) -> int:
    if not 0 <= fen <= MOST_FEN:
        raise AmountError("金额须在零元至一千亿元之间。")
    return fen
