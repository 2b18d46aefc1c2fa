"""How agencies are found and kept.

Guarantees: `locked` holds the agency's row until the unit ends. Does not: decide anything.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, literal, or_, select, tuple_, update

from services.intake.domain.agency import Agency, AgencyState
from services.intake.tables import agencies
from yimen.bus import Unit, View
from yimen.db import Instant

_DERIVED = {"township", "state"}
_JSON = {"agent", "applicant", "situations", "materials", "steps"}


async def locked(unit: Unit[Any], agency_id: str, *, nowait: bool = False) -> Agency | None:
    """`nowait` for timers, which already hold their own row: waiting here as well could be a deadlock."""
    return await _one(unit, _which(agency_id).with_for_update(nowait=nowait))


async def find(view: View[Any], agency_id: str) -> Agency | None:
    return await _one(view, _which(agency_id))


def in_order(
    whose: ColumnElement[bool] | None,
    *,
    station: str | None = None,
    state: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int,
) -> Select[Any]:
    """Oldest first. `whose`: see `of`; None is everybody's. `after` is the last key of the page before."""
    key = (agencies.c.entrusted_at, agencies.c.agency_id)
    query = select(agencies).order_by(*key).limit(limit)
    if whose is not None:
        query = query.where(whose)
    if station is not None:
        query = query.where(agencies.c.station == station)
    if state is not None:
        query = query.where(agencies.c.state == state)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(literal(after[0], Instant), literal(after[1])))
    return query


def of(villages: Collection[str], townships: Collection[str]) -> ColumnElement[bool]:
    """Those of the villages themselves, and those of the townships with all of their villages."""
    columns = ((agencies.c.station, villages), (agencies.c.township, townships))
    return or_(false(), *(column == code for column, codes in columns for code in sorted(codes)))


async def to_be_forwarded(view: View[Any]) -> list[Agency]:
    """Those that still lie in their villages and are not late: whose limit a changed calendar can move (R35)."""
    waiting = (agencies.c.state == AgencyState.AT_VILLAGE, agencies.c.overdue_at.is_(None))
    return await page(view, select(agencies).where(*waiting))


async def page(view: View[Any], query: Select[Any]) -> list[Agency]:
    return [_agency(row) for row in await view.execute(query)]


def add(unit: Unit[Any], agency: Agency) -> None:
    unit.add(agencies, _values(agency))


async def keep(unit: Unit[Any], agency: Agency) -> None:
    """The caller holds the row."""
    await unit.execute(update(agencies).where(agencies.c.agency_id == agency.agency_id), _values(agency))


def _which(agency_id: str) -> Select[Any]:
    return select(agencies).where(agencies.c.agency_id == agency_id)


async def _one(view: View[Any], query: Select[Any]) -> Agency | None:
    row = (await view.execute(query)).one_or_none()
    return None if row is None else _agency(row)


def _agency(row: Row[Any]) -> Agency:
    return Agency.model_validate({name: value for name, value in row._mapping.items() if name not in _DERIVED})


def _values(agency: Agency) -> dict[str, Any]:
    derived = {name: getattr(agency, name) for name in _DERIVED}
    return agency.model_dump(exclude=_JSON) | agency.model_dump(mode="json", include=_JSON) | derived
