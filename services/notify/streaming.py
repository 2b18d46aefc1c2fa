"""The live stream: what happened, as it happens, for the hall's screens.

Guarantees: ids are given in the order of commits, so a reader who resumes after the last id that it saw is told, once
and in order, all that its sight shows and that is still kept; where rows have been let go meanwhile it is told so first
(`missed`). A reader that does not keep up is told later, from the database, and costs a bounded number of bytes.
Does not: guarantee that two replicas' readers see a row in the same instant (one looks every `stream_poll` seconds).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from services.notify.domain.sight import Sight
from services.notify.hub import Hub, Page
from services.notify.listeners import Listener, place, portion_of, sse

RETRY_MILLISECONDS = 3000


async def follow(hub: Hub, sight: Sight, after: int | None) -> AsyncGenerator[bytes, None]:
    """Until the hub stops. `after` None begins with what happens from now on: where that is, is settled when this returns,
    before the answer begins, so whoever has its head hears whatever is stored from then on."""
    head = await hub.look()
    return _told(hub, sight, head if after is None else min(after, head))


async def _told(hub: Hub, sight: Sight, at: int) -> AsyncGenerator[bytes, None]:
    """Catches up page by page, joins the hub, and once more whenever it falls behind. A token is good for a time, and so is
    a stream that was opened with it."""
    until = asyncio.get_running_loop().time() + hub.life
    yield place(at, RETRY_MILLISECONDS)
    while True:
        listener = Listener(sight, until)
        try:
            while not hub.join(listener, at):
                page = await hub.page(at)
                if told := _page_told(page, sight, at):
                    yield told
                at = page.until
            while portion := await listener.take():
                yield portion.data
                at = portion.at
        finally:
            hub.leave(listener)
        if not listener.is_behind:
            return


def _page_told(page: Page, sight: Sight, at: int) -> bytes:
    told = b""
    if page.oldest > at + 1:
        told = sse(event="missed", data=f'{{"from":{at + 1},"to":{page.oldest - 1}}}')
    portion = portion_of(page.lines, sight)
    return told + portion.data if portion else told
