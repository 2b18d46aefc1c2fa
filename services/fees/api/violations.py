"""Violations (违规收费, R62): found by the supervisor on a notice; read by those who watch over fees."""

from typing import Annotated, Literal

from fastapi import Query, status
from pydantic import BaseModel, Field

from services.fees import queries, redressing, violations
from services.fees.api.parts import COUNTY_WIDE, Id, InUnit, InView, Limit, Words
from services.fees.queries import Found
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.fees import ViolationKind
from yimen.contracts.parts import Staff
from yimen.web import Body, NotFound, Principal, Role, allow, creates, new_router, refuses

router = new_router(tags=["violations"])


class ViolationBody(Body):
    lists: list[Code] = Field(min_length=1, max_length=100)
    kind: Literal[ViolationKind.ILLEGAL_FEE, ViolationKind.OVER_STANDARD]
    detail: Words


class ViolationView(BaseModel):
    """`refund_number`: what has to be given back. `found_by` nobody: it follows from the standard itself (R13)."""

    violation_number: str
    kind: ViolationKind
    list_id: str
    notice_number: str | None
    case_number: str
    department: str
    detail: str
    refund_number: str | None
    finder: Staff | None
    found_at: Instant


class Violations(BaseModel):
    violations: list[ViolationView]


class ViolationPage(Violations):
    next: str | None


@router.post(
    "/notices/{number}/violations",
    status_code=status.HTTP_201_CREATED,
    dependencies=[creates()],
    responses=refuses(404, 409),
)
async def find_violation(
    unit: InUnit, number: Id, body: ViolationBody, caller: Principal = allow(Role.SUPERVISOR)
) -> Violations:
    """What was paid is ordered back; a notice that is not paid is void."""
    notice = await queries.notice_row(unit, number)
    if notice is None:
        raise NotFound("没有这份缴款通知书", "请核对通知书编号后重试。")
    list_ids = sorted(set(body.lists))
    numbers = await redressing.redress(unit, notice, list_ids, body.kind, body.detail, caller.staff)
    return Violations(violations=[_view(row) for row in await violations.named(unit, numbers)])


@router.get("/violations", dependencies=[allow(*COUNTY_WIDE)])
async def list_violations(
    view: InView,
    department: Annotated[str | None, Query(max_length=80)] = None,
    notice_number: Annotated[str | None, Query(max_length=80)] = None,
    after: Annotated[str, Query(max_length=80, description="`next` of the page before")] = "",
    limit: Limit = 50,
) -> ViolationPage:
    rows = await violations.page(view, department, notice_number, after, limit + 1)
    following = rows[limit - 1].number if len(rows) > limit else None
    return ViolationPage(violations=[_view(row) for row in rows[:limit]], next=following)


def _view(row: Found) -> ViolationView:
    own = ViolationView.model_fields.keys() & row._mapping.keys()
    finder = Staff(id=row.found_by, name=row.found_by_name) if row.found_by else None
    return ViolationView(**{name: row._mapping[name] for name in own}, violation_number=row.number, finder=finder)
