"""A fee standard (收费标准) and what a department has to say under it: read alike where it is published, listed and checked.

Guarantees: a line without misfits can be reckoned, and nobody has to type an amount for it (R50).
Does not: reckon, nor know whether quantity, base and area are true; people check that.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from yimen.contracts.parts import Fee, FeeCalculator, FeeLine

SQUARE_METRES: Final[Mapping[str, int]] = {"公顷": 10_000, "平方米": 1}
"""The units of an area, by what a price is for so many square metres. An area itself is always in square metres."""

_MISSING: Final = {
    "base": "按比例计收，请填写大于零的计费基数base（合同或者决定书载明的价款，以分为单位的整数）。",
    "area": "按面积计收，请填写面积area（以平方米为单位的整数）。",
    "grade": "该标准分档收取，请填写档次grade",
}
_NOT_TAKEN: Final = {
    "base": "该标准不按比例计收，请删除计费基数base。",
    "area": "该标准不按面积计收，请删除面积area。",
    "grade": "该标准不分档次，请删除档次grade。",
}


def reckonable(fee: Fee) -> bool:
    """Whether the standard itself says all that an amount follows from."""
    if fee.calculator is FeeCalculator.PERCENTAGE:
        return fee.rate is not None
    return fee.calculator is not FeeCalculator.AREA or fee.unit in SQUARE_METRES


def price_of(fee: Fee, grade: str | None) -> int:
    """In 分 a unit. Raises KeyError where the range has no such step."""
    return {step.code: step.price for step in fee.grades}[grade or ""] if fee.grades else fee.price


def out_of_force(fee: Fee, day: date) -> str | None:
    """Why the standard may not be charged for what is listed on that day; None where it may. First and last day count."""
    if fee.valid_from is not None and day < fee.valid_from:
        return f"收费项目{fee.code}的收费标准自{fee.valid_from}起执行，此前不得收取。"
    if fee.valid_to is not None and day > fee.valid_to:
        return f"收费项目{fee.code}的收费标准执行至{fee.valid_to}，已经失效，不得收取。"
    return None


def misfits(fee: Fee, line: FeeLine) -> Iterator[tuple[str, str]]:
    """Each field of the line that its standard cannot be reckoned with, and what to do, for the department."""
    taken = {
        "base": fee.calculator is FeeCalculator.PERCENTAGE,
        "area": fee.calculator is FeeCalculator.AREA,
        "grade": bool(fee.grades),
    }
    for field, needed in taken.items():
        given = getattr(line, field)
        if needed and not given:
            yield field, _MISSING[field] + (_choice(fee) if field == "grade" else "")
        elif not needed and given is not None:
            yield field, _NOT_TAKEN[field]
    if fee.grades and line.grade and line.grade not in {step.code for step in fee.grades}:
        yield "grade", f"该标准没有档次{line.grade}，请改正{_choice(fee)}"
    if fee.calculator is not FeeCalculator.PIECE and line.quantity != 1:
        yield "quantity", "按比例或者按面积计收的，数量quantity应为1，多宗的请合计计费基数或者面积。"
    if line.half_rate and not fee.half_rate_basis:
        yield "half_rate", "该标准没有减半征收的依据，请将half_rate改为false。"


def _choice(fee: Fee) -> str:
    return f"，可选：{'、'.join(f'{step.code}（{step.name}）' for step in fee.grades)}。"
