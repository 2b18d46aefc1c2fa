"""Words of intake and approval, as fees hears them."""

from datetime import UTC, date, datetime

from yimen.contracts import approval, intake
from yimen.contracts.parts import (
    Applicant,
    Channel,
    Document,
    DocumentKind,
    Due,
    Fee,
    FeeLine,
    Kind,
    Outcome,
    Staff,
)

MONDAY = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
TODAY = date(2026, 9, 7)
CASE = "36070020260907A0000011"
ITEM = "ITEM-1"
FIRE_CLERK = Staff(id="clerk-fire", name="赵开单")
DRAWING, SITE = "FEE-DRAWING", "FEE-SITE"
PRICES = {DRAWING: 8000, SITE: 29}


def fee(code: str, price: int, **more: object) -> Fee:
    return Fee(code=code, name=f"收费{code}", unit="件", price=price, basis="赣发改收费〔2020〕1号", **more)


def item(
    version: int = 1,
    prices: dict[str, int] | None = None,
    code: str = ITEM,
    *,
    fees: tuple[Fee, ...] | None = None,
    late_fee_basis: str | None = None,
) -> intake.ItemDescribed:
    """`fees` instead of pieces at `prices`; `late_fee_basis`: of the drawings' standard."""
    bears = {DRAWING: {"late_fee_basis": late_fee_basis}}
    priced = (PRICES if prices is None else prices).items()
    pieces = tuple(fee(name, price, **bears.get(name, {})) for name, price in priced)
    model = intake.ItemPublished if version == 1 else intake.ItemRevised
    return model(
        item_code=code,
        version=version,
        name="建设工程消防设计审查",
        department="fire",
        kind=Kind.JOINT,
        statutory_days=20,
        promised_days=10,
        materials=(),
        fees=pieces if fees is None else fees,
        stages=(),
        effective_from=date(2026, 1, 1),
    )


def submitted(case_number: str = CASE, version: int = 1, code: str = ITEM) -> intake.CaseSubmitted:
    return intake.CaseSubmitted(
        case_number=case_number,
        item_code=code,
        item_name="建设工程消防设计审查",
        item_version=version,
        department="fire",
        kind=Kind.JOINT,
        channel=Channel.WINDOW,
        applicant=Applicant(name="甲公司", masked_id="9136****0001", organisation=True),
        materials=(),
        document=Document(kind=DocumentKind.RECEIPT, number="收件〔2026〕1号", dated=TODAY),
        submitted_at=MONDAY,
        received_on=TODAY,
        answer_by=Due(on=date(2026, 9, 14)),
    )


def listed(
    list_id: str = "L1",
    *lines: tuple[str, int] | FeeLine,
    department: str = "fire",
    case_number: str = CASE,
    replaces: str | None = None,
    by: Staff = FIRE_CLERK,
    round: int = 1,
    at: datetime = MONDAY,
) -> approval.ReviewFeeListed:
    """Without lines: two drawings, 160 yuan. `round`: the case's, which a return that is not upheld makes 2."""
    return approval.ReviewFeeListed(
        review_id=f"R-{case_number}-{department}" + ("" if round == 1 else f".{round}"),
        department=department,
        case_number=case_number,
        list_id=list_id,
        lines=tuple(map(_line, lines or ((DRAWING, 2),))),
        replaces=replaces,
        listed_by=by,
        listed_at=at,
    )


def _line(given: tuple[str, int] | FeeLine) -> FeeLine:
    return given if isinstance(given, FeeLine) else FeeLine(code=given[0], quantity=given[1])


def reviewed(*list_ids: str, case_number: str = CASE, outcome: Outcome = Outcome.GRANTED) -> intake.CaseReviewed:
    return intake.CaseReviewed(
        case_number=case_number, outcome=outcome, fee_lists=list_ids or ("L1",), reviewed_at=MONDAY
    )


def withdrawn(case_number: str = CASE) -> intake.CaseWithdrawn:
    return intake.CaseWithdrawn(case_number=case_number, reasons="不办了", withdrawn_at=MONDAY)


def returned(case_number: str = CASE) -> intake.CaseReturned:
    return intake.CaseReturned(
        case_number=case_number,
        document=Document(kind=DocumentKind.RETURN, number="退字〔2026〕1号", dated=TODAY),
        reasons="不符合规划",
        policy_basis="规划第三条",
        returned_at=MONDAY,
    )


def reopened(case_number: str = CASE, at: datetime = MONDAY) -> intake.CaseReopened:
    return intake.CaseReopened(
        case_number=case_number, received_on=TODAY, answer_by=Due(on=date(2026, 9, 14)), reopened_at=at
    )
