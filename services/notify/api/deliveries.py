"""What was sent to a department's system, when, and how it answered."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from services.notify.api.integrators import Cursor, Moment, Number, own_subscription, serves
from services.notify.api.parts import Follower, Read
from services.notify.queries import webhooks as stored
from yimen.web import Forbidden, NotFound, new_router, refuses

router = new_router(tags=["deliveries"])

State = Literal["waiting", "sending", "held", "delivered", "exhausted", "refused"]


class Delivery(BaseModel):
    """`waiting`: for the one before it of its subject. `held`: the subscription is paused or disabled."""

    id: int
    subscription_id: str
    event_id: UUID = Field(description="the webhook-id of every attempt, in replays too")
    replay: int = Field(description="0: when it happened; then which repetition that was asked for")
    type: str
    subject: str
    state: State
    created_at: datetime
    settled_at: datetime | None
    error: str | None


class Attempt(BaseModel):
    attempt: int
    at: datetime
    status: int | None = Field(description="of the answer; null where there was none")
    milliseconds: int | None
    excerpt: str | None = Field(description="how the answer began")
    error: str | None


class DeliveryInFull(Delivery):
    attempts: list[Attempt]
    next_attempt_at: datetime | None
    event: dict[str, Any] = Field(description="what is sent: CloudEvents JSON")


class Deliveries(BaseModel):
    deliveries: list[Delivery]
    next: int | None = Field(description="pass as `after` for the next page")


@router.get("/subscriptions/{subscription_id}/deliveries")
async def list_deliveries(
    subscription_id: str,
    caller: Follower,
    view: Read,
    state: State | None = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[Moment | None, Query(description="queued then or later")] = None,
    after: Cursor = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Deliveries:
    """In the order in which they were queued."""
    await own_subscription(view, caller, subscription_id)
    rows = await stored.delivery_list(
        view.conn, subscription_id, after, limit, state=state, subject=subject, since=since
    )
    shown = [Delivery.model_validate(row._mapping) for row in rows]
    return Deliveries(deliveries=shown, next=shown[-1].id if len(shown) == limit else None)


@router.get("/deliveries/{delivery_id}", responses=refuses(404))
async def show_delivery(delivery_id: Number, caller: Follower, view: Read) -> DeliveryInFull:
    row = await stored.delivery(view.conn, delivery_id)
    if row is None:
        raise NotFound("没有这次推送", "请核对推送编号。")
    if not serves(caller, row):
        raise Forbidden("这是其他部门的推送", "只能查看本部门订阅的推送。")
    return DeliveryInFull.model_validate(
        {
            **row._mapping,
            "attempts": [_attempt(one) for one in await stored.attempts(view, delivery_id)],
            "next_attempt_at": await stored.next_attempt(view, delivery_id),
            "event": orjson.loads(row.body),
        }
    )


def _attempt(row: Any) -> Attempt:
    """What the sender wrote down of it. A word in place of the status: the subscription was not to be called."""
    answer = row.answer or {}
    status = answer.get("status")
    return Attempt(
        attempt=row.attempt,
        at=row.at,
        status=status if isinstance(status, int) else None,
        milliseconds=row.milliseconds,
        excerpt=answer.get("said"),
        error=row.error,
    )
