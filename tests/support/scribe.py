"""A whole service that writes down each step of each case as it hears of it. `python -m tests.support.scribe` runs it.

A client numbers the steps of its case and sends one after another, each under its own Idempotency-Key. Every instance that
follows the events writes each down: `effects`, whose key is nothing but their order, so that a second effect is one row
more. YIMEN_SCRIBE_INSTANCE names the instance. YIMEN_SCRIBE_RELEASE=new is the next release, whose event has gained an
optional field.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from pydantic_settings import SettingsConfigDict

from tests.support.scribe_tables import effects, metadata
from yimen.bus import Handlers, Unit
from yimen.contracts import Event, Meta
from yimen.contracts.envelope import Code, Text
from yimen.running import main
from yimen.service import Blueprint, Parts, Service
from yimen.settings import ServiceSettings
from yimen.web import allow_anyone, creates, current_unit, new_router

RELEASE = os.environ.get("YIMEN_SCRIBE_RELEASE", "old")
BINDINGS = ("scribe.case.#",)


class _Step(Event):
    """What both releases know of a step."""

    id_field = "case_number"

    case_number: Code
    step: int
    writer: Text


if RELEASE == "old":

    class StepTaken(_Step, type="scribe.case.stepped.v1"):
        """A client took a step."""

    def spoken(case: str, step: int) -> Event:
        return StepTaken(case_number=case, step=step, writer=RELEASE)

else:

    class StepTaken(_Step, type="scribe.case.stepped.v1"):  # type: ignore[no-redef]  # the next release's
        """A client took a step, and may have said why."""

        reason: Text | None = None

    def spoken(case: str, step: int) -> Event:
        return StepTaken(case_number=case, step=step, writer=RELEASE, reason="new in this release")


@dataclass(frozen=True)
class Context:
    """The scribe needs nothing."""


class ScribeSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_SCRIBE_")
    instance: str = "scribe"


router = new_router(prefix="/cases", tags=["cases"])
handlers = Handlers()


@router.post("/{case}/steps/{step}", status_code=201, dependencies=[allow_anyone(), creates()])
async def take(case: str, step: int, unit: Annotated[Unit[Context], Depends(current_unit)]) -> dict[str, int | str]:
    unit.emit(spoken(case, step))
    return {"case": case, "step": step}


@handlers.on(StepTaken)
async def hear(unit: Unit[Context], event: StepTaken, meta: Meta) -> None:
    row = {"case_number": event.case_number, "step": event.step, "writer": event.writer, "reader": RELEASE}
    await unit.execute(effects.insert(), row)


blueprint = Blueprint(
    name="scribe",
    title="记录员",
    metadata=metadata,
    migrations=Path(__file__).parent / "scribe_migrations",
    routers=(router,),
    handlers=handlers,
    bindings=BINDINGS,
)


def build(parts: Parts, settings: ScribeSettings) -> Service[Context]:
    source = f"/scribe/{settings.instance}"
    return Service(blueprint, parts, settings, context=Context(), instance=settings.instance, source=source)


if __name__ == "__main__":
    main(build, ScribeSettings())
