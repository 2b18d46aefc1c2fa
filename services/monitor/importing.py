"""Departments' own logs: read once, told case by case, in portions that survive a fall.

Guarantees: the same file under the same mapping has no second effect; a case is told only when its log says something
else of it than before; of a department's files the earlier is told whole before the later, so that the later corrects.
Does not: tell a case that the hall itself has, under whatever number: that one is watched already.
"""

from asyncio import to_thread
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row, and_, delete, func, or_, select, update

from services.monitor.context import Context
from services.monitor.domain.legacy import Illegible, Log, case_number, read_log
from services.monitor.domain.log_mapping import LogMapping
from services.monitor.registry import timers
from services.monitor.tables import cases, import_faults, import_rows, imports, log_mappings, outside_told
from yimen.bus import Unit, Units, View
from yimen.contracts.monitor import LogImported, OutsideReported
from yimen.contracts.parts import Staff
from yimen.timers import Timer, set_timer
from yimen.web import Invalid, NotFound

TELL_TIMER: Final = "tell-outside"
TOLD_AT_ONCE: Final = 500
MOST_FAULTS: Final = 2000
"""So many are kept and shown; whoever has more has one cause for most of them."""
SHOWN_AT_ONCE: Final = 100


@dataclass(frozen=True)
class File:
    department: str
    name: str
    content: bytes

    def import_id(self, mapping: LogMapping) -> str:
        parts = (self.department, sha256(self.content).hexdigest(), mapping.digest)
        return "IMP-" + sha256("\n".join(parts).encode()).hexdigest()[:32]


async def mapping_of(view: View[Context], department: str) -> Row[Any] | None:
    query = select(log_mappings).where(log_mappings.c.department == department)
    return (await view.execute(query)).first()


async def set_mapping(unit: Unit[Context], department: str, mapping: LogMapping, by: Staff) -> None:
    row = {"body": mapping.model_dump(mode="json"), "set_by": by.name, "set_at": unit.now}
    statement = unit.insert(log_mappings).values(row | {"department": department, "version": 1})
    changed = row | {"version": log_mappings.c.version + 1}
    await unit.execute(statement.on_conflict_do_update(index_elements=["department"], set_=changed))


async def take_in(units: Units[Context], file: File, by: Staff, *, strict: bool) -> tuple[Row[Any], bool]:
    """The import, and whether it is a new one. Reading is done outside of any transaction."""
    async with units.view() as view:
        mapping = await _known_mapping(view, file.department)
        now = view.now
    try:
        log = await to_thread(read_log, file.content, mapping, now)
    except Illegible as wrong:
        fault = {"line": wrong.line, "column": None, "message": wrong.words}
        raise Invalid("log-illegible", "文件无法读取", f"第{wrong.line}行：{wrong.words}", faults=[fault]) from wrong
    async with units.begin() as unit:
        return await _keep(unit, file, mapping, log, by, strict=strict)


async def _known_mapping(view: View[Context], department: str) -> LogMapping:
    row = await mapping_of(view, department)
    if row is None:
        raise NotFound("尚未设置列的对应关系", "请先为该部门设置表头与字段的对应关系，再导入办件记录。")
    return LogMapping.model_validate(row.body)


async def _keep(
    unit: Unit[Context], file: File, mapping: LogMapping, log: Log, by: Staff, *, strict: bool
) -> tuple[Row[Any], bool]:
    import_id = file.import_id(mapping)
    if known := await find_import(unit, import_id):
        return known, False
    await _leave_out_what_the_hall_has(unit, mapping, log)
    if strict and log.faults:
        raise _refusal(log)
    row = {
        "import_id": import_id,
        "department": file.department,
        "file_name": file.name,
        "sha256": sha256(file.content).hexdigest(),
        "lines": log.lines,
        "cases": len(log.cases),
        "faults": log.faulty,
        "told": 0,
        "imported_by": by.model_dump(mode="json"),
        "imported_at": unit.now,
        "finished_at": None,
    }
    claim = unit.insert(imports).values(row).on_conflict_do_nothing().returning(imports.c.import_id)
    fresh = (await unit.execute(claim)).first() is not None
    if fresh:
        await _add(unit, import_faults, _fault_rows(import_id, log))
        await _add(unit, import_rows, _case_rows(import_id, file.department, log))
        await set_timer(unit, TELL_TIMER, key=file.department, due_at=unit.now)
    made = await find_import(unit, import_id)
    assert made is not None
    return made, fresh


async def _leave_out_what_the_hall_has(unit: Unit[Context], mapping: LogMapping, log: Log) -> None:
    by_number = {told.own_number: line for line, told in log.cases.items()}
    for numbers in _portions(list(by_number), TOLD_AT_ONCE):
        inside = select(cases.c.number).where(cases.c.number.in_(numbers), cases.c.outside.is_(False))
        for number in (await unit.execute(inside)).scalars():
            words = "这是大厅受理的办件，已在监察之中，不作为大厅以外办件导入，请从文件中删去。"
            log.refuse(by_number[number], mapping.own_number, words)


def _refusal(log: Log) -> Invalid:
    detail = f"{log.lines}行中有{log.faulty}行有误，文件未导入。请按所列各行改正后重新导入。"
    return Invalid("log-faulty", "办件记录有误", detail, faults=list(_shown_faults(log))[:SHOWN_AT_ONCE])


def _shown_faults(log: Log) -> Iterator[dict[str, Any]]:
    for fault in sorted(log.faults, key=lambda fault: fault.line):
        yield {"line": fault.line, "column": fault.column, "message": fault.words}


def _fault_rows(import_id: str, log: Log) -> list[dict[str, Any]]:
    shown = list(_shown_faults(log))[:MOST_FAULTS]
    return [{"import_id": import_id, "place": place} | fault for place, fault in enumerate(shown, start=1)]


def _case_rows(import_id: str, department: str, log: Log) -> list[dict[str, Any]]:
    return [
        {
            "import_id": import_id,
            "line": line,
            "case_number": case_number(department, told.own_number),
            "digest": told.digest,
            "body": told.content,
        }
        for line, told in log.cases.items()
    ]


async def _add(unit: Unit[Context], table: Any, rows: Sequence[dict[str, Any]]) -> None:
    for portion in _portions(rows, TOLD_AT_ONCE):
        await unit.execute(table.insert(), portion)


def _portions(rows: Sequence[Any], size: int) -> Iterable[list[Any]]:
    return (list(rows[start : start + size]) for start in range(0, len(rows), size))


# -- telling ------------------------------------------------------------------------------------------------------------


@timers.on(TELL_TIMER)
async def tell_portion(unit: Unit[Context], timer: Timer) -> None:
    """Of the department's oldest file that is not told yet; the timer rings again while one is left."""
    waiting = select(imports).where(imports.c.department == timer.key, imports.c.finished_at.is_(None))
    files = (await unit.execute(waiting.order_by(imports.c.imported_at, imports.c.import_id).limit(2))).all()
    if not files:
        return
    finished = await _tell(unit, files[0])
    if len(files) > 1 or not finished:
        await set_timer(unit, TELL_TIMER, key=timer.key, due_at=unit.now)


async def _tell(unit: Unit[Context], file: Row[Any]) -> bool:
    of_file = import_rows.c.import_id == file.import_id
    query = select(import_rows).where(of_file).order_by(import_rows.c.line).limit(TOLD_AT_ONCE)
    rows = (await unit.execute(query)).all()
    told = await _tell_changed(unit, file, rows)
    if rows:
        await unit.execute(delete(import_rows).where(of_file, import_rows.c.line <= rows[-1].line))
    finished = len(rows) < TOLD_AT_ONCE
    values: dict[str, Any] = {"told": imports.c.told + told} | ({"finished_at": unit.now} if finished else {})
    await unit.execute(update(imports).where(imports.c.import_id == file.import_id).values(values))
    if finished:
        unit.emit(_finished(file, unit.now))
    return finished


async def _tell_changed(unit: Unit[Context], file: Row[Any], rows: Sequence[Row[Any]]) -> int:
    known = select(outside_told).where(outside_told.c.case_number.in_([row.case_number for row in rows]))
    before = {row.case_number: row.digest for row in await unit.execute(known)}
    changed = [row for row in rows if before.get(row.case_number) != row.digest]
    if changed:
        statement = unit.insert(outside_told)
        upsert = statement.on_conflict_do_update(
            index_elements=["case_number"], set_={"digest": statement.excluded.digest}
        )
        await unit.execute(upsert, [{"case_number": row.case_number, "digest": row.digest} for row in changed])
    for row in changed:
        unit.emit(_reported(file, row, unit.now))
    return len(changed)


def _reported(file: Row[Any], row: Row[Any], now: datetime) -> OutsideReported:
    told = dict(row.body)
    told["steps"] = [{"activity": activity, "at": at} for activity, at in told["steps"]]
    whose = {"case_number": row.case_number, "department": file.department, "import_id": file.import_id}
    return OutsideReported.model_validate(told | whose | {"reported_at": now}, strict=False)


def _finished(file: Row[Any], now: datetime) -> LogImported:
    return LogImported(
        import_id=file.import_id,
        department=file.department,
        file_name=file.file_name,
        sha256=file.sha256,
        lines=file.lines,
        cases=file.cases,
        faults=file.faults,
        imported_by=Staff.model_validate(file.imported_by),
        imported_at=now,
    )


# -- reading ------------------------------------------------------------------------------------------------------------


async def find_import(view: View[Context], import_id: str) -> Row[Any] | None:
    return (await view.execute(select(imports).where(imports.c.import_id == import_id))).first()


async def import_page(
    view: View[Context], departments: Sequence[str] | None, before: tuple[datetime, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """Newest first."""
    query = select(imports).order_by(imports.c.imported_at.desc(), imports.c.import_id.desc()).limit(limit)
    if departments is not None:
        query = query.where(imports.c.department.in_(departments))
    if before is not None:
        at, import_id = before
        same = and_(imports.c.imported_at == at, imports.c.import_id < import_id)
        query = query.where(or_(imports.c.imported_at < at, same))
    return (await view.execute(query)).all()


async def faults_of(view: View[Context], import_id: str, after: int, limit: int) -> Sequence[Row[Any]]:
    own = and_(import_faults.c.import_id == import_id, import_faults.c.place > after)
    return (await view.execute(select(import_faults).where(own).order_by(import_faults.c.place).limit(limit))).all()


async def waiting_rows(view: View[Context], import_id: str) -> int:
    """How many of its cases are still to be told."""
    query = select(func.count()).select_from(import_rows).where(import_rows.c.import_id == import_id)
    return int((await view.execute(query)).scalar_one())
