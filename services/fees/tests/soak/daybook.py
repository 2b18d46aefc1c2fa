"""The clock and the bank's days: each ends at its cut-off with a file, good or not; read, corrected, answered for."""

import random
from datetime import date, datetime, timedelta
from typing import Final

from services.fees.tests.soak.hall import Hall
from sim.bank import Fault
from sim.bank.ledger import Line
from sim.bank.manners import FILE_FAULTS
from yimen.web import Role
from yimen.worktime import SHANGHAI, local_date

CUT_OFF: Final = 17
MORNING: Final = (6, 10)
OF_A_LINE: Final = (Fault.LINE_MISSING, Fault.LINE_DOUBLED, Fault.LINE_AMOUNT)
WRONG: Final = 0.55
"""Of all files."""


class Daybook:
    def __init__(self, hall: Hall, dice: random.Random) -> None:
        self.hall = hall
        self.dice = dice
        self.good_from_now_on = False

    # -- the clock ----------------------------------------------------------------------------------------------------------

    async def pass_minutes(self) -> int:
        await self.go(self.hall.clock.now() + timedelta(minutes=self.dice.randint(1, 20)))
        return 1

    async def pass_hours(self) -> int:
        await self.go(self.hall.clock.now() + timedelta(hours=self.dice.randint(1, 5)))
        return 1

    async def pass_night(self) -> int:
        """To the next morning, after the files have been asked for."""
        await self.go(self.morning_after(self.hall.clock.now()))
        return 1

    def morning_after(self, now: datetime) -> datetime:
        day = local_date(now) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, *MORNING, tzinfo=SHANGHAI)

    async def go(self, to: datetime) -> None:
        """No cut-off is passed over. Whoever waits for the hour is woken."""
        while (end := self._next_cut_off()) <= to:
            self.hall.clock.move_to(end)
            self._end(local_date(end))
            await self.work()
        self.hall.clock.move_to(to)
        await self.work()

    async def work(self) -> None:
        """Timers that ring and jobs that are due, until neither is."""
        while await self.hall.ring_timers() + await self.hall.send():
            continue

    def _next_cut_off(self) -> datetime:
        local = self.hall.clock.now().astimezone(SHANGHAI)
        today = local.replace(hour=CUT_OFF, minute=0, second=0, microsecond=0)
        return today if local < today else today + timedelta(days=1)

    # -- the bank's files ---------------------------------------------------------------------------------------------------

    def _end(self, day: date) -> None:
        fault: Fault | None = None
        if not self.good_from_now_on and self.dice.random() < WRONG:
            fault = self.dice.choice(FILE_FAULTS)
        serial = None
        if fault in OF_A_LINE:
            known = [
                line.serial for line in self.hall.bank.ledger.lines(self.hall.bank.account, day) if self._knows(line)
            ]
            if not known:
                fault = None
            else:
                serial = self.dice.choice(known)
        self.hall.bank.close_day(day, fault, serial)

    def _knows(self, line: Line) -> bool:
        """We know it as it is: so that what is done to the line in the file is all that differs."""
        table = "bank_payments" if line.kind == "payment" else "bank_payouts"
        row = self.hall.one(f"SELECT amount FROM {table} WHERE serial = ?", line.serial)
        return row is not None and bool(row["amount"] == line.amount)

    async def bring_file(self) -> int:
        """By hand: in either format, again, an older version, or one that somebody touched."""
        days = self.hall.bank.books.all(
            "SELECT day, MAX(version) AS version FROM files GROUP BY day ORDER BY day DESC LIMIT 8"
        )
        if not days:
            return 0
        chosen = self.dice.choice(days)
        version = self.dice.randint(1, chosen["version"]) if self.dice.random() < 0.2 else None
        await self._bring(date.fromisoformat(chosen["day"]), version, touched=self.dice.random() < 0.1)
        return 1

    async def _bring(self, day: date, version: int | None = None, *, touched: bool = False) -> None:
        file = self.hall.bank.statement(day, self.dice.choice(("csv", "xml")), version)
        body = file.body.replace(b"2026", b"2027", 1) if touched else file.body
        headers = file.headers | {"Content-Type": "text/csv"}
        answer = await self.hall.act(
            "POST", f"/statements?day={day}", Role.TREASURER, "treasurer-1", body, headers=headers
        )
        if answer is not None and touched and body != file.body and answer.status != 401:
            self.hall.errors.append(f"a file that somebody touched was answered {answer.status}")

    async def correct_file(self) -> int:
        """The bank owns up: a second file, of a day whose wrong one was read; brought by hand, or fetched."""
        wrong = [row for row in self._newest_files() if row["fault"] and self._was_read(row["day"])]
        if not wrong:
            return 0
        day = date.fromisoformat(self.dice.choice(wrong)["day"])
        self.hall.bank.correct(day)
        if self.dice.random() < 0.7:
            await self._bring(day)
        return 1

    def _newest_files(self) -> list[dict[str, object]]:
        return self.hall.bank.books.all(
            "SELECT day, version, fault FROM files f WHERE version = (SELECT MAX(version) FROM files g WHERE g.day = f.day)"
        )

    def _was_read(self, day: object) -> bool:
        return bool(self.hall.value("SELECT COUNT(*) FROM statements WHERE day = ?", day))

    # -- who answers for it -------------------------------------------------------------------------------------------------

    async def settle_difference(self) -> int:
        row = self.hall.some(
            self.dice,
            "SELECT * FROM differences WHERE state IN ('open', 'held') AND kind <> 'bank_only' ORDER BY id LIMIT 40",
        )
        if row is None:
            return 0
        act = self.dice.choice(("resolution", "resolution", "carry"))
        await self._answer(f"/differences/{row['id']}/{act}", row["version"])
        return 1

    async def close_day(self) -> int:
        """By hand: what is left is carried."""
        row = self.hall.some(
            self.dice, "SELECT * FROM days WHERE state = 'open' AND statement_id IS NOT NULL ORDER BY day LIMIT 10"
        )
        if row is None:
            return 0
        await self._answer(f"/days/{row['day']}/closing", row["version"])
        return 1

    async def _answer(self, path: str, version: int) -> None:
        body = {"note": "已与银行核对"}
        await self.hall.act(
            "POST", path, Role.TREASURER, self.dice.choice(("treasurer-1", "treasurer-2")), body, version=version
        )

    # -- the end ------------------------------------------------------------------------------------------------------------

    async def correct_what_is_lacking(self) -> None:
        """Where no good file of a day is in, or one in which nothing is, the bank gives out another; and every correction
        that nobody has brought yet is read."""
        for row in self._newest_files():
            day = date.fromisoformat(str(row["day"]))
            if not self._was_read(row["day"]):
                continue
            if row["fault"] == Fault.EMPTY_FILE or (row["fault"] and not self._is_filed(row["day"])):
                self.hall.bank.correct(day)
                await self._bring(day)
            elif row["version"] != self._newest_read(row["day"]):
                await self._bring(day)

    def _is_filed(self, day: object) -> bool:
        return bool(self.hall.value("SELECT COUNT(*) FROM days WHERE day = ? AND statement_id IS NOT NULL", day))

    def _newest_read(self, day: object) -> object:
        return self.hall.value("SELECT MAX(bank_version) FROM statements WHERE day = ?", day)
