"""Consultations (咨询, S11): a question to a department, answered within its days, shown to everyone where it helps others.

Guarantees: one question, one answer; the limit passes once. Who asked, and in which words, never leaves this service: what
is shown is the question as the department writes it for everyone.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from services.monitor import deadlines, rulebooks
from services.monitor.context import Context
from services.monitor.deadlines import Kind, Passed
from services.monitor.domain.numbers import CONSULTATION
from services.monitor.tables import consultations
from services.monitor.voices import next_number
from yimen import passwords
from yimen.bus import Unit, View
from yimen.contracts.monitor import ConsultationAnswered, ConsultationAsked, ConsultationOverdue
from yimen.contracts.parts import Staff
from yimen.errors import NotNow
from yimen.web import StaleVersion
from yimen.worktime import local_date

ABOUT: Final = "consultation"
ANSWER: Final = "answer"
ASKED, ANSWERED = "asked", "answered"
Found = Row[Any]


@dataclass(frozen=True, slots=True)
class Question:
    department: str
    question: str
    item_code: str | None = None
    case_number: str | None = None
    asker: str | None = None
    contact: str | None = None


async def ask(unit: Unit[Context], asked: Question) -> tuple[str, str]:
    """Its number and query password."""
    number, password = await next_number(unit, CONSULTATION), passwords.new_password()
    row = {
        "number": number,
        "password_hash": passwords.hashed(password),
        "state": ASKED,
        "version": 1,
        "department": asked.department,
        "item_code": asked.item_code,
        "case_number": asked.case_number,
        "question": asked.question,
        "asker": asked.asker,
        "contact": asked.contact,
        "asked_at": unit.now,
    }
    await unit.execute(insert(consultations).values(row))
    span = (local_date(unit.now), (await rulebooks.of_unit(unit)).number("consultation_days"))
    due = await deadlines.begin(unit, ABOUT, number, ANSWER, [span])
    told: dict[str, Any] = {"consultation_number": number, "department": asked.department}
    unit.emit(
        ConsultationAsked(
            **told, case_number=asked.case_number, item_code=asked.item_code, asked_at=unit.now, answer_by=due
        )
    )
    return number, password


async def answer(unit: Unit[Context], row: Found, answered: str, shown_question: str | None, by: Staff) -> None:
    if row.state != ASKED:
        detail = "咨询只答复一次，内容已存档；如需补充，请按咨询人留下的方式联系。"
        raise NotNow("consultation-answered", "该咨询已经答复", detail)
    await deadlines.end(unit, ABOUT, row.number, ANSWER)
    changes = {
        "state": ANSWERED,
        "version": row.version + 1,
        "answer": answered,
        "shown_question": shown_question,
        "answered_by": by.id,
        "answered_by_name": by.name,
        "answered_at": unit.now,
    }
    await unit.execute(update(consultations).where(consultations.c.number == row.number).values(**changes))
    shown = shown_question is not None
    unit.emit(ConsultationAnswered(**_about(row), shown=shown, answered_by=by, answered_at=unit.now))


async def tell_overdue(unit: Unit[Context], passed: Passed) -> None:
    row = await find(unit, passed.number)
    assert row is not None
    unit.emit(ConsultationOverdue(**_about(row), due=passed.due, overdue_at=passed.at))


async def lock(unit: Unit[Context], number: str) -> Found | None:
    return (await unit.execute(select(consultations).where(consultations.c.number == number).with_for_update())).first()


async def find(view: View[Context], number: str) -> Found | None:
    return (await view.execute(select(consultations).where(consultations.c.number == number))).first()


async def password_hash(view: View[Any], number: str) -> str | None:
    query = select(consultations.c.password_hash).where(consultations.c.number == number)
    found: str | None = (await view.execute(query)).scalar_one_or_none()
    return found


def refuse_stale(row: Found, expected: int) -> None:
    if row.version != expected:
        raise StaleVersion(row.version)


def _about(row: Found) -> dict[str, Any]:
    return {"consultation_number": row.number, "department": row.department, "case_number": row.case_number}


deadlines.register(ABOUT, Kind(lock, tell_overdue))
