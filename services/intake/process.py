"""The one place where a case changes: `advance` stores what a decision came to, numbers its papers, says it, and
moves the timers.

Guarantees: all of it in the caller's unit, so that state, events, papers and timers commit together or not at
all. Counters are taken in one order everywhere, so that two units never wait for each other. Does not: decide
(the domain does).
"""

from collections import Counter

from services.intake import queries
from services.intake.context import Context
from services.intake.domain import clock, documents
from services.intake.domain.bans import refuse_banned
from services.intake.domain.case import Case, Change
from services.intake.queries import bans, licences
from services.intake.turns import in_turn
from yimen.bus import Unit
from yimen.contracts import Event
from yimen.contracts.intake import CaseLicenceIssued, CredentialRecorded
from yimen.contracts.parts import Paper
from yimen.timers import Timer, cancel_timers, set_timers
from yimen.worktime import local_date


async def advance(unit: Unit[Context], before: Case, change: Change, *, fired: Timer | None = None) -> Case:
    """From `before`, whose row the caller holds, to what the change made of it. `fired`: the timer that brought it about."""
    change = await in_turn(unit, before, change)
    events = await numbered(unit, change.events)
    after = _with_licence_number(change.case, events)
    if after != before:
        after = after.but(version=before.version + 1)
        await queries.keep_case(unit, before, after)
    if after.licence is not None and before.licence is None:
        await licences.add(unit, after)
    _say(unit, after, events)
    standing = clock.timers(before, unit.context.rules)
    if fired is not None:
        standing.pop((fired.name, fired.key), None)
    await move_timers(unit, standing, clock.timers(after, unit.context.rules))
    return after


async def begin(unit: Unit[Context], change: Change, password_hash: str) -> tuple[Paper, ...]:
    """A new case; the papers that came of it. Raises `Refusal` for an applicant who may not apply now, whoever hands in
    for them (R14). The supervisor hears the password's hash, by which it lets the applicant check the record."""
    await _refuse_banned(unit, change.case)
    events = await numbered(unit, change.events)
    queries.add_case(unit, change.case, password_hash)
    _say(unit, change.case, events)
    number, at = change.case.case_number, change.case.submitted_at
    unit.emit(CredentialRecorded(case_number=number, password_hash=password_hash, recorded_at=at))
    await move_timers(unit, {}, clock.timers(change.case, unit.context.rules))
    papers = (getattr(event, "document", None) for event in events)
    return tuple(paper for paper in papers if isinstance(paper, Paper))


async def _refuse_banned(unit: Unit[Context], case: Case) -> None:
    if case.item.safety:
        known = await bans.bans_of(unit, case.applicant.id_number)
        refuse_banned(known, case.item, local_date(case.submitted_at))


async def numbered(unit: Unit[Context], events: tuple[Event, ...]) -> list[Event]:
    """The events, their papers numbered."""
    wanted = [(kind, year, place) for place, event in enumerate(events) for kind, year in documents.papers(event)]
    whole = list(events)
    if not wanted:
        return whole
    counted = Counter(documents.counter(kind, year) for kind, year, _place in wanted)
    following = await queries.take_numbers(unit, counted)
    for kind, year, place in wanted:
        counter = documents.counter(kind, year)
        whole[place] = documents.numbered(whole[place], documents.number(kind, year, following[counter]))
        following[counter] += 1
    return whole


def _with_licence_number(case: Case, events: list[Event]) -> Case:
    for event in events:
        if isinstance(event, CaseLicenceIssued) and case.licence is not None:
            return case.but(licence=case.licence.but(number=event.licence_number))
    return case


def _say(unit: Unit[Context], case: Case, events: list[Event]) -> None:
    for event in events:
        document = getattr(event, "document", None)
        if document is not None:
            queries.add_document(unit, case.case_number, document)
        unit.emit(event)


async def move_timers(unit: Unit[Context], standing: clock.TimerPlan, wanted: clock.TimerPlan) -> None:
    """Sets and cancels the difference."""
    await cancel_timers(unit, standing.keys() - wanted.keys())
    await set_timers(unit, {which: due_at for which, due_at in wanted.items() if standing.get(which) != due_at})
