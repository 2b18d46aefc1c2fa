"""What the routes for departments' systems share: what they may ask for, and whose a subscription is."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, AwareDatetime
from sqlalchemy import Row

from services.notify.api.parts import Integrator
from services.notify.context import Context
from services.notify.domain.filters import Filters
from services.notify.domain.webhooks import followable
from services.notify.queries import webhooks as stored
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import Conflict, Forbidden, Invalid, NotFound, Principal, Role

LAST = 2**62


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as wrong:  # the ends of the calendar have no UTC
        raise ValueError("时刻超出范围，请核对年份") from wrong


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Number = Annotated[int, Path(ge=1, le=LAST)]
Cursor = Annotated[int, Query(ge=0, le=LAST, description="where the last answer ended; 0: from the beginning")]
Codes = Annotated[list[Code] | None, Query(max_length=100, description="may be repeated; left out: all of them")]


async def asked_filters(
    caller: Integrator, departments: Codes = None, entities: Codes = None, items: Codes = None, cases: Codes = None
) -> Filters:
    check_entities(entities, "query")
    return Filters(own_departments(caller, departments), entities, items, cases)


Asked = Annotated[Filters, Depends(asked_filters)]


def own_departments(caller: Principal, wanted: Collection[str] | None) -> list[str]:
    """All that the caller serves, or those of them that are wanted."""
    departments = set(caller.departments if wanted is None else wanted)
    if not departments or not all(map(caller.serves, departments)):
        raise Forbidden("不能订阅其他部门的事项", "只能订阅本部门的事项，请核对部门代码。")
    return sorted(departments)


def check_entities(entities: Collection[str] | None, where: str = "body") -> None:
    if unknown := sorted(set(entities or ()) - followable()):
        message = f"只能订阅：{'、'.join(sorted(followable()))}"
        fault = {"in": where, "pointer": "/entities", "message": message}
        raise Invalid("entity-not-open", f"不能订阅{'、'.join(unknown)}", message, [fault])


def serves(caller: Principal, subscription: Row[Any]) -> bool:
    """An operator, who only looks, serves them all."""
    return Role.OPERATOR in caller.roles or all(map(caller.serves, subscription.departments))


async def own_subscription(
    view: View[Context], caller: Principal, subscription_id: str, *, lock: bool = False
) -> Row[Any]:
    row = await stored.subscription(view.conn, subscription_id, lock=lock)
    if row is None:
        raise NotFound("没有这个订阅", "请核对订阅编号。")
    if not serves(caller, row):
        raise Forbidden("这是其他部门的订阅", "只能查看和管理本部门的订阅。")
    return row


async def standing_subscription(view: View[Context], caller: Principal, subscription_id: str) -> Row[Any]:
    """Locked. Raises the 409 problem for one that has ended."""
    row = await own_subscription(view, caller, subscription_id, lock=True)
    if row.state == "ended":
        raise Conflict("subscription-ended", "该订阅已退订", "退订后不能恢复，请重新订阅。")
    return row
