"""A small service, real all the way down: two routes that write a table of notes, on SQLite or PostgreSQL."""

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import pytest
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import Field
from sqlalchemy import Column, Integer, String, Table, func, select
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from yimen.bus.unit import Unit, Units
from yimen.bus.view import View
from yimen.clock import FrozenClock
from yimen.db import Database
from yimen.schema import new_metadata
from yimen.web import (
    Body,
    Principal,
    Problem,
    Role,
    StaleVersion,
    allow,
    allow_anyone,
    create_app,
    creates,
    current_unit,
    current_view,
    if_match,
    new_router,
    raw_body,
    refuses,
    set_etag,
)
from yimen.web.testing import TestIssuer

metadata = new_metadata()
notes = Table("notes", metadata, Column("text", String(200)), Column("version", Integer))


class Line(Body):
    code: str = Field(min_length=1, max_length=20)
    quantity: int = Field(ge=1, le=100)


class Note(Body):
    text: str = Field(min_length=1, max_length=200)
    lines: list[Line] = Field(default_factory=list, max_length=5)


@dataclass
class Gate:
    """Lets a test hold a handler in the middle and break it."""

    before_answer: Callable[[], Any] | None = None
    seen: list[str] = field(default_factory=list)


def note_router(gate: Gate) -> APIRouter:
    """What a service does every day."""
    router = new_router(prefix="/notes", tags=["notes"])

    @router.post("", status_code=201)
    async def write_note(
        note: Note,
        response: Response,
        unit: Annotated[Unit[None], Depends(current_unit)],
        caller: Principal = allow(Role.CITIZEN, Role.WINDOW_CLERK),
        once: None = creates(),
    ) -> dict[str, Any]:
        """Write a note."""
        gate.seen.append(caller.id)
        await unit.execute(notes.insert().values(text=note.text, version=1))
        if gate.before_answer is not None:
            await gate.before_answer()
        response.headers["Location"] = f"/notes/{quote(note.text)}"
        return {"text": note.text, "by": caller.name}

    @router.post("/{text}/closing")
    async def close_note(
        text: str,
        response: Response,
        unit: Annotated[Unit[None], Depends(current_unit)],
        expected: int = if_match(),
        caller: Principal = allow(Role.WINDOW_CLERK),
    ) -> dict[str, int]:
        if expected != 3:
            raise StaleVersion(3)
        set_etag(response, 4)
        return {"version": 4}

    @router.get("", dependencies=[allow_anyone()], responses=refuses(429))
    async def count_notes(
        view: Annotated[View[None], Depends(current_view)], limit: Annotated[int, Field(ge=1, le=10)] = 5
    ) -> dict[str, int]:
        return {"count": (await view.execute(select(func.count()).select_from(notes))).scalar_one(), "limit": limit}

    return router


def odd_router() -> APIRouter:
    """What a service does rarely."""
    router = new_router(prefix="/notes", tags=["notes"])

    @router.post("/raw", dependencies=[allow_anyone(), Depends(raw_body)])
    async def take_raw(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.post("/breaking", dependencies=[allow_anyone()], include_in_schema=False)
    async def break_down(unit: Annotated[Unit[None], Depends(current_unit)], how: str) -> None:
        await unit.execute(notes.insert().values(text="broken", version=1))
        if how == "problem":
            raise Problem(409, "no", "不行", "就是不行", colour="red")
        if how == "outage":
            raise ConnectionRefusedError("secret-host:5432")
        raise RuntimeError("secret inside")

    return router


@dataclass
class World:
    """A service with its callers."""

    app: FastAPI
    client: httpx.AsyncClient
    issuer: TestIssuer
    gate: Gate
    units: Units[None]
    real_clock: FrozenClock
    logs: list[Any]

    def headers(self, *roles: Role, key: str | None = None, **more: Any) -> dict[str, str]:
        headers = self.issuer.headers(*roles, **more)
        return headers if key is None else headers | {"Idempotency-Key": key}

    async def write(self, text: str = "a", key: str = "k", **more: Any) -> httpx.Response:
        headers = self.headers(Role.CITIZEN, key=key, **more)
        return await self.client.post("/notes", json={"text": text}, headers=headers)

    async def count(self) -> int:
        return int((await self.client.get("/notes")).json()["count"])


async def make_world(url: str) -> AsyncIterator[World]:
    database = Database(url)
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    units = Units[None](database, FrozenClock(datetime(2026, 9, 1, tzinfo=UTC)), None, metadata, "/notes")
    issuer, gate, real = TestIssuer(), Gate(), FrozenClock(datetime(2026, 9, 1, tzinfo=UTC))
    app = create_app(
        title="便笺",
        version="1",
        routers=[note_router(gate), odd_router()],
        units=units,
        verifier=issuer.verifier,
        real_clock=real,
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://notes") as client:
        with capture_logs(processors=[merge_contextvars]) as logs:
            yield World(app, client, issuer, gate, units, real, logs)
    await database.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, TestIssuer]]:
    """The same service behind a real server on loopback: its address, and who signs tokens for it."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('served') / 'notes.db'}")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with database.write() as connection:
            await connection.run_sync(metadata.create_all)
        yield
        await database.close()

    issuer = TestIssuer()
    routers = [note_router(Gate()), odd_router()]
    units = Units[None](database, FrozenClock(datetime(2026, 9, 1, tzinfo=UTC)), None, metadata, "/notes")
    app = create_app(
        title="便笺", version="1", routers=routers, units=units, verifier=issuer.verifier, lifespan=lifespan
    )
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}", issuer
        server.should_exit = True
        thread.join(10)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async for made in make_world(f"sqlite+aiosqlite:///{tmp_path / 'notes.db'}"):
        yield made


@pytest.fixture
async def postgres_world(postgres_database: Callable[[], str]) -> AsyncIterator[World]:
    async for made in make_world(postgres_database()):
        yield made


@pytest.fixture(params=["world", pytest.param("postgres_world", marks=pytest.mark.real)])
def either_world(request: pytest.FixtureRequest) -> World:
    """The same test on both databases."""
    made: World = request.getfixturevalue(request.param)
    return made
