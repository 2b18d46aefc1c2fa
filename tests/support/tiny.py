"""The smallest whole service: one route, one handler, one timer, one side effect. `python -m tests.support.tiny` runs it.

Withdrawing a case over HTTP emits an event; the service follows its own events, writes each down, sets a timer and sends
a message. What came of a case is four rows: asked, heard, rung, sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from pydantic_settings import SettingsConfigDict
from sqlalchemy import Column, String, Table, select

from yimen.bus import Handlers, Unit, Units, View
from yimen.contracts import Meta, intake
from yimen.jobs import Job, Senders, send_later
from yimen.running import main
from yimen.schema import new_metadata
from yimen.service import Blueprint, Loop, Parts, Service
from yimen.settings import ServiceSettings
from yimen.timers import Timer, Timers, set_timer
from yimen.web import allow_anyone, current_unit, current_view, new_router

STEPS = {"asked", "heard", "rung", "sent"}

metadata = new_metadata()
effects = Table(
    "tiny_effects",
    metadata,
    Column("case_number", String(200), primary_key=True),
    Column("what", String(20), primary_key=True),
)


@dataclass(frozen=True)
class Context:
    """The tiny service needs nothing."""


class TinySettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_TINY_")


router = new_router(prefix="/cases", tags=["cases"])
handlers, timers, senders = Handlers(), Timers(), Senders()


async def _note(unit: Unit[Context], case: str, what: str) -> None:
    """A second effect of one event would break the primary key, loudly."""
    await unit.execute(effects.insert(), {"case_number": case, "what": what})


@router.post("/{case}/withdrawal", status_code=201, dependencies=[allow_anyone()])
async def withdraw(case: str, unit: Annotated[Unit[Context], Depends(current_unit)]) -> dict[str, str]:
    await _note(unit, case, "asked")
    unit.emit(intake.CaseWithdrawn(case_number=case, reasons="", withdrawn_at=unit.now))
    return {"case": case}


@router.get("", dependencies=[allow_anyone()])
async def show(view: Annotated[View[Context], Depends(current_view)]) -> dict[str, list[str]]:
    rows = (await view.execute(select(effects).order_by(effects.c.case_number, effects.c.what))).all()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.case_number, []).append(row.what)
    return found


@handlers.on(intake.CaseWithdrawn)
async def hear(unit: Unit[Context], event: intake.CaseWithdrawn, meta: Meta) -> None:
    await _note(unit, event.case_number, "heard")
    await set_timer(unit, "ring", key=event.case_number, due_at=meta.time)
    await send_later(unit, "letter", key=event.case_number, payload={})


@timers.on("ring")
async def ring(unit: Unit[Context], timer: Timer) -> None:
    await _note(unit, timer.key, "rung")


async def _send(context: Context, job: Job) -> dict[str, Any]:
    return {"letter": job.key}


async def _sent(unit: Unit[Context], job: Job, answer: dict[str, Any] | None, error: str | None) -> None:
    await _note(unit, job.key, "sent")


senders.add("letter", act=_send, settled=_sent, ladder=(1,))

blueprint = Blueprint(
    name="tiny",
    title="小窗口",
    metadata=metadata,
    migrations=Path(__file__).parent / "tiny_migrations",
    routers=(router,),
    handlers=handlers,
    timers=timers,
    senders=senders,
    bindings=("intake.case.#",),
)


def build(
    parts: Parts,
    settings: ServiceSettings,
    loops: tuple[Loop, ...] = (),
    workers: tuple[Callable[[Units[Context]], Loop], ...] = (),
) -> Service[Context]:
    return Service(blueprint, parts, settings, context=Context(), source="/intake", loops=loops, workers=workers)


if __name__ == "__main__":
    main(build, TinySettings())
