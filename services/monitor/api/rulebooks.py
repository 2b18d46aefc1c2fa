"""The rulebook (监察规则): read by those it concerns, revised by the centre's administrator alone.

Neither a supervisor nor a department can bend it: whoever is judged by it, or judges by it, does not write it.
"""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field, StrictBool, StrictInt
from sqlalchemy import Row

from services.monitor import rulebooks
from services.monitor.api.parts import OVERSEERS, STAFF, Limit, Reading, Words, Working
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.rulebook_check import faults
from services.monitor.recomputing import begin_recomputation
from services.monitor.rulebooks import first_book, put_in_force, read_book
from yimen.contracts.envelope import Code
from yimen.contracts.monitor import AlertRule, FindingRule, Light, PartyKind, Scheme
from yimen.contracts.parts import Staff
from yimen.web import (
    Body,
    Forbidden,
    Invalid,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    if_match,
    new_router,
    set_etag,
)

router = new_router(tags=["rulebook"])

READERS: Final = (*OVERSEERS, Role.CHIEF_REPRESENTATIVE, Role.CENTRE_ADMIN, Role.DISCIPLINE_OFFICER)
BOUND: Final = frozenset({Role.SUPERVISOR, Role.DISCIPLINE_OFFICER, *STAFF})
Points = Annotated[StrictInt, Field(ge=-1000, le=1000, description="十分之一分；扣分为负")]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class ChargeBody(Body):
    kind: PartyKind
    part: Code
    tenths: Points
    least: Points | None = None


Charges = Annotated[list[ChargeBody], Field(max_length=20)]


class AlertRuleBody(Body):
    code: Code
    rule: Code
    scope: Code
    level: Light
    text: Title
    answer_days: Annotated[StrictInt, Field(ge=1, le=60)] = 3
    enabled: StrictBool = True
    charges: Charges = Field(default_factory=list)


class FindingRuleBody(Body):
    code: Code
    rule: Code
    title: Title
    charges: Charges = Field(default_factory=list)
    enabled: StrictBool = True


class SchemePartBody(Body):
    code: Code
    name: Title
    ceiling: Points


class SchemeBody(Body):
    kind: PartyKind
    parts: Annotated[list[SchemePartBody], Field(min_length=1, max_length=50)]
    bonus_cap: Points
    floors: StrictBool = True


class RulebookBody(Body):
    """The whole book; what it leaves out is not there any more. `reason`: why, for everyone to read."""

    alerts: Annotated[list[AlertRuleBody], Field(max_length=200)]
    findings: Annotated[list[FindingRuleBody], Field(max_length=500)]
    schemes: Annotated[list[SchemeBody], Field(max_length=3)]
    numbers: Annotated[dict[Code, Annotated[StrictInt, Field(ge=-100_000, le=100_000)]], Field(max_length=200)]
    reason: Words


class RevisionShape(BaseModel):
    """Who revised it, why and when; nobody's the first, and what an upgrade added."""

    version: int
    reason: str
    revised_by: Staff | None
    effective_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> "RevisionShape":
        by = row.revised_by
        return cls(
            version=row.version,
            reason=row.reason,
            revised_by=Staff.model_validate(by, strict=False) if by else None,
            effective_at=row.effective_at,
        )


class RevisionPage(BaseModel):
    items: list[RevisionShape]
    next: str | None


class RulebookShape(BaseModel):
    revision: RevisionShape
    alerts: list[AlertRule]
    findings: list[FindingRule]
    schemes: list[Scheme]
    numbers: dict[str, int]

    @classmethod
    def of(cls, row: Row[Any]) -> "RulebookShape":
        book = read_book(row.version, row.body)
        return cls(
            revision=RevisionShape.of(row),
            alerts=list(book.alerts),
            findings=list(book.findings),
            schemes=list(book.schemes),
            numbers=dict(book.numbers),
        )


async def _version(view: Reading, number: int) -> RulebookShape:
    row = await rulebooks.version(view, number)
    if row is None:
        raise NotFound("没有此版本的监察规则", "请从规则版本列表中选择。")
    return RulebookShape.of(row)


@router.get("/rulebook", dependencies=[allow(*READERS)])
async def read_rulebook(view: Reading, response: Response) -> RulebookShape:
    """The version in force."""
    shown = await _version(view, (await rulebooks.current(view)).version)
    set_etag(response, shown.revision.version)
    return shown


@router.get("/rulebooks", dependencies=[allow(*READERS)])
async def list_rulebooks(
    view: Reading, limit: Limit = 50, after: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> RevisionPage:
    """Newest first."""
    rows = await rulebooks.versions(view, after, limit + 1)
    shown = [RevisionShape.of(row) for row in rows[:limit]]
    return RevisionPage(items=shown, next=str(shown[-1].version) if len(rows) > limit else None)


@router.get("/rulebooks/{version}", dependencies=[allow(*READERS)])
async def read_version(version: Annotated[int, Path(ge=1, le=2**31 - 1)], view: Reading) -> RulebookShape:
    """As it was: alerts and scores of its time were judged by it."""
    return await _version(view, version)


@router.put("/rulebook")
async def revise_rulebook(
    body: RulebookBody,
    response: Response,
    unit: Working,
    caller: Principal = allow(Role.CENTRE_ADMIN),
    expected: int = if_match(),
) -> RulebookShape:
    """In force at once, for every alert that is raised from now on; open clocks are reckoned again."""
    _refuse_the_judged(caller)
    version = (await rulebooks.current(unit)).version
    if version != expected:
        raise StaleVersion(version)
    book = read_book(version + 1, body.model_dump(mode="json"))
    _refuse_faults(book)
    if not await put_in_force(unit, book, body.reason, caller.staff):
        raise StaleVersion(version + 1)
    await begin_recomputation(unit, f"rulebook-{book.version}")
    set_etag(response, book.version)
    return await _version(unit, book.version)


def _refuse_the_judged(caller: Principal) -> None:
    """Whoever supervises, or works for a department, does not write the rules of either, whatever else they are."""
    if not caller.roles.isdisjoint(BOUND):
        raise Forbidden(
            "监察规则须由他人更改", "监察人员和部门人员不能更改监察规则，请由不兼任这些职务的中心管理员办理。"
        )


def _refuse_faults(book: Rulebook) -> None:
    found = faults(book, read_book(1, first_book()))
    if found:
        errors = [{"in": "body", "pointer": fault.pointer, "message": fault.message} for fault in found]
        detail = f"共有{len(found)}处，例如：{found[0].message}规则没有更改，请改正后重新提交。"
        raise Invalid("rulebook-faulty", "监察规则有误", detail, errors)
