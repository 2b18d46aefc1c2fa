"""Payers: they pay, pay twice, pay too much, pay what is void; they ask, dispute, and want their money back."""

import random
import sqlite3
from datetime import date, timedelta
from typing import Any

from services.fees.tests.soak.hall import Answer, Hall
from sim.bank import Refused

SOME = 40
"""Of the newest notices in a state one is chosen; of all others by their number."""


class Payers:
    def __init__(self, hall: Hall, dice: random.Random) -> None:
        self.hall = hall
        self.dice = dice
        self._keys = 0

    def key(self) -> str:
        self._keys += 1
        return f"soak-payer-{self._keys}"

    def notice(self, *states: str) -> sqlite3.Row | None:
        """One at random of those states, or the next one after it."""
        last = self.hall.value("SELECT COALESCE(MAX(value), 0) FROM counters WHERE name LIKE 'JK-%'")
        if not last:
            return None
        marks = ",".join("?" * len(states))
        first = f"JK2026{self.dice.randint(1, last):06}"
        query = f"SELECT * FROM notices WHERE number {{}} ? AND state IN ({marks}) ORDER BY number {{}} LIMIT 1"
        upwards = self.hall.one(query.format(">=", ""), first, *states)
        return upwards or self.hall.one(query.format("<", "DESC"), first, *states)

    # -- paying -------------------------------------------------------------------------------------------------------------

    async def pay(self) -> int:
        """In full, at a bank that knows the order."""
        row = self.hall.some(
            self.dice, f"SELECT * FROM notices WHERE state = 'issued' AND amount > 0 ORDER BY number LIMIT {SOME}"
        )
        return 0 if row is None else self._pay(row)

    async def pay_late(self) -> int:
        row = self.notice("overdue")
        return 0 if row is None else self._pay(row)

    def _pay(self, row: sqlite3.Row) -> int:
        try:
            self.hall.bank.pay(row["payment_code"], self.dice.choice(("counter", "card", "qr")))
        except Refused:
            return 0
        return 1

    async def pay_twice(self) -> int:
        row = self.notice("receipted", "paid", "remitted")
        return 0 if row is None else self._take(row["payment_code"], row["amount"])

    async def pay_wrong(self) -> int:
        row = self.notice("issued", "overdue")
        if row is None:
            return 0
        wrong = self.dice.choice((row["amount"] - 1, row["amount"] + 1, 0, -row["amount"], 100 * row["amount"], 1))
        return self._take(row["payment_code"], wrong)

    async def pay_void(self) -> int:
        row = self.notice("voided", "nothing_due")
        return 0 if row is None else self._take(row["payment_code"], row["amount"] or 100)

    async def pay_unknown(self) -> int:
        code = self.dice.choice(("NOBODYKNOWSTHISCODE2", "0", "银行手写的缴款码"))
        return self._take(code, self.dice.choice((100, 8000, 16000)))

    async def pay_elsewhere(self) -> int:
        """On an account that is not ours (R60): no message of it may count."""
        row = self.notice("issued")
        if row is None:
            return 0
        self.hall.bank.take(row["payment_code"], row["amount"], account="9999000011112222")
        return 1

    def _take(self, code: str, amount: int) -> int:
        self.hall.bank.take(code, amount, self.dice.choice(("counter", "qr")))
        return 1

    # -- asking -------------------------------------------------------------------------------------------------------------

    async def look(self) -> int:
        row = self.notice("issued", "overdue", "receipted", "remitted", "voided")
        if row is None:
            return 0
        answer = await self.hall.act("GET", f"/payments/{row['payment_code']}")
        if answer is not None and (answer.status, answer.json()["amount"]) != (200, row["amount"]):
            self.hall.errors.append(f"a payer sees {answer.body!r} of {row['number']}")
        return 1

    async def inquire(self) -> int:
        row = self.notice("issued", "overdue", "receipted")
        if row is None:
            return 0
        await self.hall.act("POST", f"/payments/{row['payment_code']}/inquiry")
        return 1

    async def dispute(self) -> int:
        row = self.notice("issued", "receipted", "overdue")
        if row is None:
            return 0
        await self._create(row, "dispute", {"reasons": "面积量错了"})
        return 1

    async def ask_refund(self) -> int:
        row = self.notice("receipted", "remitted", "issued")
        if row is None:
            return 0
        await self._create(row, "refund-request", {"reasons": "重复收费"})
        return 1

    async def ask_relief(self) -> int:
        row = self.notice("issued", "overdue")
        if row is None:
            return 0
        await self._create(row, "relief-request", relief_body(self.hall, self.dice, row))
        return 1

    async def _create(self, row: sqlite3.Row, what: str, body: Any) -> Answer | None:
        """Sometimes the answer is lost, and the same is asked again under the same key."""
        path, key = f"/payments/{row['payment_code']}/{what}", self.key()
        answer = await self.hall.act("POST", path, body=body, key=key)
        if self.dice.random() < 0.2:
            again = await self.hall.act("POST", path, body=body, key=key)
            if answer and again and answer.status == 201 and again.body != answer.body:
                self.hall.errors.append(f"{path} was done twice under one key: {again.body!r}")
        return answer


def relief_body(hall: Hall, dice: random.Random, row: sqlite3.Row) -> dict[str, Any]:
    words = {"basis": "赣财税〔2021〕5号", "reasons": "小微企业"}
    if dice.random() < 0.4:
        until = date.fromisoformat(row["pay_by"]) + timedelta(days=dice.randint(1, 30))
        return {"kind": "deferral", "until": until.isoformat(), **words}
    lists = hall.rows("SELECT list_id FROM shares WHERE notice_number = ? ORDER BY list_id", row["number"])
    share = dice.choice((1, 2500, 5000, 10_000))
    return {"kind": "reduction", "share": share, "list_id": dice.choice(lists)["list_id"], **words}
