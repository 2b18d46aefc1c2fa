"""Query passwords (查询密码), printed beside the case number: who has both may see how the case stands, without an
account.

Guarantees: only a salted scrypt hash is kept; after `MOST_TRIES` wrong passwords for a number within the hour
nobody is let in under it, whether the number exists or not. Does not: protect a password that its owner shows
around.
"""

import asyncio
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

LENGTH = 8
MOST_TRIES = 10
WINDOW = timedelta(hours=1)
_COST = {"n": 2**12, "r": 8, "p": 1}
"""Ten milliseconds: the password is random, forty bits strong, and can be tried ten times an hour."""

_NOBODY = secrets.token_hex(16) + "$" + secrets.token_hex(32)


def new_password() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


async def hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${(await _scrypt(password, salt)).hex()}"


async def matches(password: str, stored: str | None) -> bool:
    """An unknown number takes as long as a wrong password."""
    salt, _, expected = (stored or _NOBODY).partition("$")
    found = await _scrypt(password.strip().upper(), bytes.fromhex(salt))
    return hmac.compare_digest(found, bytes.fromhex(expected)) and stored is not None


async def _scrypt(password: str, salt: bytes) -> bytes:
    return await asyncio.to_thread(hashlib.scrypt, password.encode(), salt=salt, dklen=32, **_COST)


async def too_many_tries(view: View[Any], case_number: str) -> bool:
    query = select(func.count()).where(
        password_tries.c.case_number == case_number, password_tries.c.tried_at > view.now - WINDOW
    )
    return int((await view.execute(query)).scalar_one()) >= MOST_TRIES


async def record_wrong_try(unit: Unit[Any], case_number: str) -> None:
    """Also forgets what is older than the window, for every number: the table stays as small as the hour's tries."""
    await unit.execute(delete(password_tries).where(password_tries.c.tried_at <= unit.now - WINDOW))
    await unit.execute(password_tries.insert().values(case_number=case_number, tried_at=unit.now))
