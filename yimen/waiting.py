"""How every loop rests: until it is woken, but no longer than so many seconds."""

import asyncio
from contextlib import suppress


async def rest_until(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
