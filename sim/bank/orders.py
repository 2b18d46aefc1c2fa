"""Orders and the money that is taken for them.

Guarantees: an order is one per number and code; a higher revision replaces amount and date of one that is open, nothing
else ever does; a payer pays what the standing revision says, once. Money that was taken is in the books, with its entry and
the call that is owed, in one transaction.
"""

from datetime import datetime
from typing import Any

from sim.bank import wire
from sim.bank.books import Books
from sim.bank.errors import Refused
from sim.bank.ledger import Ledger, Line
from sim.bank.telling import Telling
from yimen.clock import Clock
from yimen.worktime import local_date


class Orders:
    def __init__(self, books: Books, ledger: Ledger, telling: Telling, clock: Clock, account: str, seed: int) -> None:
        self._books = books
        self._ledger = ledger
        self._telling = telling
        self._clock = clock
        self._account = account
        self._seed = seed

    def place(self, order: dict[str, Any]) -> bool:
        """True: new. False: known, whether or not this revision amended it.

        Raises `Refused` (409) for another order under a known number or code, or other contents of a known revision."""
        order = {"revision": 1} | order
        known = self._books.order_numbered(order["order_number"])
        if known is None and self._books.order(order["payment_code"]) is None:
            with self._books.writing():
                self._books.place(order, self._clock.now())
                self._books.note(self._clock.now(), "order_placed", **order)
            return True
        if known is None or any(known[name] != order[name] for name in ("payment_code", "currency", "account")):
            raise _taken()
        self._revise(known, order)
        return False

    def _revise(self, known: dict[str, Any], order: dict[str, Any]) -> None:
        said = self._books.revision(order["order_number"], order["revision"])
        if said is not None and any(said[name] != order[name] for name in ("amount", "pay_by")):
            raise _taken()
        if state_of(known) == "open" and order["revision"] > known["revision"]:
            with self._books.writing():
                self._books.amend(order)
                self._books.note(self._clock.now(), "order_amended", **order)

    def close(self, number: str) -> dict[str, Any]:
        """Nobody pays it from now on; unless somebody has. Raises `Refused` (404)."""
        order = self._known(number)
        if state_of(order) == "open":
            with self._books.writing():
                self._books.close_order(number, self._clock.now())
                self._books.note(self._clock.now(), "order_closed", order_number=number)
        return self.show(number)

    def show(self, number: str) -> dict[str, Any]:
        """Raises `Refused` (404)."""
        order = self._known(number)
        payments = [self.said(payment) for payment in self._books.payments_for(order["payment_code"])]
        facts = {"order_number": number, "revision": order["revision"], "state": state_of(order)}
        return facts | {"payments": payments}

    def _known(self, number: str) -> dict[str, Any]:
        order = self._books.order_numbered(number)
        if order is None:
            raise Refused(404, "没有这个订单。")
        return order

    def pay(self, payment_code: str, method: str, amount: int | None = None) -> dict[str, Any]:
        """What a payer does: in full, once, for an order that the bank knows. `amount`: what the payer was shown."""
        order = self._books.order(payment_code)
        if order is None:
            raise Refused(404, "没有这个缴款码，请对照缴款通知书核对。")
        if order["paid_by"] is not None:
            raise Refused(409, "该缴款码已经缴款，请勿重复缴纳。")
        if order["closed_at"] is not None:
            raise Refused(409, "该缴款码已由收费窗口关闭，不能再缴款；如有疑问请与收费窗口联系。")
        if amount is not None and amount != order["amount"]:
            raise Refused(409, "应缴金额已由收费窗口更改，请重新查看金额后再缴款。")
        return self.take(payment_code, order["amount"], method, order["account"])

    def take(self, payment_code: str, amount: int, method: str, account: str | None = None) -> dict[str, Any]:
        """Money over the counter, whatever for: any code, any amount.

        An amount that is not above zero is only said, and is in no account: no such money exists."""
        now = self._clock.now()
        with self._books.writing():
            number = self._books.next_number()
            serial = f"S{self._seed:04}{local_date(now):%Y%m%d}{number:08}"
            payment = {"serial": serial, "payment_code": payment_code, "amount": amount, "method": method}
            payment |= {"account": account or self._account, "paid_at": now.isoformat()}
            self._books.take(number, payment)
            day = self._book(payment, now)
            self._telling.owe(wire.PAID, serial, self.said(payment), payment_code)
            self._books.note(now, "money_taken", **payment, day=day)
        return payment

    def _book(self, payment: dict[str, Any], now: datetime) -> str | None:
        if payment["amount"] <= 0:
            return None
        facts = (payment["serial"], "payment", payment["payment_code"], "in", payment["amount"], payment["method"], now)
        return self._ledger.book(payment["account"], Line(*facts)).isoformat()

    def said(self, payment: dict[str, Any]) -> dict[str, Any]:
        """A payment as messages and answers tell it."""
        order = self._books.order(payment["payment_code"])
        return {
            "bank_serial": payment["serial"],
            "order_number": order["order_number"] if order else None,
            "payment_code": payment["payment_code"],
            "amount": payment["amount"],
            "currency": "CNY",
            "account": payment["account"],
            "method": payment["method"],
            "paid_at": payment["paid_at"],
        }


def state_of(order: dict[str, Any]) -> str:
    """Money first: an order that was closed and paid all the same is paid."""
    if order["paid_by"] is not None:
        return "paid"
    return "open" if order["closed_at"] is None else "closed"


def _taken() -> Refused:
    return Refused(409, "该订单号或缴款码已有内容不同的订单。")
