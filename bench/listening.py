"""A hall full of screens, as a process. `python -m bench.listening HOST:PORT TOKEN`.

Reads orders from its standard input: `open N`, `cut`, `back`, `hear N`, as tests.support.screens.Screens does them.
Answers with a line when each is done: its seconds, and what was heard.
"""

import asyncio
import sys
import time

import orjson

from tests.support.screens import Screens


async def main(address: str, token: str) -> None:
    screens = Screens(address, token)
    while order := (await asyncio.to_thread(sys.stdin.readline)).split():
        begun = time.perf_counter()
        answer = await getattr(screens, order[0])(*map(int, order[1:]))
        print(orjson.dumps((answer or {}) | {"seconds": time.perf_counter() - begun}).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
