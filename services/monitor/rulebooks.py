"""Where the rulebook is kept: a row a version, the newest in force; the first is what the supervisor starts with.

Guarantees: a revision is said on the bus as it is stored, so that the journal alone tells under which rules an alert was
raised. Read again when a version has been added, by any replica.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import Row, func, select

from services.monitor.context import Context
from services.monitor.domain.rulebook import Rulebook, completed
from services.monitor.tables import rulebooks
from yimen.bus import Unit, View
from yimen.contracts.monitor import AlertRule, FindingRule, RulebookRevised, Scheme
from yimen.contracts.parts import Staff

BOOK: Final = "centre"
_FILE: Final = Path(__file__).parent / "rulebook.yaml"
_KNOWN = select(func.max(rulebooks.c.version))


@cache
def first_book() -> dict[str, Any]:
    """What the supervisor starts with, as it stands in the file."""
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return found


def read_book(version: int, body: dict[str, Any]) -> Rulebook:
    """Raises `ValidationError` where a row does not have the shape of its kind."""
    return Rulebook(
        version,
        tuple(AlertRule.model_validate(row, strict=False) for row in body["alerts"]),
        tuple(FindingRule.model_validate(row, strict=False) for row in body["findings"]),
        tuple(Scheme.model_validate(row, strict=False) for row in body["schemes"]),
        dict(body["numbers"]),
    )


async def current(view: View[Context]) -> Rulebook:
    """The book in force."""
    shelf, newest = view.context.shelf, (await view.execute(_KNOWN)).scalar_one() or 1
    if shelf.book is None or shelf.book.version != newest:
        kept = select(rulebooks.c.body).where(rulebooks.c.version == newest)
        body = (await view.execute(kept)).scalar_one_or_none()
        shelf.book = read_book(newest, body or first_book())
    return shelf.book


async def of_unit(unit: Unit[Context]) -> Rulebook:
    """The same, asked once a unit."""
    if "rulebook" not in unit.notes:
        unit.notes["rulebook"] = await current(unit)
    book: Rulebook = unit.notes["rulebook"]
    return book


async def begin(unit: Unit[Context]) -> None:
    """The first version, said once; and what a newer supervisor knows beside it, added to the centre's as a version."""
    first = read_book(1, first_book())
    if (await unit.execute(_KNOWN)).scalar_one() is None:
        await put_in_force(unit, first, "系统初始规则", None)
        return
    kept = await current(unit)
    whole = completed(kept, first)
    if whole is not None:
        await put_in_force(unit, whole, "系统升级，补充新规则", None)


async def put_in_force(unit: Unit[Context], book: Rulebook, reason: str, by: Staff | None) -> bool:
    """Store this version and say it; False if another revision took the version."""
    said = RulebookRevised(
        book=BOOK,
        version=book.version,
        alerts=book.alerts,
        findings=book.findings,
        schemes=book.schemes,
        numbers=dict(book.numbers),
        reason=reason,
        revised_by=by,
        effective_at=unit.now,
    )
    told = said.model_dump(mode="json")
    body = {name: told[name] for name in ("alerts", "findings", "schemes", "numbers")}
    row = {"version": book.version, "body": body, "reason": reason, "effective_at": unit.now}
    claim = unit.insert(rulebooks).values(row | {"revised_by": told["revised_by"]}).on_conflict_do_nothing()
    if (await unit.execute(claim.returning(rulebooks.c.version))).first() is None:
        return False
    unit.notes.pop("rulebook", None)
    unit.emit(said)
    return True


async def version(view: View[Context], number: int) -> Row[Any] | None:
    return (await view.execute(select(rulebooks).where(rulebooks.c.version == number))).first()


async def versions(view: View[Context], before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Newest first."""
    query = select(rulebooks).order_by(rulebooks.c.version.desc()).limit(limit)
    return (await view.execute(query if before is None else query.where(rulebooks.c.version < before))).all()
