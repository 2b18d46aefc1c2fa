"""How licences are found and kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select, update

from services.intake.domain.case import UNDECIDED, Case
from services.intake.domain.licensing import Holding, LicenceState, holding
from services.intake.queries.items import known_items
from services.intake.tables import cases, licences
from yimen.bus import Unit, View

Shown = tuple[Holding, str]
"""A licence and the name of its item."""


async def add(unit: Unit[Any], case: Case) -> None:
    """The case's licence; the one that it renews is renewed by it."""
    issued = holding(case)
    assert issued is not None
    unit.add(licences, issued.model_dump())
    if case.renews is not None:
        old = update(licences).where(licences.c.licence_number == case.renews)
        await unit.execute(old.values(state=LicenceState.RENEWED, renewed_by=issued.licence_number))


async def held(unit: Unit[Any], licence_number: str) -> Holding | None:
    """Its row stays locked until the unit ends: one application for its renewal at a time."""
    query = select(licences).where(licences.c.licence_number == licence_number).with_for_update()
    row = (await unit.execute(query)).one_or_none()
    return None if row is None else Holding.model_validate(row._asdict())


async def renewal_under_way(view: View[Any], licence_number: str) -> bool:
    query = select(cases.c.case_number).where(cases.c.renews == licence_number, cases.c.status.in_(sorted(UNDECIDED)))
    return (await view.execute(query.limit(1))).first() is not None


async def find(view: View[Any], licence_number: str) -> Shown | None:
    shown = await _shown(view, _licences().where(licences.c.licence_number == licence_number))
    return shown[0] if shown else None


async def of_account(view: View[Any], account: str, limit: int) -> list[Shown]:
    """Of the cases under the account, newest first."""
    newest = (licences.c.valid_from.desc(), licences.c.licence_number.desc())
    return await _shown(view, _licences().where(cases.c.account == account).order_by(*newest).limit(limit))


def _licences() -> Select[Any]:
    return select(licences, cases.c.item_version).join(cases, cases.c.case_number == licences.c.case_number)


async def _shown(view: View[Any], query: Select[Any]) -> list[Shown]:
    rows: Sequence[Row[Any]] = (await view.execute(query)).all()
    known = await known_items(view, {(row.item_code, row.item_version) for row in rows})
    return [(Holding.model_validate(row._asdict()), known[row.item_code, row.item_version].name) for row in rows]
