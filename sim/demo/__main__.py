"""`make demo`: plays the standard day against the hall that runs, or against a fresh one of its own.

Exit code 0 only if every case ended as it should, the books balance and the journal is sound.
"""

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from rich.console import Console

from sim.demo import playing
from sim.demo.hall import Hall
from sim.demo.money import agrees, closed_days
from sim.demo.papers import collect_papers
from sim.demo.report import ending_of, show, show_days, show_papers, show_supervision
from sim.demo.supervision import Supervision

START_SECONDS = 120
PAPERS = "var/demo-papers"


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/intake/healthz", timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def _a_hall() -> AsyncIterator[str]:
    """YIMEN_HALL if it is told; else the hall on PORT if one runs; else a fresh one that ends with the demonstration."""
    told = os.environ.get("YIMEN_HALL")
    base = told or f"http://127.0.0.1:{os.environ.get('PORT', '8080')}"
    if told or _answers(base):
        yield base
        return
    with tempfile.TemporaryDirectory(prefix="yimen-") as home, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        environment = {**os.environ, "PORT": str(port), "YIMEN_HOME": str(Path(home)), "DEMO": "0"}
        hall = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.embedded", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            await _until_ready(f"http://127.0.0.1:{port}", hall)
            yield f"http://127.0.0.1:{port}"
        finally:
            if hall.returncode is None:
                hall.terminate()
            await hall.wait()


async def _until_ready(base: str, hall: asyncio.subprocess.Process) -> None:
    ends = time.monotonic() + START_SECONDS
    while not _answers(base):
        if hall.returncode is not None or time.monotonic() > ends:
            raise SystemExit("the hall did not start; run `make run` to see why")
        await asyncio.sleep(0.2)


async def play(base: str, console: Console) -> bool:
    """True if everything ended as it should."""
    started = time.monotonic()
    async with Hall(base) as hall:
        stories = await playing.play(hall, *playing.whole_programme(hall))
        endings = [await ending_of(hall, story) for story in stories.values()]
        for ending in endings:
            show(console, ending)
        supervised = await Supervision(hall, stories).play()
        papers = await collect_papers(hall, Path(os.environ.get("YIMEN_DEMO_PAPERS", PAPERS)))
        days = await closed_days(hall)
        books = await hall.get("treasurer", "/fees/invariants")
        journal = await hall.get("supervisor", "/monitor/journal/verification")
    wrong = [ending.story.title for ending in endings if ending.faults]
    show_days(console, days)
    show_supervision(console, supervised)
    show_papers(console, papers)
    balance, whole = "平" if books["ok"] else "不平", "完整" if journal["sound"] else "已被改动"
    console.print(f"账目：{balance}    监察日志：{journal['checked']} 条，封存 {journal['seals']} 次，{whole}")
    console.print(
        f"{len(endings) - len(wrong)} / {len(endings)} 件与预期一致，用时 {time.monotonic() - started:.1f} 秒"
    )
    sound = bool(books["ok"]) and bool(journal["sound"]) and all(agrees(day) for day in days)
    return not wrong and sound and not supervised.faults and not papers.faults


async def main() -> int:
    console = Console(width=int(os.environ.get("COLUMNS", "120")))
    async with _a_hall() as base:
        console.print(f"示范日 → {base}")
        return 0 if await play(base, console) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
