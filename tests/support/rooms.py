"""One service of the house in a test's hands: what there is to ask of it, and who would rightly ask."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import select

from yimen.bus import Message
from yimen.clock import FrozenClock
from yimen.service import Service
from yimen.settings import ServiceSettings
from yimen.testing import MONDAY_NINE, Harness, start_service
from yimen.web import Role
from yimen.web.identity import Access, access_of

IN_DEPARTMENTS = frozenset(
    {
        Role.CITIZEN,
        Role.WINDOW_CLERK,
        Role.SECTION_OFFICER,
        Role.CHIEF_REPRESENTATIVE,
        Role.INTEGRATOR,
        Role.STATION_CLERK,
        Role.VILLAGE_AGENT,
        Role.ORGAN_HEAD,
    }
)
"""Whose rights end at a person or a department; the others work for the whole county."""

REASON = {"reason": "设备故障已排除"}
OPERATIONS = ("/operations", "/departments/{department}/operations")
"""Where the operator's routes are; approval has them once more under each department."""


@dataclass(frozen=True)
class Operation:
    """One method of one route, as the running application has it."""

    method: str
    path: str
    access: Access
    documented: bool

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


def operations_of(app: FastAPI) -> list[Operation]:
    """What the application routes to, whatever its document says."""
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            access = access_of(route)
            assert access is not None, route.path
            methods = sorted(route.methods)
            found += [Operation(method, context.path_format, access, route.include_in_schema) for method in methods]
        else:
            assert context.path_format == "/openapi.json", "a route that the kit does not guard"
    return found


def as_sent(body: Any) -> dict[str, Any]:
    """Bytes as they are, everything else as JSON."""
    return {"content": body} if isinstance(body, bytes) else {"json": body}


@dataclass
class Room:
    """One service with its furniture. `ids` fill the paths' parameters with what exists; `headers` go with a body that is
    signed."""

    name: str
    harness: Harness
    department: str
    person: str = "owner-1"
    ids: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    furnish: Callable[["Room", str], Awaitable[None]] | None = None
    before: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[Any, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)
    asker: Role | None = None
    """Who is about to ask, where the thing has to be one that they may ask about."""
    serial: Any = field(default_factory=lambda: count(1))

    async def renew(self, label: str = "", asker: Role | None = None) -> None:
        """Another thing of the same kind, untouched; or one that is ready for what the operation of that label does."""
        assert self.furnish is not None
        self.asker = asker
        await self.furnish(self, label)
        await leave_to_operators(self, label)
        for earlier in self.before.get(label, ()):
            (operation,) = (one for one in self.operations if one.label == earlier)
            status, text = await self.ask(operation, self.rightful(operation.access.roles[0]))
            assert status < 300, (earlier, text)

    @property
    def operations(self) -> list[Operation]:
        return operations_of(self.harness.service.app)

    def rightful(self, role: Role) -> dict[str, str]:
        """Headers of the one of this role to whom the room's thing belongs."""
        return self.harness.as_(role, departments=[self.department], id=self.person, name="当事人")

    def stranger(self, role: Role) -> dict[str, str]:
        """Of this role, and with nothing to do with it."""
        return self.harness.as_(role, departments=["elsewhere"], id="stranger-9", name="局外人")

    async def ask(
        self, operation: Operation, headers: Mapping[str, str], *, version: int = 1, **more: Any
    ) -> tuple[int, str]:
        """A well-formed request on the room's thing, which fails only for want of the right to make it."""
        url = operation.path.format(**self.ids)
        own = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{version}"', "Query-Password": "00000000"}
        own |= self.headers.get(operation.label, {})
        brought = as_sent(self.bodies.get(operation.label))
        answer = await self.harness.client.request(
            operation.method, url, headers=own | dict(headers), **brought, **more
        )
        if answer.status_code == 412 and version != answer.json()["current_version"]:
            return await self.ask(operation, headers, version=answer.json()["current_version"], **more)
        return answer.status_code, answer.text

    async def contents(self) -> dict[str, list[str]]:
        """Every row of every table."""
        async with self.harness.units.view() as view:
            return {
                table.name: sorted(map(repr, (await view.execute(select(table))).all()))
                for table in self.harness.units.metadata.sorted_tables
            }


async def leave_to_operators(room: Room, label: str) -> None:
    """A parked message, of a type that nobody knows or, to be discarded, without a sender; a job and a timer that failed.

    No service fails to the end by itself, so the latter two are put where they would end up."""
    number = next(room.serial)
    stranger = {"id": str(uuid4()), "type": "intake.case.renamed.v9", "source": "/intake/elsewhere", "sequence": "1"}
    stranger |= {"scope": f"{number}", "subject": f"case/{number}", "time": room.harness.clock.now().isoformat()}
    if label.endswith("/discard"):
        del stranger["source"]
    headers = {f"cloudEvents_{name}": value for name, value in stranger.items()}
    message = Message(f"intake.case.renamed.{number}", headers, b"{}")
    await room.harness.process([message])
    job, timer = {"kind": "telegram", "key": str(number)}, {"name": "alarm", "key": str(number)}
    async with room.harness.units.begin() as unit:
        k = unit.table("inbox_parked")
        parked = (await unit.execute(select(k.c.id).where(k.c.key == message.key))).scalar_one()
        now, failed = unit.now, {"attempt": 9, "payload": {}, "run_at": unit.now}
        outgoing = job | failed | {"state": "given_up", "created_at": now}
        await unit.execute(unit.table("outgoing").insert(), outgoing)
        await unit.execute(unit.table("timers").insert(), timer | failed | {"due_at": now, "parked": True})
    room.ids = {**room.ids, "parked_id": str(parked)}
    acts = {f"parked/{{parked_id}}/{act}": REASON for act in ("replay", "skip", "discard")}
    retries = {"jobs/retry": job | REASON, "timers/retry": timer | REASON}
    asked = {f"POST {place}/{act}": body for place in OPERATIONS for act, body in (acts | retries).items()}
    room.bodies = {**room.bodies, **asked}


@asynccontextmanager
async def open_room(
    name: str,
    build: Callable[..., Service[Any]],
    settings: ServiceSettings,
    department: str,
    furnish: Callable[[Room, str], Awaitable[None]],
    bodies: dict[str, Any],
    before: dict[str, list[str]] | None = None,
    now: datetime = MONDAY_NINE,
) -> AsyncIterator[Room]:
    async with start_service(build, settings, clock=FrozenClock(now)) as harness:
        room = Room(name, harness, department, bodies=bodies, furnish=furnish, before=before or {})
        await room.renew()
        yield room
