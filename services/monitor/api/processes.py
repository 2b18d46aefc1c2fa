"""The process map of an item: how its cases really went, from the journal."""

from datetime import date
from typing import Annotated, Final

from fastapi import Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from services.monitor import queries
from services.monitor.api.cases import CENTRE
from services.monitor.api.parts import Reading
from services.monitor.api.statistics import Asked
from services.monitor.context import Context
from services.monitor.domain.process import ProcessMap
from services.monitor.tables import cases, counted_items
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import NotFound, allow, new_router, refuses

router = new_router(tags=["statistics"])

USUAL: Final = 200
MOST: Final = 500
PORTION: Final = 50


class ProcessStep(BaseModel):
    step: str
    name: str
    count: int


class ProcessArrow(BaseModel):
    """How often `target` followed `origin` at once, and the median of the minutes between them. `begin` and `end` stand for
    the two ends of a case."""

    origin: str
    target: str
    count: int
    minutes: int


class ItemProcess(BaseModel):
    """Of the cases that were accepted in these days; of very many the newest."""

    item_code: str
    item_name: str
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    cases: int
    steps: list[ProcessStep]
    arrows: list[ProcessArrow]


@router.get("/processes/{item}", dependencies=[allow(*CENTRE)], responses=refuses(404))
async def read_process(
    item: Annotated[Code, Path()],
    view: Reading,
    span: Asked,
    most: Annotated[int, Query(ge=1, le=MOST, description="how many cases are looked at")] = USUAL,
) -> ItemProcess:
    c = cases.c
    known = select(counted_items.c.name).where(counted_items.c.item_code == item)
    named = (await view.execute(known)).scalar_one_or_none()
    if named is None:
        raise NotFound("没有该事项的办件", "监察系统没有收到该事项的任何办件，请核对事项编码。")
    wanted = select(c.number).where(c.item_code == item, c.accepted_on.between(span.first, span.last))
    newest = wanted.order_by(c.accepted_on.desc(), c.number.desc()).limit(most)
    found = await _map(view, list((await view.execute(newest)).scalars()))
    return ItemProcess(
        item_code=item,
        item_name=named,
        first=span.first,
        last=span.last,
        cases=found.cases,
        steps=[
            ProcessStep(step=step, name=found.labels[step], count=count) for step, count in found.steps.most_common()
        ],
        arrows=[
            ProcessArrow(origin=one.origin, target=one.target, count=one.count, minutes=one.minutes)
            for one in found.arrows()
        ],
    )


async def _map(view: View[Context], numbers: list[str]) -> ProcessMap:
    found = ProcessMap()
    for start in range(0, len(numbers), PORTION):
        stories = await queries.events_of(view, numbers[start : start + PORTION])
        for story in stories.values():
            found.add(sorted(story, key=lambda one: (one.meta.time, *one.place)))
    return found
