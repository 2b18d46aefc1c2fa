"""Taking back alerts whose rung is not reached any more under a changed calendar (R35)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select

from services.monitor.alerting import lift
from services.monitor.context import Context
from services.monitor.tables import alerts, recalled
from yimen.bus import Unit

REASON: Final = "工作日历调整后，该时限尚未届满，本提示撤回。"


@dataclass(frozen=True)
class Passed:
    """The rungs of a case with their instants, as they were and as they are."""

    number: str
    before: dict[str, str]
    after: dict[str, str]

    def no_longer(self, now: datetime) -> set[str]:
        """Those that had been reached, and are not."""
        was = {rung for rung, at in self.before.items() if datetime.fromisoformat(at) <= now}
        return {rung for rung in was if rung not in self.after or datetime.fromisoformat(self.after[rung]) > now}


async def recall(unit: Unit[Context], cases: Sequence[Passed]) -> None:
    gone = {case.number: rungs for case in cases if (rungs := case.no_longer(unit.now))}
    if not gone:
        return
    back = select(recalled.c.alert_id).where(recalled.c.case_number.in_(gone))
    raised = select(alerts).where(alerts.c.case_number.in_(gone), alerts.c.alert_id.not_in(back))
    for row in (await unit.execute(raised.order_by(alerts.c.alert_id))).all():
        base = _base(row, gone[row.case_number])
        if base is not None:
            await _take_back(unit, row, base)


def _base(row: Row[Any], rungs: set[str]) -> str | None:
    """The rung that the alert is of: one that was raised again has a number behind it."""
    name, _, turn = row.rung.rpartition(".")
    again = name if turn.isdecimal() else None
    return next((rung for rung in (row.rung, again) if rung in rungs), None)


async def _take_back(unit: Unit[Context], row: Row[Any], rung: str) -> None:
    taken = {"alert_id": row.alert_id, "case_number": row.case_number, "rung": rung, "at": unit.now}
    await unit.execute(recalled.insert(), taken)
    await lift(unit, row.alert_id, REASON, None)
