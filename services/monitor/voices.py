"""What complaints and consultations share: a number for whoever speaks, and the door behind which they see how it stands.

Guarantees: numbers of a series are given without a gap; the door is that of every query password.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from services.monitor.context import Context
from services.monitor.domain.numbers import make_number, read_number
from services.monitor.numbering import next_serials
from yimen import passwords
from yimen.bus import Unit, Units, View
from yimen.worktime import local_date

StoredHash = Callable[[View[Any], str], Awaitable[str | None]]
_WRONG: Final = passwords.Wrong("编号或查询密码不正确", "请对照回执核对编号和查询密码后重试。")


async def next_number(unit: Unit[Context], series: str) -> str:
    (serial,) = await next_serials(unit, series)
    return make_number(series, local_date(unit.now).year, serial)


async def let_in(units: Units[Context], series: str, typed: str, password: str, stored: StoredHash) -> str:
    """The number as it was given. Raises the 404 problem, or the 429 one after too many wrong tries."""
    return await passwords.let_in(units, typed, password, stored, partial(read_number, series), _WRONG)
