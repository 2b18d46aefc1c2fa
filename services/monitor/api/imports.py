"""A department's own log: how its columns are called, its files, and what was wrong with them, line by line."""

import datetime as dt
from typing import Annotated, Any, Final, Self

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitor import importing
from services.monitor.api.parts import Cursor, Limit, Reading, Working, instant_place
from services.monitor.domain.log_mapping import LogMapping
from services.monitor.importing import File
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Staff
from yimen.departments import department_name
from yimen.web import (
    Body,
    Forbidden,
    Invalid,
    NotFound,
    Principal,
    Role,
    allow,
    new_router,
    raw_body,
    refuses,
)

router = new_router(tags=["imports"])

EVERYWHERE: Final = frozenset({Role.SUPERVISOR, Role.CENTRE_ADMIN})
OF_DEPARTMENT: Final = (Role.CHIEF_REPRESENTATIVE, Role.INTEGRATOR)
LARGEST_UPLOAD: Final = 8 * 1024 * 1024
"""Fifty thousand lines of ordinary length."""

BODY_LIMITS: Final = {"/imports": LARGEST_UPLOAD}
_RAW: Final = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}
_KNOWN: Final[dict[int | str, dict[str, Any]]] = {200: {"description": "这份文件已经导入过"}}
FileName = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description="文件名")]


class MappingBody(Body, LogMapping):
    """Which column says what. Columns that are not named are not kept."""


class MappingView(BaseModel):
    department: str
    version: int
    set_by: str
    set_at: dt.datetime
    mapping: LogMapping


class FaultShape(BaseModel):
    """`line` counts from 1, the heading included."""

    line: int
    column: str | None
    message: str


class ImportLine(BaseModel):
    """`cases`: lines that were taken; `faults`: lines that were refused; `told`: cases that were new or changed so far."""

    import_id: str
    department: str
    department_name: str
    file_name: str
    sha256: str
    lines: int
    cases: int
    faults: int
    told: int
    imported_by: Staff
    imported_at: dt.datetime
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, row: Row[Any], **more: Any) -> Self:
        return cls.model_validate(dict(row._mapping) | {"department_name": department_name(row.department)} | more)


class ImportPage(BaseModel):
    items: list[ImportLine]
    next: str | None


class ImportView(ImportLine):
    """With its faults from `after` on, in the order of the lines; at most two thousand are kept."""

    waiting: int = Field(description="尚待转入监察的办件数")
    items: list[FaultShape]
    next: int | None


@router.put("/imports/mappings/{department}")
async def set_mapping(
    department: Code, body: MappingBody, unit: Working, caller: Principal = allow(*EVERYWHERE, *OF_DEPARTMENT)
) -> MappingView:
    """How the department's log is to be read from now on."""
    _of_department(caller, department)
    await importing.set_mapping(unit, department, LogMapping(**dict(body)), caller.staff)
    return await _mapping(unit, department)


@router.get("/imports/mappings/{department}")
async def read_mapping(
    department: Code, view: Reading, caller: Principal = allow(*EVERYWHERE, *OF_DEPARTMENT)
) -> MappingView:
    """How the department's log is read."""
    _of_department(caller, department)
    return await _mapping(view, department)


@router.post(
    "/imports",
    status_code=201,
    dependencies=[Depends(raw_body)],
    responses=refuses(422) | _KNOWN,
    openapi_extra=_RAW,
)
async def import_log(
    request: Request,
    response: Response,
    department: Annotated[Code | None, Query(description="只属于一个部门的人员可以不填")] = None,
    file_name: FileName = "办件记录.csv",
    strict: Annotated[bool, Query(description="有一行错误即整份不导入")] = False,
    caller: Principal = allow(*EVERYWHERE, *OF_DEPARTMENT),
) -> ImportView:
    """The body is the CSV file. Good lines are taken and told one by one; faulty ones are listed with what is wrong.

    The same file again changes nothing (200); a later file corrects the cases that it tells otherwise."""
    file = File(_department(caller, department), file_name, await request.body())
    units = request.app.state.units
    row, fresh = await importing.take_in(units, file, caller.staff, strict=strict)
    if not fresh:
        response.status_code = 200
    response.headers["Location"] = f"imports/{row.import_id}"
    async with units.view() as view:
        return await _shown(view, row, 0, 100)


@router.get("/imports")
async def list_imports(
    view: Reading,
    department: Code | None = None,
    limit: Limit = 50,
    after: Cursor = None,
    caller: Principal = allow(*EVERYWHERE, *OF_DEPARTMENT),
) -> ImportPage:
    """Newest first. A department sees its own."""
    if department is not None:
        _of_department(caller, department)
    own = None if caller.roles & EVERYWHERE else sorted(caller.departments)
    departments = own if department is None else [department]
    rows = await importing.import_page(view, departments, instant_place(after), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    place = last and f"{last.imported_at:%Y-%m-%dT%H:%M:%S.%fZ}~{last.import_id}"
    return ImportPage(items=[ImportLine.of(row) for row in rows[:limit]], next=place)


@router.get("/imports/{import_id}")
async def read_import(
    import_id: Code,
    view: Reading,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Limit = 100,
    caller: Principal = allow(*EVERYWHERE, *OF_DEPARTMENT),
) -> ImportView:
    """One file, with what was wrong with it by line."""
    row = await importing.find_import(view, import_id)
    if row is None:
        raise NotFound("没有此导入记录", "请从导入记录列表重新选择。")
    _of_department(caller, row.department)
    return await _shown(view, row, after, limit)


async def _shown(view: Reading, row: Row[Any], after: int, limit: int) -> ImportView:
    faults = await importing.faults_of(view, row.import_id, after, limit + 1)
    following = faults[limit - 1].place if len(faults) > limit else None
    items = [FaultShape(line=fault.line, column=fault.column, message=fault.message) for fault in faults[:limit]]
    waiting = await importing.waiting_rows(view, row.import_id)
    return ImportView.of(row, waiting=waiting, items=items, next=following)


async def _mapping(view: Reading, department: str) -> MappingView:
    row = await importing.mapping_of(view, department)
    if row is None:
        raise NotFound("尚未设置列的对应关系", "请先设置该部门表头与字段的对应关系。")
    return MappingView(**row._mapping, mapping=LogMapping.model_validate(row.body))


def _department(caller: Principal, asked: str | None) -> str:
    """The one that is named, or the caller's only one."""
    if asked is None:
        if len(caller.departments) != 1:
            raise Invalid("department-required", "未指明部门", "请指明这份办件记录属于哪个部门。")
        (asked,) = caller.departments
    _of_department(caller, asked)
    return asked


def _of_department(caller: Principal, department: str) -> None:
    if not (caller.roles & EVERYWHERE or caller.serves(department)):
        raise Forbidden("不是本部门的办件记录", "只能导入和查看本部门的办件记录，请由该部门人员或监察人员办理。")
