"""The payment notice (缴款通知书, R47, R50): departments' lines, their standards, the sum in figures and capitals."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import HALL, CaseSheet, to_applicant
from yimen.contracts import fees
from yimen.departments import department_name
from yimen.money import capitals


@dataclass(frozen=True, kw_only=True)
class Line:
    department: str
    name: str
    standard: str
    quantity: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class FeeNotice(CaseSheet):
    """`reduced`: what the lines come to above the sum, where a reduction stands (R58)."""

    payment_code: str
    lines: tuple[Line, ...]
    reduced: str
    amount: str
    capitals: str
    pay_by: str
    replaces: str
    late_fee_of: str


def fee_notice(event: fees.NoticeIssued, known: Known) -> FeeNotice:
    verified = [known.once(fees.ListVerified, f"list/{list_id}") for list_id in event.lists]
    listed = sum(one.amount for one in verified)
    return FeeNotice(
        **to_applicant(known.opening, HALL),
        payment_code=" ".join(event.payment_code[at : at + 4] for at in range(0, len(event.payment_code), 4)),
        lines=tuple(line for one in verified for line in _lines(one)),
        reduced=words.yuan(listed - event.amount) if listed > event.amount else "",
        amount=words.yuan(event.amount),
        capitals=capitals(event.amount),
        pay_by=words.day(event.pay_by),
        replaces=event.replaces or "",
        late_fee_of=event.late_fee_of or "",
    )


def _lines(verified: fees.ListVerified) -> list[Line]:
    return [
        Line(
            department=department_name(verified.department),
            name=line.name,
            standard=words.standard(line),
            quantity=words.quantity(line),
            amount=words.yuan(line.amount),
        )
        for line in verified.lines
    ]
