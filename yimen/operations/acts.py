"""Who did what to which parked message, job or timer, why and when. Rows are added, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from yimen.bus import Unit, View

WHO_LIMIT = 200
WHY_LIMIT = 1000


class NoReason(ValueError):
    """Nobody acts without a name and a reason."""


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and why. Raises `NoReason` where either is blank or too long to be kept."""

    who: str
    why: str

    def __post_init__(self) -> None:
        for name, value, limit in (("who", self.who, WHO_LIMIT), ("why", self.why, WHY_LIMIT)):
            if not value.strip() or len(value) > limit:
                raise NoReason(f"{name} needs 1 to {limit} characters")


async def record(unit: Unit[Any], by: By, act: str, kind: str, target: str, was: Mapping[str, Any]) -> None:
    """`was`: what the target was before; never a message's body, since this is kept for good."""
    kept = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in was.items()}
    row = {"at": unit.now, "who": by.who, "why": by.why, "act": act}
    row |= {"target_kind": kind, "target_id": target, "was": kept}
    await unit.execute(insert(unit.table("operator_acts")), row)


async def acts(view: View[Any], *, before: int | None = None, limit: int = 100) -> list[Row[Any]]:
    """Newest first; `before`: those with a smaller id."""
    table = view.table("operator_acts")
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    return list(await view.execute(query if before is None else query.where(table.c.id < before)))
