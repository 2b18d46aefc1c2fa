"""What a list costs by the published standard (收费标准), and which lists no standard allows.

Guarantees: an amount is price × quantity of the version that the case runs on (R50); a code outside that version, or any
code of an item without fee rows, is refused (R13). Does not: know whether the quantity is true; people check that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yimen.money import MOST_FEN


class TooMuchError(ValueError):
    """The list adds up to more than an account can hold: a quantity is wrong."""


@dataclass(frozen=True, slots=True)
class Standard:
    code: str
    name: str
    unit: str
    price: int
    basis: str


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Priced:
    code: str
    name: str
    unit: str
    quantity: int
    price: int
    amount: int


def unlawful(lines: Iterable[Line], standards: Mapping[str, Standard]) -> str | None:
    """Why no notice may be made of these lines (R13), as a sentence for the department; None where one may."""
    if not standards:
        return "该事项没有公布收费项目，依法不得收费（《行政许可法》第五十八条）。"
    unknown = sorted({line.code for line in lines} - standards.keys())
    if unknown:
        return f"收费项目{'、'.join(unknown)}不在该事项公布的收费标准之内，不得收取。"
    return None


def price(lines: Sequence[Line], standards: Mapping[str, Standard]) -> list[Priced]:
    """The lines with their amounts. Raises `TooMuchError`; a code without a standard is the caller's mistake (KeyError)."""
    priced = [_price(line, standards[line.code]) for line in lines]
    if total(priced) > MOST_FEN:
        raise TooMuchError("清单金额超出上限，请核对数量。")
    return priced


def total(lines: Iterable[Priced]) -> int:
    return sum(line.amount for line in lines)


def _price(line: Line, standard: Standard) -> Priced:
    return Priced(
        code=line.code,
        name=standard.name,
        unit=standard.unit,
        quantity=line.quantity,
        price=standard.price,
        amount=standard.price * line.quantity,
    )
