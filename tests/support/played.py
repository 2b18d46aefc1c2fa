"""The standard day played in this process, and what has to be true of a hall afterwards.

`audit` asks the databases themselves, not the services: what is parked, held or waiting anywhere, whether the journal has
every event once, whether papers and messages went out once.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from sqlalchemy import func, select
from starlette.types import ASGIApp

from deploy.outside import GATEWAYS
from services.notify.settling import FINAL
from sim.demo import playing
from sim.demo.day import Day
from sim.demo.hall import Hall
from sim.demo.report import Ending, ending_of
from tests.support.tap import TappedCarrier, chosen
from yimen.contracts.intake import ContactRecorded, CredentialRecorded
from yimen.service import Service


@asynccontextmanager
async def served(app: ASGIApp, port: int) -> AsyncIterator[str]:
    """The application at http://127.0.0.1:port, its lifespan with it."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(120):
            while not server.started:
                assert not serving.done(), "the hall did not start"
                await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@dataclass(frozen=True)
class CaseEnd:
    """A case's end without what may differ between two runs: numbers, codes, instants of the clock on the wall."""

    state: str
    outcome: str | None
    papers: tuple[str, ...]
    opinions: tuple[tuple[str, str | None], ...]
    amounts: tuple[int, ...]
    light: str
    alerts: tuple[tuple[str, str], ...]
    seen: tuple[str, ...]
    faults: tuple[str, ...]


def end_of(ending: Ending) -> CaseEnd:
    case, seen = ending.case, ending.seen
    return CaseEnd(
        state=case["state"],
        outcome=case["outcome"],
        papers=tuple(sorted(paper["kind"] for paper in case["documents"])),
        opinions=tuple(sorted((review["department"], review["opinion"]) for review in seen["reviews"])),
        amounts=tuple(sorted(notice["amount"] for notice in seen["notices"])),
        light=seen["light"],
        alerts=tuple(sorted((alert["rule"], alert["level"]) for alert in seen["alerts"])),
        seen=tuple(sorted(line["type"] for line in seen["timeline"])),
        faults=tuple(ending.faults),
    )


@dataclass(frozen=True)
class Played:
    ends: Mapping[str, CaseEnd]
    faults: list[str]


async def play(
    base: str, tap: TappedCarrier, services: Iterable[Service[Any]], day: type[Day] = Day, **options: Any
) -> Played:
    """The whole day, until everybody has handled everything. `services`: all replicas."""
    services = list(services)
    async with Hall(base) as hall:
        stories = await playing.play(hall, day(hall, **options))
        await tap.caught_up(services)
        await _receipts_are_in(services)
        await tap.caught_up(services)
        endings = {name: await ending_of(hall, story) for name, story in stories.items()}
        books = await hall.get("treasurer", "/fees/invariants")
        journal = await hall.get("supervisor", "/monitor/journal/verification")
    faults = [f"books: {books}"] if not books["ok"] else []
    faults += [f"journal: {journal}"] if not journal["sound"] else []
    for service in services:
        faults += await audit(service, tap)
    return Played(
        {name: end_of(ending) for name, ending in endings.items()}, faults + await _sms_faults(services, base)
    )


async def _receipts_are_in(services: Iterable[Service[Any]]) -> None:
    """Messages go out, and their receipts come back, by senders and callbacks that no event waits for."""
    notify = next(service for service in services if service.instance == "notify")
    messages = notify.units.metadata.tables["messages"]
    ends = messages.c.state.in_(FINAL) | (messages.c.channel == "mail") & (messages.c.state == "sent")
    open_states = select(messages.c.state).where(~ends).limit(1)
    async with asyncio.timeout(60):
        while True:
            async with notify.units.view() as view:
                if (await view.execute(open_states)).first() is None:
                    return
            await asyncio.sleep(0.05)


async def audit(service: Service[Any], tap: TappedCarrier) -> list[str]:
    """What is left behind in this service's database."""
    tables = service.units.metadata.tables
    held = select(func.count()).where(tables["inbox_position"].c.held)
    faults = []
    async with service.units.view() as view:
        for parked in await service.inbox.store.parked(view):
            faults.append(f"{service.instance} parked {parked.key} {parked.subject}/{parked.sequence}: {parked.error}")
        for name in ("inbox_deferred", "outbox"):
            if count := (await view.execute(select(func.count()).select_from(tables[name]))).scalar_one():
                faults.append(f"{service.instance}: {count} rows in {name}")
        if count := (await view.execute(held)).scalar_one():
            faults.append(f"{service.instance}: {count} subjects held")
        for timer in await view.execute(select(tables["timers"]).where(tables["timers"].c.error.is_not(None))):
            faults.append(f"{service.instance}: timer {timer.name} {timer.key} failed: {timer.error}")
    if service.instance == "monitor":
        faults += await _journal_faults(service, tap)
    return faults


async def _journal_faults(monitor: Service[Any], tap: TappedCarrier) -> list[str]:
    """Each event that was published stands once; positions and each subject's sequences run from 1 without a gap."""
    journal = monitor.units.metadata.tables["journal"]
    async with monitor.units.view() as view:
        rows = (await view.execute(select(journal).order_by(journal.c.position))).all()
    faults = []
    if [row.position for row in rows] != list(range(1, len(rows) + 1)):
        faults.append("the journal's positions have gaps")
    credentials = f"intake.{CredentialRecorded.entity}."
    told = [one for one in chosen(monitor.queue, tap.messages) if not one.key.startswith(credentials)]
    if len(rows) != len(told):
        faults.append(f"{len(rows)} journal rows of {len(told)} events")
    subjects: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        subjects.setdefault((row.source, row.subject), []).append(row.sequence)
    faults += [f"{subject}: {found}" for subject, found in subjects.items() if found != list(range(1, len(found) + 1))]
    if any(row.type in (ContactRecorded.type, CredentialRecorded.type) for row in rows):
        faults.append("phone numbers or hashes of passwords stand in the journal")
    return faults


async def _sms_faults(services: Iterable[Service[Any]], base: str) -> list[str]:
    """One of the gateways was handed each message that was written, once."""
    notify = next(service for service in services if service.instance == "notify")
    messages = notify.units.metadata.tables["messages"]
    async with notify.units.view() as view:
        short = select(messages.c.id, messages.c.text).where(messages.c.channel == "sms")
        written = {row.id: row.text for row in await view.execute(short)}
    async with httpx.AsyncClient(trust_env=False) as client:
        handed = [one for name in GATEWAYS for one in (await client.get(f"{base}/{name}/messages")).json()]
    told = Counter((one["phone"], one["text"]) for one in handed)
    faults = [f"told {times} times: {text}" for (_phone, text), times in told.items() if times > 1]
    if sorted(one["id"] for one in handed) != sorted(written):
        faults.append(f"{len(written)} messages written, {len(handed)} handed to the gateway")
    return faults
