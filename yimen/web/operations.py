"""运维接口: what waits for a person in this service, and the operator's hands on it. Mounted for every service.

Guarantees: operators only; each act is recorded with who and why in the transaction that does it. Bodies of messages may
hold personal data: the role is given to few, and who looks at one is recorded (yimen.web.personal).
"""

import base64
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Row

from yimen import operations
from yimen.bus import Unit, View
from yimen.contracts.envelope import HEADER_PREFIX, Instant
from yimen.operations import By
from yimen.operations.acts import WHO_LIMIT, WHY_LIMIT
from yimen.web.body import Body
from yimen.web.identity import Principal, Role, allow
from yimen.web.openapi import refuses
from yimen.web.problems import NotFound
from yimen.web.routing import current_unit, current_view, new_router

router = new_router(prefix="/operations", tags=["operations"])

Reading = Annotated[View[Any], Depends(current_view)]
Working = Annotated[Unit[Any], Depends(current_unit)]
Limit = Annotated[int, Query(ge=1, le=200)]
ParkedKind = Literal["transient", "permanent", "defect", "unreadable", "poison"]
Why = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=WHY_LIMIT),
    Field(description="缘由，随操作记录长期保存"),
]


class Reason(Body):
    reason: Why

    def by(self, caller: Principal) -> By:
        """Who acts and why, as it is recorded."""
        return By(caller.id[:WHO_LIMIT], self.reason)


class JobToRetry(Reason):
    kind: str = Field(min_length=1, max_length=40)
    key: str = Field(min_length=1, max_length=200)


class TimerToRetry(Reason):
    name: str = Field(min_length=1, max_length=80)
    key: str = Field(min_length=1, max_length=200)


class ParkedLine(BaseModel):
    """搁置的消息. Without source, subject and number where its attributes could not be read."""

    id: UUID
    consumer: str
    kind: str
    type: str | None
    source: str | None
    subject: str | None
    sequence: int | None
    error: str
    parked_at: Instant
    resolution: str | None
    resolved_at: Instant | None
    resolved_by: str | None

    @classmethod
    def of(cls, row: Row[Any], **more: Any) -> Self:
        given = {name: value for name, value in row._mapping.items() if name in cls.model_fields}
        return cls(**given | {"type": row.headers.get(HEADER_PREFIX + "type")} | more)


class ParkedMessage(ParkedLine):
    """With what it brought: `body` as text, or in base64 where it is none."""

    key: str
    headers: dict[str, str]
    body: str
    encoding: Literal["utf-8", "base64"]
    waiting_behind: int


class ParkedList(BaseModel):
    """Oldest first; `total` counts also those that are not shown."""

    total: int
    items: list[ParkedLine]


class DeferredSubject(BaseModel):
    """`missing`: the number that has not come and is waited for; absent while the subject is held."""

    consumer: str
    source: str
    subject: str
    held: bool
    last_sequence: int
    missing: int | None
    waiting: int
    oldest: Instant
    next_try: Instant | None
    error: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        gap = not row.held and row.first > row.last_sequence + 1
        given = {name: value for name, value in row._mapping.items() if name in cls.model_fields}
        return cls(**given, missing=row.last_sequence + 1 if gap else None)


class DeferredList(BaseModel):
    items: list[DeferredSubject]


class StuckJob(BaseModel):
    """`state`: given_up, or unsettled (its outcome could not be written down)."""

    kind: str
    key: str
    state: str
    attempt: int
    created_at: Instant
    tried_at: Instant | None
    error: str | None


class JobList(BaseModel):
    items: list[StuckJob]


class ParkedTimer(BaseModel):
    name: str
    key: str
    due_at: Instant
    attempt: int
    error: str | None


class TimerList(BaseModel):
    items: list[ParkedTimer]


class OperatorAct(BaseModel):
    """操作记录. `was`: the target before the act."""

    id: int
    at: Instant
    who: str
    why: str
    act: str
    target_kind: str
    target_id: str
    was: dict[str, Any]


class ActList(BaseModel):
    """Newest first; `next`: give it as `before` for those further back."""

    items: list[OperatorAct]
    next: int | None


class Retried(BaseModel):
    """It is due now; the service's own loop tries it."""

    state: Literal["waiting"] = "waiting"


OPERATOR: Any = allow(Role.OPERATOR)


@router.get("/parked", dependencies=[OPERATOR])
async def list_parked(
    view: Reading,
    kind: ParkedKind | None = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 100,
) -> ParkedList:
    rows = await operations.parked(view, kind=kind, subject=subject, limit=limit)
    total = await operations.open_count(view, kind=kind, subject=subject)
    return ParkedList(total=total, items=[ParkedLine.of(row) for row in rows])


@router.get("/parked/{parked_id}", dependencies=[OPERATOR])
async def show_parked(parked_id: UUID, view: Reading) -> ParkedMessage:
    view.looked(f"parked/{parked_id}", "body")
    return await _whole(view, await operations.show(view, parked_id))


@router.post("/parked/{parked_id}/replay")
async def replay_parked(parked_id: UUID, reason: Reason, unit: Working, caller: Principal = OPERATOR) -> ParkedMessage:
    """重放: the service tries it within a second. A message that still cannot be read stays open, with the reason."""
    unit.looked(f"parked/{parked_id}", "body")
    return await _whole(unit, await operations.replay(unit, parked_id, reason.by(caller)))


@router.post("/parked/{parked_id}/skip")
async def skip_parked(parked_id: UUID, reason: Reason, unit: Working, caller: Principal = OPERATOR) -> ParkedMessage:
    """跳过: its subject goes on without it."""
    unit.looked(f"parked/{parked_id}", "body")
    return await _whole(unit, await operations.skip(unit, parked_id, reason.by(caller)))


@router.post("/parked/{parked_id}/discard")
async def discard_parked(parked_id: UUID, reason: Reason, unit: Working, caller: Principal = OPERATOR) -> ParkedMessage:
    """丢弃: only what nothing waits for."""
    unit.looked(f"parked/{parked_id}", "body")
    return await _whole(unit, await operations.discard(unit, parked_id, reason.by(caller)))


@router.get("/deferred", dependencies=[OPERATOR])
async def list_deferred_subjects(view: Reading, limit: Limit = 100) -> DeferredList:
    """The longest waiting first."""
    rows = await operations.deferred_subjects(view, limit=limit)
    return DeferredList(items=[DeferredSubject.of(row) for row in rows])


@router.get("/jobs", dependencies=[OPERATOR])
async def list_stuck_jobs(view: Reading, limit: Limit = 100) -> JobList:
    """Side effects that were given up or left unsettled, oldest first."""
    return JobList(items=[StuckJob(**row._mapping) for row in await operations.jobs(view, limit=limit)])


@router.post("/jobs/retry", responses=refuses(404))
async def retry_job(job: JobToRetry, unit: Working, caller: Principal = OPERATOR) -> Retried:
    """Once more under the same key, by which the other side knows a repetition."""
    if not await operations.retry_job(unit, job.kind, job.key, job.by(caller)):
        raise NotFound("没有此外发任务", "请核对任务的种类和编号，或刷新列表后重试。")
    return Retried()


@router.get("/timers", dependencies=[OPERATOR])
async def list_parked_timers(view: Reading, limit: Limit = 100) -> TimerList:
    return TimerList(items=[ParkedTimer(**row._mapping) for row in await operations.timers(view, limit=limit)])


@router.post("/timers/retry", responses=refuses(404))
async def retry_timer(timer: TimerToRetry, unit: Working, caller: Principal = OPERATOR) -> Retried:
    """Its legal instant stays what it was."""
    if not await operations.retry_timer(unit, timer.name, timer.key, timer.by(caller)):
        raise NotFound("没有此定时任务", "请核对任务的名称和编号，或刷新列表后重试。")
    return Retried()


@router.get("/acts", dependencies=[OPERATOR])
async def list_acts(
    view: Reading, before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None, limit: Limit = 100
) -> ActList:
    """操作记录: who did what, why and when."""
    rows = await operations.acts(view, before=before, limit=limit + 1)
    items = [OperatorAct(**row._mapping) for row in rows[:limit]]
    return ActList(items=items, next=items[-1].id if len(rows) > limit else None)


async def _whole(view: View[Any], row: Row[Any] | None) -> ParkedMessage:
    if row is None:
        raise NotFound("没有此搁置消息", "请核对编号，或刷新列表后重试。")
    body, encoding = _text(row.body)
    behind = await operations.in_front_of(view, row)
    brought = {"key": row.key, "headers": row.headers, "body": body, "encoding": encoding}
    return ParkedMessage.of(row, **brought, waiting_behind=behind)


def _text(body: bytes) -> tuple[str, str]:
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"
