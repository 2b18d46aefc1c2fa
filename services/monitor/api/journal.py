"""The journal and its verification."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from services.monitor import auditing, queries
from services.monitor.api.parts import Limit, Reading
from services.monitor.domain.audit import ALTERED_ROWS, Fault, Flaw
from services.monitor.shapes import EntryShape, JournalPage
from yimen.web import Role, allow, new_router

router = new_router(tags=["journal"])

_WORDS = {
    Flaw.CHAIN: "日志{first}与前一条不相衔接：有记录被改动、删除或插入。",
    Flaw.LEAF: "日志{first}与封存时的内容不一致，此后的链已被改写。",
    Flaw.ROOT: "日志{first}至{last}与封存的根不符，其中有记录被改动。",
    Flaw.MISSING: "日志{first}至{last}已经封存，现在却不存在。",
    Flaw.TILE: "日志{first}至{last}的封存副本被改动，日志本身未变。",
    Flaw.SEAL: "封存第{first}号至第{last}号被改动、删除，或签名无效。",
}


class FaultShape(BaseModel):
    """Positions in the journal from `first` to `last`; of a seal its number."""

    flaw: Flaw
    first: int
    last: int
    text: str

    @classmethod
    def of(cls, fault: Fault) -> "FaultShape":
        text = _WORDS[fault.flaw].format(first=f"第{fault.first}条", last=f"第{fault.last}条")
        if fault.flaw is Flaw.SEAL:
            text = _WORDS[fault.flaw].format(first=fault.first, last=fault.last)
        return cls(flaw=fault.flaw, first=fault.first, last=fault.last, text=text)


class Verification(BaseModel):
    """`checked`: how many rows, from the first on, are sound; `head`: the chain's hash there."""

    sound: bool
    checked: int
    head: str
    sealed: int = Field(description="how many rows the last root holds that matches")
    seals: int
    first_altered: int | None = Field(description="the first row that was altered, taken out or put in")
    last_altered: int | None = Field(description="later than the first, where it cannot be told which of them it is")
    faults: list[FaultShape]


@router.get("/journal", dependencies=[allow(Role.SUPERVISOR)])
async def read_journal(
    view: Reading, after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Limit = 100
) -> JournalPage:
    entries = await queries.journal_page(view, after, limit)
    following = entries[-1].position if len(entries) == limit else None
    return JournalPage(items=[EntryShape.of(entry) for entry in entries], next=following)


@router.get("/journal/verification", dependencies=[allow(Role.SUPERVISOR)])
async def verify_journal(view: Reading) -> Verification:
    """Walks the whole journal: its chain, its tree, every seal."""
    verdict = await auditing.verify_journal(view)
    altered = next((fault for fault in verdict.faults if fault.flaw in ALTERED_ROWS), None)
    return Verification(
        sound=not verdict.faults,
        checked=verdict.head.position,
        head=verdict.head.hash,
        sealed=verdict.sealed,
        seals=verdict.seals,
        first_altered=altered.first if altered else None,
        last_altered=altered.last if altered else None,
        faults=[FaultShape.of(fault) for fault in verdict.faults],
    )
