"""Complaints (投诉, R90-R94): filed, taken up or not, answered, revisited; each act said to those who may hear of it.

Guarantees: one complaint, one row, locked by whoever changes it; each limit passes once (`deadlines`). What was said, by
whom and about whom never leaves this service: events name the complaint, its topic and its dates. The person complained of
neither reads nor handles it. Points follow from the rulebook in force when it was upheld.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select

from services.monitor import deadlines, rulebooks
from services.monitor.complaint_rows import Found, advance, lock, record_of, refuse_stale, tell
from services.monitor.context import Context
from services.monitor.deadlines import Kind, Passed
from services.monitor.domain import complaints as rules
from services.monitor.domain.complaints import ComplaintState, Complexity, Ground, Source, Topic
from services.monitor.domain.numbers import COMPLAINT
from services.monitor.domain.rulebook import deductions as priced
from services.monitor.staffing import window_of
from services.monitor.tables import complaints
from services.monitor.voices import next_number
from yimen import passwords
from yimen.bus import Unit
from yimen.contracts.monitor import (
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintExtended,
    ComplaintFiled,
    ComplaintOverdue,
    ComplaintRefused,
    ComplaintRevisited,
    ComplaintTransferred,
    ComplaintWithdrawn,
    Deduction,
    Office,
)
from yimen.contracts.parts import Due, Staff
from yimen.worktime import local_date

ABOUT: Final = "complaint"
ACCEPTANCE, ANSWER, REVISIT = "acceptance", "answer", "revisit"


@dataclass(frozen=True, slots=True)
class Said:
    """What a complainant brings. Whoever gave a name is named."""

    topic: Topic
    content: str
    department: str | None = None
    person: str | None = None
    case_number: str | None = None
    complainant: str | None = None
    contact: str | None = None

    @property
    def named(self) -> bool:
        return self.complainant is not None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """`departments`: how many it concerns. `person`: whom it is about, as the office found. `summary`: what the department
    is told of it, in the office's words."""

    complexity: Complexity
    department: str
    departments: int
    summary: str
    person: Staff | None


@dataclass(frozen=True, slots=True)
class Finding:
    upheld: bool
    answer: str
    in_writing: bool


# -- what the complainant does ----------------------------------------------------------------------------------------


async def file(unit: Unit[Context], said: Said, source: Source, by: Staff | None = None) -> tuple[str, str]:
    """Its number and query password. Raises `Unfit`."""
    rules.refuse_empty(named=said.named, department=said.department, person=said.person, case_number=said.case_number)
    number, password = await next_number(unit, COMPLAINT), passwords.new_password()
    office, days = rules.OFFICES[said.topic], (await rulebooks.of_unit(unit)).number("complaint_accept_days")
    row = {
        "number": number,
        "password_hash": passwords.hashed(password),
        "state": ComplaintState.FILED,
        "version": 1,
        "channel": source,
        "topic": said.topic,
        "office": office,
        "department": said.department,
        "told_department": False,
        "person": said.person,
        "case_number": said.case_number,
        "content": said.content,
        "complainant": said.complainant,
        "contact": said.contact,
        "entered_by": by.id if by else None,
        "entered_by_name": by.name if by else None,
        "filed_at": unit.now,
    }
    await unit.execute(insert(complaints).values(row))
    due = await deadlines.begin(unit, ABOUT, number, ACCEPTANCE, [(local_date(unit.now), days)])
    unit.emit(_filed(number, said, source, due, unit.now))
    return number, password


def _filed(number: str, said: Said, source: Source, accept_by: Due, at: datetime) -> ComplaintFiled:
    office = rules.OFFICES[said.topic]
    return ComplaintFiled(
        record=record_of(number, office),
        audience=office,
        complaint_number=number,
        case_number=said.case_number,
        department=said.department,
        channel=source,
        topic=said.topic,
        topic_name=rules.TOPICS[said.topic],
        office=office,
        named=said.named,
        filed_at=at,
        accept_by=accept_by,
    )


async def withdraw(unit: Unit[Context], number: str, expected: int) -> None:
    row = await lock(unit, number)
    assert row is not None, "whoever gave its password knows that it is there"
    refuse_stale(row, expected)
    rules.refuse_withdrawal(ComplaintState(row.state))
    await deadlines.end(unit, ABOUT, number, ACCEPTANCE, ANSWER)
    await advance(unit, row, "withdrawal", None, None, state=ComplaintState.WITHDRAWN, ended_at=unit.now)
    tell(unit, row, ComplaintWithdrawn, withdrawn_at=unit.now)


# -- what the office does; the row is locked and in the office's hands ------------------------------------------------


async def accept(unit: Unit[Context], row: Found, acceptance: Acceptance, by: Staff) -> None:
    rules.refuse_step(ComplaintState(row.state), ComplaintState.FILED)
    numbers = (await rulebooks.of_unit(unit)).numbers
    complexity = rules.weigh(acceptance.complexity, acceptance.departments)
    spans = rules.answer_spans(complexity, local_date(row.filed_at), local_date(unit.now), numbers)
    await deadlines.end(unit, ABOUT, row.number, ACCEPTANCE)
    due = await deadlines.begin(unit, ABOUT, row.number, ANSWER, spans)
    if row.extended_days is not None:  # by the office that handed it over
        due = await deadlines.give_more(unit, ABOUT, row.number, ANSWER, row.extended_days)
    person = acceptance.person
    changes = {
        "state": ComplaintState.ACCEPTED,
        "complexity": complexity,
        "department": acceptance.department,
        "told_department": row.office == Office.CENTRE,
        "summary": acceptance.summary,
        "person_id": person.id if person else None,
        "person_name": person.name if person else None,
    }
    changed = await advance(unit, row, "acceptance", acceptance.summary, by, **changes)
    tell(
        unit,
        changed,
        ComplaintAccepted,
        department=acceptance.department,
        topic=row.topic,
        topic_name=rules.TOPICS[Topic(row.topic)],
        complexity=complexity,
        answer_by=due,
        accepted_by=by,
        accepted_at=unit.now,
    )


async def refuse(unit: Unit[Context], row: Found, ground: Ground, reasons: str, by: Staff) -> None:
    """Whoever gave a name hears the reasons in writing (R90)."""
    rules.refuse_step(ComplaintState(row.state), ComplaintState.FILED)
    await deadlines.end(unit, ABOUT, row.number, ACCEPTANCE)
    named = row.complainant is not None
    changes = {"state": ComplaintState.REFUSED, "ended_at": unit.now}
    await advance(unit, row, "refusal", reasons, by, {"ground": ground, "in_writing": named}, **changes)
    tell(unit, row, ComplaintRefused, ground=ground, in_writing=named, refused_by=by, refused_at=unit.now)


async def transfer(unit: Unit[Context], row: Found, topic: Topic, reasons: str, by: Staff) -> None:
    """To the office of that topic, which decides anew whether to take it up; the outer limit still runs from the filing.
    The department that heard of it hears no more."""
    former, office = Office(row.office), rules.OFFICES[topic]
    rules.refuse_step(ComplaintState(row.state), ComplaintState.FILED, ComplaintState.ACCEPTED)
    rules.refuse_same_office(former, topic)
    days = (await rulebooks.of_unit(unit)).number("complaint_accept_days")
    await deadlines.end(unit, ABOUT, row.number, ANSWER)
    due = await deadlines.begin(unit, ABOUT, row.number, ACCEPTANCE, [(local_date(unit.now), days)])
    changes = {"state": ComplaintState.FILED, "topic": topic, "office": office, "told_department": False}
    details = {"former": former, "office": office}
    changed = await advance(unit, row, "transfer", reasons, by, details, **changes)
    told: dict[str, Any] = {
        "former": former,
        "office": office,
        "topic": topic,
        "topic_name": rules.TOPICS[topic],
        "accept_by": due,
    }
    tell(unit, changed, ComplaintTransferred, **told, transferred_by=by, transferred_at=unit.now)


async def extend(unit: Unit[Context], row: Found, days: int, reasons: str, by: Staff) -> None:
    """Telling the complainant is the extension: its instant is the one that counts (R92)."""
    rules.refuse_step(ComplaintState(row.state), ComplaintState.ACCEPTED)
    most = (await rulebooks.of_unit(unit)).number("complaint_extension_days")
    limit = await deadlines.find(unit, ABOUT, row.number, ANSWER)
    assert limit is not None
    rules.refuse_extension(row.extended_days, limit.due, unit.now, days, most)
    due = await deadlines.give_more(unit, ABOUT, row.number, ANSWER, days)
    await advance(unit, row, "extension", reasons, by, {"days": days}, extended_days=days)
    tell(unit, row, ComplaintExtended, days=days, answer_by=due, extended_by=by, extended_at=unit.now)


async def answer(unit: Unit[Context], row: Found, finding: Finding, by: Staff) -> None:
    """Upheld, it costs points and is followed by a revisit (R94)."""
    rules.refuse_step(ComplaintState(row.state), ComplaintState.ACCEPTED)
    named = row.complainant is not None
    rules.refuse_oral(Complexity(row.complexity), Source(row.channel), named=named, in_writing=finding.in_writing)
    book = await rulebooks.of_unit(unit)
    await deadlines.end(unit, ABOUT, row.number, ANSWER)
    if finding.upheld:
        spans = [(local_date(unit.now), book.number("revisit_days"))]
        await deadlines.begin(unit, ABOUT, row.number, REVISIT, spans)
    changes: dict[str, Any] = {
        "state": ComplaintState.ANSWERED if finding.upheld else ComplaintState.CLOSED,
        "upheld": finding.upheld,
        "answer": finding.answer,
        "ended_at": None if finding.upheld else unit.now,
    }
    details = {"upheld": finding.upheld, "in_writing": finding.in_writing}
    await advance(unit, row, "answer", finding.answer, by, details, **changes)
    told: dict[str, Any] = {"department": row.department, "upheld": finding.upheld, "in_writing": finding.in_writing}
    cost = await _cost(unit, row) if finding.upheld else ()
    tell(unit, row, ComplaintAnswered, **told, answered_by=by, answered_at=unit.now, deductions=cost)


async def revisit(
    unit: Unit[Context], row: Found, *, reached: bool, satisfied: bool | None, note: str, by: Staff
) -> None:
    rules.refuse_step(ComplaintState(row.state), ComplaintState.ANSWERED)
    await deadlines.end(unit, ABOUT, row.number, REVISIT)
    told: dict[str, Any] = {"reached": reached, "satisfied": satisfied}
    changes = {"state": ComplaintState.CLOSED, "ended_at": unit.now}
    await advance(unit, row, "revisit", note, by, told, **changes)
    tell(unit, row, ComplaintRevisited, **told, revisited_by=by, revisited_at=unit.now)


async def _cost(unit: Unit[Context], row: Found) -> tuple[Deduction, ...]:
    rule = (await rulebooks.of_unit(unit)).finding("complaint_upheld")
    if rule is None:
        return ()
    window = await window_of(unit, row.department)
    return priced(rule.code, rule.charges, department=row.department, window=window, person=row.person_id)


# -- limits -----------------------------------------------------------------------------------------------------------


async def tell_overdue(unit: Unit[Context], passed: Passed) -> None:
    row = (await unit.execute(select(complaints).where(complaints.c.number == passed.number))).one()
    where: dict[str, Any] = {"step": passed.step, "due": passed.due, "office": Office(row.office)}
    tell(unit, row, ComplaintOverdue, **where, overdue_at=passed.at)


deadlines.register(ABOUT, Kind(lock, tell_overdue))
