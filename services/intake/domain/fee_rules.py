"""What makes the fee rows of an item unfit to be published: an amount has to follow from each without anybody typing it.

Guarantees: every rule speaks, whatever the others found. Does not: know whether a cited basis allows what it is cited for.
"""

from itertools import pairwise

from services.intake.domain.findings import Found, repeated
from services.intake.domain.item import Item
from yimen.contracts.parts import Fee, FeeCalculator
from yimen.standards import SQUARE_METRES


def fees(item: Item) -> Found:
    """R13, R50."""
    if item.free and item.fees:
        yield "fees", "标明不收费，却列有收费标准，请删除收费标准或改为收费事项。"
    if not item.free and not item.fees:
        yield "free", "标明收费，却没有收费标准，请列出收费标准或改为不收费。"
    for code in repeated(fee.code for fee in item.fees):
        yield "fees", f"收费编码{code}重复，请改正。"
    for fee in item.fees:
        for rule in (_rate, _area, _grades, _cited, _validity):
            yield from ((f"fees.{fee.code}.{field}", message) for field, message in rule(fee))


def _rate(fee: Fee) -> Found:
    if fee.calculator is not FeeCalculator.PERCENTAGE:
        if fee.rate is not None:
            yield "rate", "只有按比例（percentage）计收的才有费率，请删除rate，或改正calculator。"
        return
    if fee.rate is None:
        yield "rate", "按比例计收的应写明费率rate，以万分之一为单位，如20%写2000。"
    if fee.price:
        yield "price", "按比例计收的，金额由费率决定，price应为0，请改正。"


def _area(fee: Fee) -> Found:
    if fee.calculator is FeeCalculator.AREA and fee.unit not in SQUARE_METRES:
        yield "unit", f"按面积（area）计收的，计量单位应为{'或'.join(SQUARE_METRES)}，请改正。"


def _grades(fee: Fee) -> Found:
    if not fee.grades:
        return
    if fee.calculator is not FeeCalculator.AREA:
        yield "grades", "只有按面积（area）计收的才分档次，请删除grades，或改正calculator。"
    for code in repeated(grade.code for grade in fee.grades):
        yield "grades", f"档次编码{code}重复，请改正。"
    prices = [grade.price for grade in fee.grades]
    if any(higher <= lower for lower, higher in pairwise(prices)):
        yield "grades", "档次应按标准由低到高排列，各档不同，请改正。"
    if fee.price != min(prices):
        yield "price", f"分档收取的，price应为最低一档的{min(prices)}分，请改正。"


def _cited(fee: Fee) -> Found:
    """An empty one would let payers be charged half, or a late fee run, on no ground."""
    if fee.half_rate_basis is not None and not fee.half_rate_basis.strip():
        yield "half_rate_basis", "减半征收应写明依据的文件和条款，没有依据的请删除half_rate_basis。"
    if fee.late_fee_basis is not None and not fee.late_fee_basis.strip():
        yield "late_fee_basis", "加收滞纳金应写明依据的法律和条款，没有依据的请删除late_fee_basis。"


def _validity(fee: Fee) -> Found:
    if fee.valid_from is not None and fee.valid_to is not None and fee.valid_to < fee.valid_from:
        yield "valid_to", f"失效日期早于执行日期{fee.valid_from}，请改正。"
