"""Money that goes out: refunds of what was paid, and remittances to the treasury.

Guarantees: never more is given back for a payment than it brought; never more goes out than the account holds, counting
what was accepted and is still to go; what went out has a serial, an entry and an owed call, in one transaction.
Accepted at once, done by the bank's loop, in an order that the seed shuffles. Does not: know who approved it.
"""

import random
from datetime import datetime
from typing import Any

from sim.bank import wire
from sim.bank.books import Books
from sim.bank.errors import Refused
from sim.bank.ledger import Ledger, Line
from sim.bank.manners import LEADS_TO, Fault, Mischief
from sim.bank.telling import Telling
from yimen.clock import Clock
from yimen.worktime import local_date

REASON = "收款账户已销户，退款被退回。"


class Outgoing:
    """`on` may be switched off: what was accepted then waits."""

    def __init__(
        self, books: Books, ledger: Ledger, telling: Telling, mischief: Mischief, clock: Clock, seed: int
    ) -> None:
        self.on = True
        self._books = books
        self._ledger = ledger
        self._telling = telling
        self._mischief = mischief
        self._clock = clock
        self._seed = seed

    # -- asked for ----------------------------------------------------------------------------------------------------

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Idempotent by number. Raises `Refused`: 409 other contents; 422 unknown payment, or more than it brought; 503
        the account does not hold so much."""
        number, wanted = asked["refund_number"], {"kind": "refund", "original_serial": asked["bank_serial"]}
        wanted |= {name: asked[name] for name in ("amount", "currency", "account")}
        if not self._stands(number, wanted):
            self._check_payment(asked)
            self._accept(number, wanted)
        return self.show_refund(number)

    def remit(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Idempotent by number. Raises `Refused`: 409 other contents; 503 the account does not hold so much."""
        number, wanted = asked["remittance_number"], {"kind": "remittance"}
        wanted |= {name: asked[name] for name in ("day", "amount", "currency", "account", "treasury_account")}
        if not self._stands(number, wanted):
            self._accept(number, wanted)
        return self.show_remittance(number)

    def _stands(self, number: str, wanted: dict[str, Any]) -> bool:
        known = self._books.one("SELECT * FROM outgoing WHERE number = ?", number)
        if known is not None and any(known[name] != value for name, value in wanted.items()):
            raise Refused(409, "该编号已有内容不同的退款或划转。")
        return known is not None

    def _check_payment(self, asked: dict[str, Any]) -> None:
        payment = self._books.payment(asked["bank_serial"])
        if payment is None or payment["account"] != asked["account"]:
            raise Refused(422, "该账户没有这笔缴款，无法退款。")
        query = "SELECT COALESCE(SUM(amount), 0) FROM outgoing WHERE original_serial = ? AND state <> 'failed'"
        given = int(self._books.connection.execute(query, (asked["bank_serial"],)).fetchone()[0])
        if given + asked["amount"] > payment["amount"]:
            raise Refused(422, "退款合计超过该笔缴款的金额。")

    def _accept(self, number: str, wanted: dict[str, Any]) -> None:
        query = "SELECT COALESCE(SUM(amount), 0) FROM outgoing WHERE state = 'accepted' AND account = ?"
        pending = int(self._books.connection.execute(query, (wanted["account"],)).fetchone()[0])
        if pending + wanted["amount"] > self._ledger.balance(wanted["account"]):
            raise Refused(503, "账户余额不足，请稍后再试。")
        row = dict.fromkeys(("original_serial", "day", "treasury_account")) | wanted
        row |= {"number": number, "turn": random.Random(f"{self._seed}:turn:{number}").random()}
        insert = """INSERT INTO outgoing (number, kind, original_serial, day, treasury_account, amount, currency, account,
            turn) VALUES (:number, :kind, :original_serial, :day, :treasury_account, :amount, :currency, :account, :turn)"""
        with self._books.writing():
            self._books.connection.execute(insert, row)
            self._books.note(self._clock.now(), f"{wanted['kind']}_accepted", number=number, **wanted)

    # -- shown --------------------------------------------------------------------------------------------------------

    def show_refund(self, number: str) -> dict[str, Any]:
        """Raises `Refused` (404)."""
        row = self._known("refund", number, "没有这笔退款。")
        done = row["state"] != "accepted"
        return {"refund_number": number, "state": row["state"], "refund": _refund(row) if done else None}

    def show_remittance(self, number: str) -> dict[str, Any]:
        """Raises `Refused` (404)."""
        row = self._known("remittance", number, "没有这笔划转。")
        done = row["state"] != "accepted"
        return {"remittance_number": number, "state": row["state"], "remittance": _remittance(row) if done else None}

    def _known(self, kind: str, number: str, otherwise: str) -> dict[str, Any]:
        row = self._books.one("SELECT * FROM outgoing WHERE number = ? AND kind = ?", number, kind)
        if row is None:
            raise Refused(404, otherwise)
        return row

    # -- done ---------------------------------------------------------------------------------------------------------

    def settle(self) -> int:
        """All that was accepted goes out or fails; returns how many did."""
        if not self.on:
            return 0
        accepted = self._books.all("SELECT * FROM outgoing WHERE state = 'accepted' ORDER BY turn")
        for row in accepted:
            with self._books.writing():
                self._settle(row, self._clock.now())
        return len(accepted)

    def _settle(self, row: dict[str, Any], now: datetime) -> None:
        names = (row["number"], row["original_serial"] or "")
        if row["kind"] == "refund" and self._mischief.strikes(Fault.REFUND_FAILS, *names):
            self._note_fault(Fault.REFUND_FAILS, row, now)
            return self._fail(row, now)
        row = self._pay_out(row, now)
        if row["kind"] == "refund" and self._mischief.strikes(Fault.FAILS_AFTER_SUCCESS, *names):
            self._note_fault(Fault.FAILS_AFTER_SUCCESS, row, now)
            untrue = row | {"state": "failed", "serial": None, "at": now.isoformat(), "reason": REASON}
            self._telling.owe(wire.REFUND_FAILED, row["number"], _refund(untrue))
        return None

    def _fail(self, row: dict[str, Any], now: datetime) -> None:
        row = row | {"state": "failed", "at": now.isoformat(), "reason": REASON}
        self._keep(row)
        self._telling.owe(wire.REFUND_FAILED, row["number"], _refund(row))
        self._books.note(now, "refund_failed", number=row["number"], amount=row["amount"])

    def _pay_out(self, row: dict[str, Any], now: datetime) -> dict[str, Any]:
        is_refund = row["kind"] == "refund"
        serial = f"{'R' if is_refund else 'M'}{self._seed:04}{local_date(now):%Y%m%d}{self._next_number():08}"
        row = row | {"state": "refunded" if is_refund else "remitted", "serial": serial, "at": now.isoformat()}
        self._keep(row)
        line = Line(serial, row["kind"], row["number"], "out", row["amount"], "-", now)
        day = self._ledger.book(row["account"], line).isoformat()
        event, said = (wire.REFUNDED, _refund(row)) if is_refund else (wire.REMITTED, _remittance(row))
        self._telling.owe(event, serial, said, row["number"])
        self._books.note(now, row["state"], number=row["number"], serial=serial, amount=row["amount"], day=day)
        return row

    def _keep(self, row: dict[str, Any]) -> None:
        update = (
            "UPDATE outgoing SET state = :state, serial = :serial, at = :at, reason = :reason WHERE number = :number"
        )
        self._books.connection.execute(update, row)

    def _next_number(self) -> int:
        query = "SELECT COALESCE(MAX(number), 0) + 1 FROM entries"
        return int(self._books.connection.execute(query).fetchone()[0])

    def _note_fault(self, fault: Fault, row: dict[str, Any], now: datetime) -> None:
        facts = {"subject": row["number"], "serial": row["serial"], "amount": row["amount"]}
        self._books.note(now, "fault", fault=fault, difference=LEADS_TO.get(fault), **facts)


def _refund(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "bank_serial": row["serial"],
        "refund_number": row["number"],
        "original_serial": row["original_serial"],
        "amount": row["amount"],
        "currency": row["currency"],
        "account": row["account"],
        "state": row["state"],
        "at": row["at"],
        "reason": row["reason"],
    }


def _remittance(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "bank_serial": row["serial"],
        "remittance_number": row["number"],
        "amount": row["amount"],
        "currency": row["currency"],
        "account": row["account"],
        "at": row["at"],
    }
