"""Query passwords (查询密码), printed beside the case number: who has both may see how the case stands, without an
account.

Guarantees: only a salted scrypt hash is kept; after `MOST_TRIES` wrong passwords for a number within the hour
nobody is let in under it, whether the number exists or not. Does not: protect a password that its owner shows
around.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from services.intake.tables import password_tries
from yimen.bus import Unit, View

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, O, 1, I, L: it is read off paper."""

LENGTH = 10
MOST_TRIES = 10
WINDOW = timedelta(hours=1)
_COST, _FORMER_COST = 2**7, 2**12
"""A third of a millisecond: the password is drawn at random, 49 bits strong, so a thief of the table pays more than for
forty bits at ten milliseconds a try; on line it can be tried ten times an hour (decision 0016)."""

_NOBODY = f"{_COST}$" + secrets.token_hex(16) + "$" + secrets.token_hex(32)


def new_password() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{_COST}${salt.hex()}${_scrypt(password, salt, _COST).hex()}"


def matches(password: str, stored: str | None) -> bool:
    """An unknown number takes as long as a wrong password."""
    *cost, salt, expected = (stored or _NOBODY).split("$")  # the first ones were kept without their cost
    found = _scrypt(password.strip().upper(), bytes.fromhex(salt), int(cost[0]) if cost else _FORMER_COST)
    return hmac.compare_digest(found, bytes.fromhex(expected)) and stored is not None


def _scrypt(password: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, n=cost, r=8, p=1)


async def too_many_tries(view: View[Any], case_number: str) -> bool:
    query = select(func.count()).where(
        password_tries.c.case_number == case_number, password_tries.c.tried_at > view.now - WINDOW
    )
    return int((await view.execute(query)).scalar_one()) >= MOST_TRIES


async def record_wrong_try(unit: Unit[Any], case_number: str) -> None:
    """Also forgets what is older than the window, for every number: the table stays as small as the hour's tries."""
    await unit.execute(delete(password_tries).where(password_tries.c.tried_at <= unit.now - WINDOW))
    await unit.execute(password_tries.insert().values(case_number=case_number, tried_at=unit.now))
