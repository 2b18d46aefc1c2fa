"""Papers a second: rendered alone beside typst with nothing around it, by one thread and by two; and the whole way.

Alone: the receipt, each with another number. Beside it the same layout and data, compiled by a kept compiler that is
given one QR code for all of them; and by `typst.compile` anew, as one would without keeping anything. The whole way:
applications come in as events over the real inbox, the messenger's own loops compose, render, put into a folder and
record, in this process with PostgreSQL; from the unit that took the event to the unit that recorded the paper.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from uuid import uuid4

import orjson
import typst
from sqlalchemy import func, select

from bench.report import Figure, Wanted
from bench.rig import Rig
from services.notify import rendering
from services.notify.app import build
from services.notify.context import Context
from services.notify.layouts import LAYOUTS
from services.notify.rendering import FONTS
from services.notify.tables import documents
from services.notify.tests.conftest import settings_for
from services.notify.tests.samples import published, submitted
from services.notify.tests.sheets import URL, receipt
from tests.support.driving import until
from yimen.bus import Message
from yimen.bus.local import LocalCarrier
from yimen.clock import SystemClock
from yimen.contracts import Event, Meta
from yimen.contracts.parts import Document, DocumentKind
from yimen.service import Parts, Service
from yimen.web.testing import TestIssuer

PAPERS, QUICK_PAPERS = 600, 60
RATE: Final = 20
SECONDS, QUICK_SECONDS = 20, 4
BURST, QUICK_BURST = 400, 60
PATIENCE: Final = 120
COLD: Final = 16

Print = Callable[[dict[str, Any]], object]


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    count = QUICK_PAPERS if quick else PAPERS
    alone = await _alone(rig, count)
    return [*alone, *await _whole_way(rig, quick, alone[0].ours)]


# -- alone -------------------------------------------------------------------------------------------------------------


async def _alone(rig: Rig, count: int) -> list[Figure]:
    one, bare = await rig.in_turns(_speed(_render, count, 1), _speed(_bare, count, 1))
    two, _again = await rig.in_turns(_speed(_render, count, 2), _speed(_render, count, 1))
    warm, cold = await rig.in_turns(_speed(_render, COLD, 1), _speed(_cold, COLD, 1))
    return [
        Figure(
            "papers rendered, one thread",
            one,
            bare,
            "per s",
            Wanted(ratio=0.4),
            "compiler kept, one code for all",
        ),
        Figure("papers rendered, two threads", two, one, "per s", Wanted(), "one thread"),
        Figure("papers rendered, one thread", warm, cold, "per s", Wanted(), "typst.compile anew for each"),
    ]


def _speed(print_one: Print, count: int, threads: int) -> Callable[[], Any]:
    async def papers_a_second() -> float:
        return await asyncio.to_thread(_timed, print_one, _papers(count), threads)

    return papers_a_second


def _papers(count: int) -> list[dict[str, Any]]:
    """None like another, in this round or in any: a compiler remembers what it has set."""
    return [receipt(uuid4().hex, number=f"收字〔2026〕{number}号") for number in range(count)]


def _timed(print_one: Print, papers: Sequence[dict[str, Any]], threads: int) -> float:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(print_one, papers[:8]))
        began = time.perf_counter()
        list(pool.map(print_one, papers[8:]))
        return (len(papers) - 8) / (time.perf_counter() - began)


def _render(data: dict[str, Any]) -> object:
    return rendering.render("receipt", data)


def _inputs(data: dict[str, Any]) -> dict[str, Any]:
    drawn = {**data, "check": {**data["check"], "qr": _DRAWN}}
    return {
        "format": "pdf",
        "sys_inputs": {"data": orjson.dumps(drawn).decode()},
        "pdf_standards": rendering.STANDARDS,
        "timestamp": 0,
    }


_DRAWN = rendering._qr_code(URL)
_KEPT = typst.Compiler(LAYOUTS / "receipt.typ", root=LAYOUTS, font_paths=rendering._fonts())


def _bare(data: dict[str, Any]) -> object:
    return _KEPT.compile(**_inputs(data))


def _cold(data: dict[str, Any]) -> object:
    return typst.compile(
        LAYOUTS / "receipt.typ", root=LAYOUTS, font_paths=[FONTS], ignore_system_fonts=True, **_inputs(data)
    )


# -- the whole way -----------------------------------------------------------------------------------------------------


async def _whole_way(rig: Rig, quick: bool, alone: list[float]) -> list[Figure]:
    seconds, burst = (QUICK_SECONDS, QUICK_BURST) if quick else (SECONDS, BURST)
    async with _messenger(rig) as service:
        await _steadily(service, RATE)
        steady = [await _steadily(service, RATE * seconds) for _ in range(min(rig.rounds, 3))]
        heaps = [await _at_once(service, burst) for _ in range(min(rig.rounds, 3))]
    cuts = [quantiles(delays, n=100, method="inclusive") for delays in steady]
    name = f"event to paper, {RATE} events/s"
    return [
        Figure(f"{name}: p50", [cut[49] for cut in cuts], None, "ms", Wanted()),
        Figure(f"{name}: p99", [cut[98] for cut in cuts], None, "ms", Wanted(most=1000)),
        Figure(f"event to paper, {burst} at once", heaps, alone, "per s", Wanted(ratio=0.4), "rendered alone"),
    ]


@asynccontextmanager
async def _messenger(rig: Rig) -> AsyncIterator[Service[Context]]:
    with rig.database() as database_url, tempfile.TemporaryDirectory() as folder:
        settings = settings_for(database_url, documents=Path(folder).as_uri())
        parts = Parts(carrier=LocalCarrier(), clock=SystemClock(), verifier=TestIssuer().verifier)
        service = build(parts, settings)
        async with service.running():
            await service.inbox.process([_brought(published())])
            yield service


def _brought(event: Event) -> Message:
    meta = Meta(
        uuid4(), event.type, "/intake", event.subject, 1, event.scope, SystemClock().now(), event.correlation_id
    )
    return Message(event.routing_key, meta.to_headers(), event.to_body())


def _message(number: int) -> Message:
    case = f"B{uuid4().hex[:12]}"
    paper = Document(kind=DocumentKind.RECEIPT, number=f"收字〔2026〕{number}号", dated=date(2026, 3, 2))
    return _brought(submitted(case).model_copy(update={"document": paper}))


async def _steadily(service: Service[Context], count: int) -> list[float]:
    """Milliseconds of each."""
    known = await _made(service)
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(began + number / RATE - time.monotonic())
        await service.inbox.process([_message(number)])
    await _all_made(service, known + count)
    query = select(documents.c.created_at, documents.c.rendered_at).order_by(documents.c.created_at.desc())
    async with service.units.view() as view:
        rows = (await view.execute(query.limit(count))).all()
    return [1000 * (row.rendered_at - row.created_at).total_seconds() for row in rows]


async def _at_once(service: Service[Context], count: int) -> float:
    """Papers a second, from the first event to the last paper."""
    known = await _made(service)
    messages = [_message(number) for number in range(count)]
    began = time.monotonic()
    for place in range(0, count, 50):
        await service.inbox.process(messages[place : place + 50])
    await _all_made(service, known + count)
    return count / (time.monotonic() - began)


async def _made(service: Service[Context]) -> int:
    async with service.units.view() as view:
        query = select(func.count()).where(documents.c.state == "rendered")
        return int((await view.execute(query)).scalar_one())


async def _all_made(service: Service[Context], count: int) -> None:
    async def there() -> bool:
        return await _made(service) >= count

    await until(there, PATIENCE)
