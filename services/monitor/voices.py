"""What complaints, consultations and ratings share: a number and a query password for whoever speaks, and the door behind
which they see how it stands.

Guarantees: an unknown number, a malformed one and a wrong password are answered alike; wrong tries are counted although the
request fails, in a unit of their own. Numbers of a series are given without a gap.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from sqlalchemy import delete, func, select

from services.monitor.context import Context
from services.monitor.domain.numbers import make_number, read_number
from services.monitor.tables import voice_counters, voice_tries
from yimen import passwords
from yimen.bus import Unit, Units, View
from yimen.ids import InvalidNumber
from yimen.web import NotFound, Problem
from yimen.worktime import local_date

Matches = Callable[[View[Any], str, str], Awaitable[bool]]
"""Whether the number's password is this one."""

_NO_MATCH: Final = "请对照回执核对编号和查询密码后重试。"


async def next_number(unit: Unit[Context], series: str) -> str:
    year = local_date(unit.now).year
    counted = unit.insert(voice_counters).values(name=f"{series}-{year}", value=1)
    counted = counted.on_conflict_do_update(index_elements=["name"], set_={"value": voice_counters.c.value + 1})
    return make_number(series, year, (await unit.execute(counted.returning(voice_counters.c.value))).scalar_one())


async def let_in(units: Units[Context], series: str, typed: str, password: str, matches: Matches) -> str:
    """The number as it was given. Raises the 404 problem, or the 429 one after too many wrong tries."""
    try:
        number = read_number(series, typed)
    except InvalidNumber as wrong:
        raise no_match() from wrong
    await check_password(units, number, password, matches)
    return number


async def check_password(units: Units[Context], number: str, password: str, matches: Matches) -> None:
    async with units.view() as view:
        since = view.now - passwords.WINDOW
        tried = select(func.count()).where(voice_tries.c.number == number, voice_tries.c.tried_at > since)
        if (await view.execute(tried)).scalar_one() >= passwords.MOST_TRIES:
            raise _too_many_tries()
        known = await matches(view, number, password)
    if not known:
        async with units.begin() as unit:
            await unit.execute(delete(voice_tries).where(voice_tries.c.tried_at <= unit.now - passwords.WINDOW))
            await unit.execute(voice_tries.insert().values(number=number, tried_at=unit.now))
        raise no_match()


def no_match() -> NotFound:
    return NotFound("编号或查询密码不正确", _NO_MATCH)


def _too_many_tries() -> Problem:
    wait = str(int(passwords.WINDOW.total_seconds()))
    detail = "请一小时后再试，或者到大厅咨询台查询。"
    return Problem(429, "too-many-tries", "查询密码错误次数过多", detail, headers={"Retry-After": wait})
