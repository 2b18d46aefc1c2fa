"""Lists are read page by page: `next` of a page names its last line, and the following page begins after it."""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query

from yimen.web import Invalid

Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]

_ID = re.compile(r"[A-Za-z0-9-]{1,80}")


def next_after(instant: datetime, id: str) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S.%fZ}~{id}"


def place_of(after: str | None) -> tuple[datetime, str] | None:
    """Instant and id of that line. Raises the 422 problem for what no page ever named."""
    if after is None:
        return None
    instant, _, id = after.partition("~")
    try:
        place = datetime.fromisoformat(instant)
        if place.tzinfo is None or not _ID.fullmatch(id):
            raise _bad_place()
        return place.astimezone(UTC), id
    except (ValueError, OverflowError) as wrong:
        raise _bad_place() from wrong


def _bad_place() -> Invalid:
    return Invalid("invalid-page", "翻页位置不正确", "请从第一页重新查看。")
