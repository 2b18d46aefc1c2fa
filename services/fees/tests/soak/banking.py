"""The bank, and those who would be it: messages told, lost, doubled and forged; keys rotated; money out unordered."""

import random
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from services.fees.tests.soak.hall import Hall
from sim.bank import Manners, Refused, wire
from sim.bank.wire import Call

MANNERS: Final = Manners(
    probed=0.04,
    told_twice=0.15,
    told_often=0.03,
    told_late=0.02,
    never_told=0.03,
    replayed=0.04,
    changed_amount=0.015,
    misstated=0.015,
    refund_fails=0.15,
    fails_after_success=0.08,
    unsigned=0.02,
    missigned=0.02,
    late=0.03,
    deaf=0.03,
    busy=0.02,
    hollow=0.02,
)
STRANGE: Final = (401, 413, 415, 422)


class _RingOfOne:
    """A key that is not, or no longer, the bank's."""

    def __init__(self, key: RSAPrivateKey, message_key: bytes) -> None:
        self._key = key
        self.message_key = message_key

    def private(self, _serial: str) -> RSAPrivateKey:
        return self._key


class Banking:
    def __init__(self, hall: Hall, dice: random.Random) -> None:
        self.hall = hall
        self.dice = dice
        self.retired: list[tuple[str, RSAPrivateKey]] = []
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self._unordered = 0
        hall.bank.mischief.manners = MANNERS

    async def tell(self) -> int:
        """A round of the bank's; how many messages that came to."""
        before = self.hall.wire.messages
        await self.hall.bank.tell()
        return self.hall.wire.messages - before

    async def rotate_keys(self) -> int:
        serial = self.hall.ring.serials[0]
        self.retired = [*self.retired[-3:], (serial, self.hall.ring.private(serial))]
        self.hall.bank.rotate_keys()
        return 1

    async def refund_unordered(self) -> int:
        """The bank gives back what nobody asked it to."""
        row = self.hall.some(
            self.dice, "SELECT serial, amount FROM bank_payments WHERE amount > 0 ORDER BY serial DESC LIMIT 50"
        )
        if row is None:
            return 0
        self._unordered += 1
        order = {
            "refund_number": f"X{self._unordered:06}",
            "bank_serial": row["serial"],
            "amount": 1,
            "currency": "CNY",
        }
        return self._try(self.hall.bank.refund, order | {"account": self.hall.bank.account})

    async def remit_unordered(self) -> int:
        self._unordered += 1
        order = {"remittance_number": f"X{self._unordered:06}", "day": "2026-09-07", "amount": 2, "currency": "CNY"}
        return self._try(
            self.hall.bank.remit, order | {"account": self.hall.bank.account, "treasury_account": "3607000000000001"}
        )

    def _try(self, ask: Any, order: dict[str, Any]) -> int:
        try:
            ask(order)
        except Refused:
            return 0
        return 1

    async def fail_unknown(self) -> int:
        """It says that a refund failed of which nobody knows."""
        now = self.hall.clock.now()
        word = {
            "refund_number": f"TK2025{self.dice.randint(1, 5):06}",
            "amount": 100,
            "currency": "CNY",
            "account": self.hall.bank.account,
            "state": "failed",
            "at": now.isoformat(),
            "reason": "账户已销户",
        }
        call = wire.call(self.hall.ring, self.hall.ring.serials[0], now, word, wire.REFUND_FAILED)
        await self._post(call)
        return 1

    # -- those who are not the bank ---------------------------------------------------------------------------------------

    async def forge(self) -> int:
        """Whatever it says and however well: refused, and nothing of it stays."""
        how = self.dice.choice(
            (
                "wrong_key",
                "old_key",
                "unknown_serial",
                "stale",
                "future",
                "changed",
                "headless",
                "unsealed",
                "huge",
                "kind",
            )
        )
        call = getattr(self, f"_{how}")(self._lie())
        if call is None:
            return 0
        before = self.hall.value("SELECT COUNT(*) FROM bank_messages")
        answer = await self._post(call)
        if answer is not None and answer.status not in STRANGE:
            self.hall.errors.append(f"a forged message ({how}) was answered {answer.status}")
        if not self.hall.busy and self.hall.value("SELECT COUNT(*) FROM bank_messages") != before:
            self.hall.errors.append(f"a forged message ({how}) left a trace")
        return 1

    def _lie(self) -> dict[str, Any]:
        """That an open notice is paid."""
        row = self.hall.some(self.dice, "SELECT payment_code, amount FROM notices ORDER BY number DESC LIMIT 50")
        return {
            "bank_serial": f"S{self.dice.randrange(10**12):013}",
            "order_number": None,
            "payment_code": row["payment_code"] if row else "NOBODY",
            "amount": row["amount"] if row else 1,
            "currency": "CNY",
            "account": self.hall.bank.account,
            "method": "counter",
            "paid_at": self.hall.clock.now().isoformat(),
        }

    def _good(self, lie: dict[str, Any], **late: float) -> Call:
        at = self.hall.clock.now() + timedelta(**late)
        return wire.call(self.hall.ring, self.hall.ring.serials[-1], at, lie)

    def _wrong_key(self, lie: dict[str, Any]) -> Call | None:
        return None if not self.retired else self._by(self.retired[-1][1], self.hall.ring.serials[0], lie)

    def _old_key(self, lie: dict[str, Any]) -> Call | None:
        return None if not self.retired else self._by(self.retired[-1][1], self.retired[-1][0], lie)

    def _by(self, key: RSAPrivateKey, serial: str, lie: dict[str, Any]) -> Call:
        ring: Any = _RingOfOne(key, self.hall.ring.message_key)
        return wire.call(ring, serial, self.hall.clock.now(), lie)

    def _unknown_serial(self, lie: dict[str, Any]) -> Call:
        good = self._good(lie)
        return Call(good.headers | {"Bank-Serial": "BK999999"}, good.body)

    def _stale(self, lie: dict[str, Any]) -> Call:
        return self._good(lie, seconds=-301)

    def _future(self, lie: dict[str, Any]) -> Call:
        return self._good(lie, days=3)  # not minutes: the clock may be moved before it arrives

    def _changed(self, lie: dict[str, Any]) -> Call:
        """By a proxy that means well: other spaces, the same JSON."""
        good = self._good(lie)
        return Call(good.headers, good.body.replace(b": ", b":"))

    def _headless(self, lie: dict[str, Any]) -> Call:
        good = self._good(lie)
        gone = self.dice.choice(("Bank-Nonce", "Bank-Timestamp", "Bank-Serial", "Bank-Signature"))
        return Call({name: value for name, value in good.headers.items() if name != gone}, good.body)

    def _unsealed(self, lie: dict[str, Any]) -> Call:
        """Signed well, and sealed with a key that was not agreed on."""
        ring: Any = _RingOfOne(self.hall.ring.private(self.hall.ring.serials[0]), bytes(32))
        return wire.call(ring, self.hall.ring.serials[0], self.hall.clock.now(), lie)

    def _huge(self, lie: dict[str, Any]) -> Call:
        good = self._good(lie)
        return Call(good.headers, good.body + b" " * 70_000)

    def _kind(self, lie: dict[str, Any]) -> Call:
        good = self._good(lie)
        return Call(good.headers | {"Content-Type": "text/plain"}, good.body)

    async def _post(self, call: Call) -> Any:
        return await self.hall.act("POST", "/bank/messages", body=call.body, headers=call.headers)
