"""What is told to nobody is kept too, with its reason: one row, all of a unit's in one statement at its end.

Guarantees: it costs an event no round trip of its own; with `unit.add` the next desk's statement would write it alone.
Reasons are words of the program; `REASONS` says them to people.
"""

from functools import partial
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import insert

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.domain.rules import Letter
from services.notify.tables import skipped
from yimen.bus import Unit

REASONS: Final = MappingProxyType(
    {
        "no_rule": "没有规则要求告知",
        "rule_off": "规则已停用",
        "conditions_not_met": "不符合规则的条件",
        "no_contact": "收件人没有联系方式",
    }
)


def skip(unit: Unit[Context], told: Told, reason: str, letter: Letter | None = None) -> None:
    """`letter`: the one that is not sent; None when the event is told to nobody at all."""
    rows = unit.notes.setdefault("skipped", [])
    if not rows:
        unit.before_commit(partial(_write, unit, rows))
    row = {
        "event_id": told.meta.id,
        "type": told.meta.type,
        "subject": told.meta.subject,
        "case_number": told.event.correlation_id,
        "template": letter and letter.template,
        "recipient": letter and letter.recipient,
        "reason": reason,
        "at": unit.now,
    }
    rows.append(row)


async def _write(unit: Unit[Context], rows: list[dict[str, Any]]) -> None:
    await unit.execute(insert(skipped), rows)
