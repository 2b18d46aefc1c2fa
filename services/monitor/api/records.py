"""A case's record, for whoever holds its number and query password: what was recorded, and the proof of it."""

from typing import Annotated

from fastapi import Header, Path, Request
from pydantic import BaseModel, Field

from services.monitor import queries, sealing
from services.monitor.api.seals import SealShape
from services.monitor.context import Context
from services.monitor.domain import record
from services.monitor.domain.chain import Entry, canonical
from services.monitor.tree import Tree
from yimen.bus import Units, View
from yimen.contracts import Unreadable, read_event
from yimen.contracts.envelope import Instant
from yimen.contracts.monitor import RootSealed
from yimen.merkle import leaf_hash, verify_inclusion
from yimen.passwords import kept_hash, let_in
from yimen.web import allow_anyone, new_router, refuses

router = new_router(tags=["records"])


class EntryOfRecord(BaseModel):
    """`leaf`: the hash of the event as it stands in the journal, hexadecimal."""

    position: int
    at: Instant
    text: str
    leaf: str
    sealed: bool = Field(description="whether it is under the seal, and unchanged since")
    path: list[str] | None = Field(description="the proof of it (RFC 9162 §2.1.3); absent until the next seal")


class Record(BaseModel):
    """`python -m yimen.verify` checks it with the keys of `GET /journal/keys`."""

    case_number: str
    seal: SealShape | None
    entries: list[EntryOfRecord]


@router.get("/records/{case_number}", dependencies=[allow_anyone()], responses=refuses(404, 429))
async def check_record(
    case_number: Annotated[str, Path(max_length=80)],
    query_password: Annotated[str, Header(max_length=80)],
    request: Request,
) -> Record:
    """Every event of the case in the order in which it happened, each with its proof under the newest seal."""
    units: Units[Context] = request.app.state.units
    number = await let_in(units, case_number, query_password, kept_hash)
    async with units.view() as view:
        return await _record(view, number)


async def _record(view: View[Context], number: str) -> Record:
    seal, tree = await sealing.newest(view), Tree(view)
    told = sorted(await queries.case_entries(view, number), key=lambda entry: (entry.meta.time, entry.position))
    entries = [await _shown(entry, seal, tree) for entry in told]
    return Record(
        case_number=number,
        seal=SealShape.of(seal) if seal else None,
        entries=[entry for entry in entries if entry is not None],
    )


async def _shown(entry: Entry, seal: RootSealed | None, tree: Tree) -> EntryOfRecord | None:
    if not record.is_shown(entry.meta.type):
        return None
    leaf, path = leaf_hash(canonical(entry.meta, entry.body)), None
    if seal is not None and entry.position <= seal.size:
        path = await tree.inclusion(entry.position, seal.size)
    return EntryOfRecord(
        position=entry.position,
        at=entry.meta.time,
        text=_text(entry),
        leaf=leaf.hex(),
        sealed=path is not None and seal is not None and _is_under(leaf, entry.position, path, seal),
        path=None if path is None else [one.hex() for one in path],
    )


def _text(entry: Entry) -> str:
    try:
        return record.told(read_event(entry.meta.type, entry.body.encode()))
    except Unreadable:  # somebody changed the row
        return "此条记录已无法读取。"


def _is_under(leaf: bytes, position: int, path: list[bytes], seal: RootSealed) -> bool:
    return verify_inclusion(leaf, position - 1, seal.size, path, bytes.fromhex(seal.root))
