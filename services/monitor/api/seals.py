"""Seals of the journal, the keys they are signed with, and proofs: hashes only, for anybody."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, status
from pydantic import BaseModel

from services.monitor import queries, sealing, signing
from services.monitor.api.parts import Limit, Reading, Working
from services.monitor.domain.chain import canonical
from services.monitor.tree import Tree
from yimen.contracts.envelope import Instant
from yimen.contracts.monitor import RootSealed
from yimen.merkle import leaf_hash
from yimen.web import Conflict, Invalid, NotFound, Role, allow, allow_anyone, creates, new_router, refuses, revalidated

router = new_router(tags=["journal"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class SealShape(BaseModel):
    """The root of the journal's tree when it held `size` events. `signature`: a JWS over all but `key_id`."""

    number: int
    day: dt.date
    size: int
    root: str
    head: str
    former_size: int
    sealed_at: Instant
    key_id: str
    signature: str

    @classmethod
    def of(cls, seal: RootSealed) -> "SealShape":
        return cls(**seal.model_dump())


class SealPage(BaseModel):
    items: list[SealShape]
    next: int | None


class KeySet(BaseModel):
    """JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


class Inclusion(BaseModel):
    """That the event at `position` is under the seal (RFC 9162 §2.1.3); hashes are hexadecimal."""

    seal: SealShape
    position: int
    leaf: str
    path: list[str]


class Consistency(BaseModel):
    """That the latter seal goes on from the former (RFC 9162 §2.1.4)."""

    former: SealShape
    latter: SealShape
    path: list[str]


class Asked(BaseModel):
    """What will be sealed at the least, and what was before."""

    recorded: int
    sealed: int


@router.get("/journal/keys", dependencies=[allow_anyone(), revalidated()])
async def read_keys(view: Reading) -> KeySet:
    """Every key that a seal was signed with. Keep them: by them alone a seal is believed."""
    return KeySet(**await signing.published(view))


@router.get("/journal/seals", dependencies=[allow_anyone(), revalidated()])
async def list_seals(
    view: Reading, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None, limit: Limit = 50
) -> SealPage:
    """Newest first."""
    found = await sealing.page(view, before, limit)
    return SealPage(
        items=[SealShape.of(seal) for seal in found], next=found[-1].number if len(found) == limit else None
    )


@router.post("/journal/seals", status_code=status.HTTP_202_ACCEPTED, dependencies=[creates()])
async def ask_for_seal(unit: Working, _caller: Any = allow(Role.SUPERVISOR)) -> Asked:
    """Seal what is recorded now, beside the seal at the day's end. It stands in the list within moments."""
    if unit.context.signing_key_file is None:
        raise Conflict("no-signing-key", "尚未配置封存密钥", "请运维人员设置YIMEN_MONITOR_SIGNING_KEY_FILE后再封存。")
    await sealing.ask_for_seal(unit)
    newest = await sealing.newest(unit)
    return Asked(recorded=(await queries.journal_head(unit)).position, sealed=newest.size if newest else 0)


@router.get("/journal/seals/{seal_number}", dependencies=[allow_anyone()])
async def read_seal(view: Reading, seal_number: Number) -> SealShape:
    return SealShape.of(await _seal(view, seal_number))


@router.get("/journal/seals/{seal_number}/inclusion", dependencies=[allow_anyone()], responses=refuses(404, 422))
async def prove_inclusion(
    view: Reading,
    seal_number: Number,
    position: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    event_id: UUID | None = None,
) -> Inclusion:
    """Of the event at a position, or with an id; one of the two."""
    if (position is None) == (event_id is None):
        raise Invalid("one-of-two", "请指明一条记录", "请只给出position（日志序号）或event_id（事件编号）之一。")
    seal = await _seal(view, seal_number)
    entry = await queries.journal_entry(view, position=position, event_id=event_id)
    if entry is None or entry.position > seal.size:
        raise NotFound("该封存中没有此记录", "该记录不存在，或在此次封存之后记入，请查询更新的封存。")
    path = await Tree(view).inclusion(entry.position, seal.size)
    return Inclusion(
        seal=SealShape.of(seal),
        position=entry.position,
        leaf=leaf_hash(canonical(entry.meta, entry.body)).hex(),
        path=[one.hex() for one in path],
    )


@router.get("/journal/seals/{seal_number}/consistency", dependencies=[allow_anyone()], responses=refuses(404, 422))
async def prove_consistency(
    view: Reading, seal_number: Number, former: Annotated[int, Query(ge=1, le=2**31 - 1)]
) -> Consistency:
    """That nothing under the former seal was changed since."""
    if former > seal_number:
        raise Invalid("former-is-later", "封存次序不正确", "former应为较早的封存编号。")
    first, second = await _seal(view, former), await _seal(view, seal_number)
    path = await Tree(view).consistency(first.size, second.size)
    return Consistency(former=SealShape.of(first), latter=SealShape.of(second), path=[one.hex() for one in path])


async def _seal(view: Reading, number: int) -> RootSealed:
    seal = await sealing.numbered(view, number)
    if seal is None:
        raise NotFound("没有此次封存", "请从封存目录中核对封存编号。")
    return seal
