"""The live stream's desk: what happened, and whom it concerns.

Guarantees: a row keeps its circle as it was known when it was stored, so that who resumes is told what it would have
been told; how to reach a person, and what opens a case, is never stored here.
"""

from sqlalchemy import delete, select

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.domain.sight import UNHEARD
from services.notify.tables import agency_stations, case_departments, stream
from yimen.bus import Unit
from yimen.contracts.intake import AgencyEntrusted, AgencyEvent

SWEEP = 64
"""The stream's oldest rows are let go at every so many new ones."""


async def show_in_stream(unit: Unit[Context], told: Told) -> None:
    event, meta, number = told.event, told.meta, told.number
    if f"{event.speaker}.{event.entity}" in UNHEARD:
        return
    row = {
        "id": number,
        "event_id": meta.id,
        "type": meta.type,
        "scope": meta.scope,
        "case_number": meta.correlation_id,
        "circle": sorted(await _circle(unit, told)),
        "body": told.text,
    }
    unit.add(stream, row)
    if number % SWEEP == 0:
        await unit.execute(delete(stream).where(stream.c.id <= number - unit.context.settings.stream_keep))
    unit.after_commit(unit.context.hub.wake)


async def _circle(unit: Unit[Context], told: Told) -> set[str]:
    """Who works on its case, the department that it names, the station that has it in hand."""
    event = told.event
    circle = set() if event.correlation_id is None else await _working_on(unit, event.correlation_id)
    department: str | None = getattr(event, "department", None)
    if isinstance(event, AgencyEvent):
        return circle | await _stations(unit, event.agency_id)
    return circle if department is None else circle | {department}


async def remember_circle(unit: Unit[Context], told: Told) -> None:
    """Who works on a case may follow it in the stream, and an agency's station the agency."""
    event = told.event
    department = getattr(event, "department", None)
    if department is not None and event.correlation_id is not None:
        row = {"case_number": event.correlation_id, "department": department}
        await unit.execute(unit.insert(case_departments).on_conflict_do_nothing(), row)
        unit.notes.get("circles", {}).pop(event.correlation_id, None)
    if isinstance(event, AgencyEntrusted):
        station = {"agency_id": event.agency_id, "station": event.station}
        await unit.execute(unit.insert(agency_stations).on_conflict_do_nothing(), station)


async def _working_on(unit: Unit[Context], case_number: str) -> set[str]:
    """Asked once a unit, unless somebody joins: the events of a batch are often one case's."""
    circles: dict[str, set[str]] = unit.notes.setdefault("circles", {})
    if case_number not in circles:
        query = select(case_departments.c.department).where(case_departments.c.case_number == case_number)
        circles[case_number] = set((await unit.execute(query)).scalars())
    return circles[case_number]


async def _stations(unit: Unit[Context], agency_id: str) -> set[str]:
    """The station, and the township to which a village belongs: "taiping" of "taiping-shanjiao"."""
    query = select(agency_stations.c.station).where(agency_stations.c.agency_id == agency_id)
    station: str | None = (await unit.execute(query)).scalar_one_or_none()
    return set() if station is None else {station, station.partition("-")[0]}
