"""Pages that follow one another: `next` of one is `after` of the following.

A place is the last shown row's key, or, where the key is not for the reader's eyes, an instant and how many rows of that
instant were shown.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Query

from yimen.errors import Unfit
from yimen.web import Invalid
from yimen.worktime import end_of_day, start_of_day

Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
_EARLIEST, _LATEST = date(1990, 1, 1), date(2199, 12, 31)
From = Annotated[date | None, Query(alias="from", ge=_EARLIEST, le=_LATEST, description="first day, Asia/Shanghai")]
To = Annotated[date | None, Query(alias="to", ge=_EARLIEST, le=_LATEST, description="last day, Asia/Shanghai")]
_KEY = re.compile(r"[A-Za-z0-9-]{1,80}")

Place = tuple[datetime, str]


def place_of(after: str | None) -> Place | None:
    """Raises the 422 problem for what no page ever named."""
    if after is None:
        return None
    instant, _, key = after.partition("~")
    try:
        place = datetime.fromisoformat(instant)
        if place.tzinfo is None or not _KEY.fullmatch(key):
            raise _bad_place()
        return place.astimezone(UTC), key
    except (ValueError, OverflowError) as wrong:
        raise _bad_place() from wrong


def counted_place_of(after: str | None) -> tuple[datetime, int] | None:
    place = place_of(after)
    if place is None:
        return None
    if not (place[1].isascii() and place[1].isdecimal() and len(place[1]) <= 3):
        raise _bad_place()
    return place[0], int(place[1])


def written(at: datetime, key: object) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}~{key}"


def bounds(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """From the first moment of the one day to the end of the other."""
    if first is not None and last is not None and first > last:
        raise Unfit("period-backwards", "起止日期颠倒", "起始日期不得晚于截止日期，请修改后重新查询。")
    return (None if first is None else start_of_day(first)), (None if last is None else end_of_day(last))


def _bad_place() -> Invalid:
    return Invalid("invalid-page", "翻页位置不正确", "请从第一页重新查看。")
