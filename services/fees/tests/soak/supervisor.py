"""The supervisor's own count of the fees, from what was said on the bus alone (I10); written apart from the monitor's."""

import json
from collections import Counter
from datetime import date, datetime
from typing import Final

from services.fees.tests.soak.hall import Hall
from yimen.contracts.monitor import TallyCounted
from yimen.contracts.parts import Tally
from yimen.worktime import local_date

PAID: Final = "notice.paid"
REFUNDED: Final = "notice.refunded"
CLOSED: Final = "day.reconciled"


class Supervisor:
    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self._seen = 0
        self._counts: Counter[tuple[date, str]] = Counter()
        self._sums: Counter[tuple[date, str]] = Counter()
        self._closed: set[date] = set()

    async def count(self) -> None:
        """All that was said since the last time; then every closed day of which something is new is told."""
        news = set[date]()
        for row in self.hall.rows("SELECT seq, key, body FROM outbox WHERE seq > ? ORDER BY seq", self._seen):
            self._seen = row["seq"]
            for what in (PAID, REFUNDED, CLOSED):
                if f".{what}." in row["key"]:
                    news.add(self._take(what, json.loads(row["body"])))
        for day in sorted(news & self._closed):
            await self._tell(day)

    def _take(self, what: str, said: dict[str, str]) -> date:
        if what == CLOSED:
            day = date.fromisoformat(said["day"])
            self._closed.add(day)
            return day
        day = local_date(datetime.fromisoformat(said["paid_at" if what == PAID else "refunded_at"]))
        self._counts[day, what] += 1
        self._sums[day, what] += int(said["amount"])
        return day

    async def _tell(self, day: date) -> None:
        paid, refunded = (
            Tally(count=self._counts[day, what], amount=self._sums[day, what]) for what in (PAID, REFUNDED)
        )
        told = TallyCounted(day=day, paid=paid, refunded=refunded, counted_at=self.hall.clock.now())
        await self.hall.service.inbox.process([self.hall.message(told, "/monitor")])
