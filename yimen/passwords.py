"""Query passwords (查询密码), printed beside the case number: who has both may see how the case stands, without an
account.

Guarantees: only a salted scrypt hash is kept; after `MOST_TRIES` wrong passwords for a number within the hour
nobody is let in under it, whether the number exists or not; an unknown number, a malformed one and a wrong password
are answered alike. Does not: protect a password that its owner shows around.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Column, Index, MetaData, String, Table, delete, func, select

from yimen.bus import Unit, Units, View
from yimen.contracts.intake import CredentialRecorded
from yimen.db import BigId, Instant
from yimen.ids import InvalidNumber, parse_case_number
from yimen.web.problems import NotFound, Problem

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, O, 1, I, L: it is read off paper."""

LENGTH = 10
MOST_TRIES = 10
WINDOW = timedelta(hours=1)
_COST, _FORMER_COST = 2**7, 2**12
"""A third of a millisecond: the password is drawn at random, 49 bits strong, so a thief of the table pays more than for
forty bits at ten milliseconds a try; on line it can be tried ten times an hour (decision 0016)."""

_NOBODY = f"{_COST}$" + secrets.token_hex(16) + "$" + secrets.token_hex(32)
_TRIES = "password_tries"
_CREDENTIALS = "credentials"

StoredHash = Callable[[View[Any], str], Awaitable[str | None]]


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


# -- with whoever lets people in beside intake -------------------------------------------------------------------------


def credentials_table(metadata: MetaData) -> Table:
    """The newest hash of each case's password, for a service that hears of them as events."""
    return Table(
        _CREDENTIALS,
        metadata,
        Column("case_number", String(80), primary_key=True),
        Column("password_hash", String(400), nullable=False),
        Column("recorded_at", Instant, nullable=False),
    )


async def keep_credential(unit: Unit[Any], event: CredentialRecorded) -> None:
    kept = unit.insert(unit.table(_CREDENTIALS)).values(**event.model_dump())
    changed = {name: kept.excluded[name] for name in ("password_hash", "recorded_at")}
    await unit.execute(kept.on_conflict_do_update(index_elements=["case_number"], set_=changed))


async def kept_hash(view: View[Any], case_number: str) -> str | None:
    t = view.table(_CREDENTIALS).c
    found: str | None = (
        await view.execute(select(t.password_hash).where(t.case_number == case_number))
    ).scalar_one_or_none()
    return found


# -- at the door -------------------------------------------------------------------------------------------------------


def tries_table(metadata: MetaData) -> Table:
    """The table of wrong tries, for a service that lets people in by their passwords."""
    table = Table(
        _TRIES,
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("case_number", String(80), nullable=False),
        Column("tried_at", Instant, nullable=False),
    )
    Index("ix_password_tries_case", table.c.case_number, table.c.tried_at)
    return table


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is said to whoever has not both."""

    title: str
    detail: str


WRONG_CASE: Final = Wrong("办件编号或查询密码不正确", "请对照收件凭证核对办件编号和查询密码后重试。")


def read_case(typed: str) -> str:
    return str(parse_case_number(typed))


async def let_in(
    units: Units[Any],
    typed: str,
    password: str,
    stored: StoredHash,
    read: Callable[[str], str] = read_case,
    wrong: Wrong = WRONG_CASE,
) -> str:
    """The number in its one form: a case's, or what `read` reads. Raises the 404 problem for whoever has not both, the 429
    one after too many tries.

    Wrong tries are counted although the request fails, in a unit of their own."""
    try:
        number = read(typed)
    except InvalidNumber as misread:
        raise NotFound(wrong.title, wrong.detail) from misread
    async with units.view() as view:
        if await _too_many_tries(view, number):
            raise _wait()
        known = await stored(view, number)
    if not matches(password, known):
        async with units.begin() as unit:
            await _record_wrong_try(unit, number)
        raise NotFound(wrong.title, wrong.detail)
    return number


async def _too_many_tries(view: View[Any], case_number: str) -> bool:
    t = view.table(_TRIES).c
    query = select(func.count()).where(t.case_number == case_number, t.tried_at > view.now - WINDOW)
    return int((await view.execute(query)).scalar_one()) >= MOST_TRIES


async def _record_wrong_try(unit: Unit[Any], case_number: str) -> None:
    """Also forgets what is older than the window, for every number: the table stays as small as the hour's tries."""
    table = unit.table(_TRIES)
    await unit.execute(delete(table).where(table.c.tried_at <= unit.now - WINDOW))
    await unit.execute(table.insert().values(case_number=case_number, tried_at=unit.now))


def _wait() -> Problem:
    return Problem(
        429,
        "too-many-tries",
        "查询密码错误次数过多",
        "请一小时后再试，或者携带身份证件到窗口查询。",
        headers={"Retry-After": str(int(WINDOW.total_seconds()))},
    )
