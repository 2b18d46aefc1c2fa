"""What a recorded event comes to in the scores: entries, what reverses them, and what sheets are derived from (R83).

Guarantees: everything here follows from one event, or from the fold of one case, and has an identity that follows from it
too; a set of events therefore gives one set of facts, whatever their order and however often each is told. What an entry
is reversed by is a fact of its own, which the sheet joins to it: it may come before what it reverses (R76).
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Final
from uuid import UUID, uuid5

from services.monitor.domain.facts import NOTHING, Active, Entry, Facts, Mark, Reversal
from services.monitor.domain.months import month_at, month_of
from services.monitor.domain.staffing import Seating
from services.monitor.domain.words import sentence
from yimen.contracts import Event, Meta, event_types, intake, monitor
from yimen.contracts.monitor import AppealTarget, Deduction, PartyKind
from yimen.contracts.parts import Staff

_DAYS: Final = ("day", "found_on")
_INSTANTS: Final = ("raised_at", "escalated_at", "answered_at", "given_at", "overdue_at", "recorded_at")
_FINDERS: Final = ("found_by", "recorded_by", "answered_by")


@cache
def telling() -> frozenset[type[Event]]:
    """Events that say anything about scores; of all others nothing is looked at."""
    charging: set[type[Event]] = {event for event in event_types().values() if "deductions" in event.model_fields}
    others: set[type[Event]] = {monitor.WindowStaffed, intake.CaseAccepted}
    others |= {monitor.AlertLifted, monitor.RatingVoided, monitor.AppealDecided}
    return frozenset(charging | others)


def facts_of(meta: Meta, event: Event) -> Facts:
    """What this event alone says."""
    if type(event) not in telling():
        return NOTHING
    return Facts(
        entries=frozenset(entries_of(meta, event)),
        reversals=frozenset(_reversals(meta, event)),
        marks=frozenset(_marks(meta, event)),
        active=frozenset(_active(event)),
        seatings=frozenset(seatings_of(event)),
    )


def _id(meta: Meta, index: int | str) -> str:
    return uuid5(meta.id, str(index)).hex


def entries_of(meta: Meta, event: Event) -> tuple[Entry, ...]:
    """One for each of the event's deductions, in its own words (R83)."""
    charged: tuple[Deduction, ...] = getattr(event, "deductions", ())
    return tuple(
        Entry(
            entry_id=_id(meta, index),
            month=_month(meta, event),
            kind=one.kind,
            party=one.party,
            part=one.part,
            tenths=one.tenths,
            code=one.code,
            reason=_reason(event, one),
            at=_instant(meta, event),
            rule=getattr(event, "rule", None),
            source=meta.source,
            subject=meta.subject,
            sequence=meta.sequence,
            case_number=meta.correlation_id,
            department=_department(event, charged),
            party_name=_named(event, one),
            found_by=next((by.id for by in (getattr(event, name, None) for name in _FINDERS) if by), None),
        )
        for index, one in enumerate(charged)
    )


def _reason(event: Event, one: Deduction) -> str:
    """A person's name stands on the person's own sheet, not on those that colleagues read."""
    if isinstance(event, monitor.AttendanceRecorded) and one.kind is not PartyKind.PERSON:
        return f"{event.day}考勤：{event.title}。"
    return sentence(event)


def _instant(meta: Meta, event: Event) -> datetime:
    found = (getattr(event, name, None) for name in _INSTANTS)
    return next((at for at in found if isinstance(at, datetime)), meta.time)


def _month(meta: Meta, event: Event) -> str:
    """In which it happened: on the day that the event names, where it was entered later; else at its own instant."""
    days = (getattr(event, name, None) for name in _DAYS)
    day = next((day for day in days if isinstance(day, date)), None)
    return month_of(day) if day else month_at(_instant(meta, event))


def _department(event: Event, charged: Iterable[Deduction]) -> str:
    own: str | None = getattr(event, "department", None)
    return own or next((one.party for one in charged if one.kind is PartyKind.DEPARTMENT), "")


def _named(event: Event, one: Deduction) -> str | None:
    person = getattr(event, "person", None)
    named = one.kind is PartyKind.PERSON and isinstance(person, Staff) and person.id == one.party
    return person.name if named and person else None


def _reversals(meta: Meta, event: Event) -> Iterable[Reversal]:
    match event:
        case monitor.AlertLifted(reason=reason, lifted_at=at) | monitor.RatingVoided(reason=reason, voided_at=at):
            target = meta.subject
        case monitor.AppealDecided(target=AppealTarget.ENTRY, upheld=True, reasons=reason, decided_at=at):
            target = f"entry/{event.target_id}"
        case _:
            return
    yield Reversal(_id(meta, "reversal"), target, reason, at, meta.source, meta.subject, meta.sequence)


def _marks(meta: Meta, event: Event) -> Iterable[Mark]:
    match event:
        case monitor.AlertRaised():
            at, rule, code, raised = event.raised_at, event.rule, event.code or event.rung, True
        case monitor.AlertEscalated():
            at, rule, code, raised = event.escalated_at, "R77", "escalated", False
        case _:
            return
    yield Mark(
        mark_id=_id(meta, "mark"),
        alert_id=event.alert_id,
        department=event.department,
        month=month_at(at),
        at=at,
        level=event.level,
        rule=rule,
        code=code,
        raised=raised,
        case_number=event.case_number,
        source=meta.source,
        subject=meta.subject,
        sequence=meta.sequence,
    )


def _active(event: Event) -> Iterable[Active]:
    if isinstance(event, intake.CaseAccepted):
        yield Active(month_at(event.accepted_at), event.department)


def seatings_of(event: Event) -> Iterable[Seating]:
    """Told again, it is the same fact: its identity follows from what it says."""
    if isinstance(event, monitor.WindowStaffed):
        people = " ".join(person.id for person in event.staff)
        said = (event.window, event.name, *event.departments, people, event.valid_from, event.staffed_at.timestamp())
        yield Seating(
            seating_id=uuid5(UUID(int=0), "|".join(map(str, said))).hex,
            window=event.window,
            name=event.name,
            departments=event.departments,
            staff=event.staff,
            valid_from=event.valid_from,
            staffed_at=event.staffed_at,
        )
