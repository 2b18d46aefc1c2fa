"""What a list costs by the published standard (收费标准), and which lists no standard allows.

Guarantees: an amount follows from the standard of the version that the case runs on (R50), is whole 分 and is rounded half
up once (R61); a code outside that version or not in force, or any code of an item without fee rows, is refused (R13).
Does not: know whether quantity, base and area are true; people check that.

    piece       price × quantity
    percentage  base × rate / 10,000
    area        price of the grade, or the one price × m² / m² of the unit
    half rate   half of any of these
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from yimen.contracts.parts import Fee, FeeCalculator, FeeLine, PricedLine
from yimen.money import MOST_FEN, half_up
from yimen.standards import SQUARE_METRES, misfits, out_of_force, price_of, reckonable

_MOST_TOLD, _MOST_WORDS = 20, 4000
"""Faults that are told one by one, and characters of that: a reason has to fit into an event, whatever was listed."""


class TooMuchError(ValueError):
    """The list adds up to more than an account can hold: a quantity, a base or an area is wrong."""


def unlawful(lines: Iterable[FeeLine], standards: Mapping[str, Fee], day: date) -> str | None:
    """Why no notice may be made of these lines, listed on that day (R13), as a sentence for the department; None where one
    may."""
    if not standards:
        return "该事项没有公布收费项目，依法不得收费（《行政许可法》第五十八条）。"
    codes = {line.code for line in lines}
    unknown = sorted(codes - standards.keys())
    if unknown:
        return f"收费项目{_told(unknown, '、')}不在该事项公布的收费标准之内，不得收取。"
    return _told([said for code in sorted(codes) for said in _out_of_use(standards[code], day)]) or None


def unfit(lines: Iterable[FeeLine], standards: Mapping[str, Fee]) -> str | None:
    """What the lines say that their standards cannot be reckoned with, for the department to list again; None where all
    fits."""
    told = [
        f"第{place}行{line.code}：{said}"
        for place, line in enumerate(lines, start=1)
        for _field, said in misfits(standards[line.code], line)
    ]
    return _told(told) or None


def price(lines: Sequence[FeeLine], standards: Mapping[str, Fee], version: int) -> list[PricedLine]:
    """The lines with their amounts, to be listed once they are lawful and fit. Raises `TooMuchError`."""
    amounts = [reckon(standards[line.code], line) for line in lines]
    if sum(amounts) > MOST_FEN:
        raise TooMuchError("清单金额超出上限，请核对数量、计费基数和面积。")
    return [priced(standards[line.code], line, amount, version) for line, amount in zip(lines, amounts, strict=True)]


def reckon(fee: Fee, line: FeeLine) -> int:
    """In 分. The line fits its standard, or this fails."""
    numerator, denominator = _exactly(fee, line)
    return half_up(numerator, denominator * 2 if line.half_rate else denominator)


def estimate(fee: Fee, line: FeeLine, day: date) -> tuple[int | None, int | None]:
    """Price and amount of a line listed on that day, for people to look at; without either where it may not be charged or
    does not fit, without an amount where it is more than an account can hold."""
    if any(_out_of_use(fee, day)) or any(misfits(fee, line)):
        return None, None
    amount = reckon(fee, line)
    return price_of(fee, line.grade), amount if amount <= MOST_FEN else None


def priced(fee: Fee, line: FeeLine, amount: int, version: int) -> PricedLine:
    return PricedLine(
        code=fee.code,
        name=fee.name,
        unit=fee.unit,
        quantity=line.quantity,
        price=price_of(fee, line.grade),
        amount=amount,
        standard_version=version,
        calculator=fee.calculator,
        rate=fee.rate,
        base=line.base,
        area=line.area,
        grade=line.grade,
        half_rate=line.half_rate,
    )


def total(lines: Iterable[PricedLine]) -> int:
    return sum(line.amount for line in lines)


def _exactly(fee: Fee, line: FeeLine) -> tuple[int, int]:
    """The full amount as a fraction, not rounded yet."""
    match fee.calculator:
        case FeeCalculator.PIECE:
            return fee.price * line.quantity, 1
        case FeeCalculator.PERCENTAGE:
            assert line.base is not None, line.code
            assert fee.rate is not None, fee.code
            return line.base * fee.rate, 10_000
        case FeeCalculator.AREA:
            assert line.area is not None, line.code
            return price_of(fee, line.grade) * line.area, SQUARE_METRES[fee.unit]


def _out_of_use(fee: Fee, day: date) -> Iterator[str]:
    if not reckonable(fee):
        yield f"收费项目{fee.code}公布的收费标准不完整，无法计算，不得收取。"
    if said := out_of_force(fee, day):
        yield said


def _told(sentences: Sequence[str], between: str = "") -> str:
    told = between.join(sentences[:_MOST_TOLD])
    whole = len(sentences) <= _MOST_TOLD and len(told) <= _MOST_WORDS
    return told if whole else f"{told[:_MOST_WORDS]}……等共{len(sentences)}处"
