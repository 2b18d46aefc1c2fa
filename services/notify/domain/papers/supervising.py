"""The supervision order (督办单, R77)."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import HALL, Sheet, name_of
from yimen.contracts import monitor
from yimen.departments import department_name
from yimen.terms import SUPERVISION


@dataclass(frozen=True, kw_only=True)
class Order(Sheet):
    """`heads`: the head is called in (约谈), because the first order had no answer."""

    order_number: str
    level: str
    heads: bool
    former: str
    case_number: str
    demand: str
    answer_by: str
    issued_by: str


def order(event: monitor.OrderIssued, known: Known) -> Order:
    del known  # the order says all that it rests on
    return Order(
        organ=HALL,
        addressee=department_name(event.department),
        order_number=event.order_number,
        level=SUPERVISION[event.level],
        heads=event.stage > 1,
        former=event.former or "",
        case_number=event.case_number or "",
        demand=event.demand,
        answer_by=words.day(event.answer_by),
        issued_by=name_of(event.issued_by),
    )
