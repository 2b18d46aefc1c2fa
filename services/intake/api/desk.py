"""What routes on a case share: who may see it, who may move it, and from which version.

Order of refusals: 404 for a case that is not there (or, to a citizen, not theirs), 403 for staff of another
department, 412 for a version that is not the latest, then whatever the rules say.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Response

from services.intake import queries
from services.intake.api.bodies import MaterialBody
from services.intake.api.shapes import CaseView
from services.intake.api.views import case_view
from services.intake.context import Context
from services.intake.domain.case import Case, Change, Rules
from services.intake.domain.catalogue import Item
from services.intake.domain.door import foreign_materials
from services.intake.domain.files import StoredFile
from services.intake.domain.values import Held
from services.intake.process import advance
from services.intake.queries import files
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.errors import Unfit
from yimen.web import (
    Forbidden,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    current_unit,
    if_match,
    set_etag,
)

STAFF = frozenset(Role) - {Role.CITIZEN}
EVERYWHERE = frozenset({Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN})
OFFICERS = frozenset({Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE})
OF_DEPARTMENT = frozenset({Role.WINDOW_CLERK, Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE})


def no_such_case() -> NotFound:
    return NotFound("没有找到该办件", "请对照收件凭证核对办件编号后重试。")


def owns(caller: Principal, case: Case) -> bool:
    return Role.CITIZEN in caller.roles and case.account == caller.id


def clerks(caller: Principal, case: Case) -> bool:
    return Role.WINDOW_CLERK in caller.roles and caller.serves(case.department)


def admit(caller: Principal, case: Case | None, may: bool) -> Case:
    """The case, if the caller may; else the refusal that tells the caller no more than is theirs to know."""
    if case is None or not (may or caller.roles & STAFF):
        raise no_such_case()
    if not may:
        raise Forbidden("不是本部门的办件", f"该办件由其他部门（{case.department}）牵头办理，请由该部门窗口办理。")
    return case


def handles(caller: Principal, case: Case) -> bool:
    """Staff of the lead department, and the officers of every department that was asked to review the case."""
    leads = bool(caller.roles & OF_DEPARTMENT) and caller.serves(case.department)
    asked = any(caller.serves(review.department) for review in case.reviews)
    return leads or (bool(caller.roles & OFFICERS) and asked)


def may_read(caller: Principal, case: Case) -> bool:
    return owns(caller, case) or handles(caller, case) or bool(caller.roles & EVERYWHERE)


def may_open(caller: Principal, case: Case) -> bool:
    """Its files; leaders read the case only."""
    return owns(caller, case) or handles(caller, case) or Role.SUPERVISOR in caller.roles


def within(caller: Principal, department: str | None, *, everywhere: frozenset[Role]) -> list[str] | None:
    """The departments whose cases a list shows: the one asked for, else the caller's own; None is all of them."""
    if caller.roles & everywhere:
        return [department] if department else None
    if department and not caller.serves(department):
        raise Forbidden("不是本部门的办件", "只能查看所在窗口部门的办件，请改选本部门。")
    return [department] if department else sorted(caller.departments)


async def show(view: View[Context], case: Case, caller: Principal) -> CaseView:
    """Whole numbers for its clerks, which is recorded, and for its applicant."""
    if clerks(caller, case) and not owns(caller, case):
        view.looked(f"case/{case.case_number}", "id_number", "phone", "email")
    return case_view(
        case,
        view.context.rules,
        view.now,
        whole=owns(caller, case) or clerks(caller, case),
        papers=await queries.documents_of(view, case.case_number),
        answers=await queries.answers_of(view, case.case_number) if case.reviews else (),
        notices=await queries.notices_of(view, case.case_number),
    )


async def handed_in(
    item: Item, brought: list[MaterialBody], view: View[Context], uploaders: Collection[str]
) -> tuple[Held, ...]:
    """The pieces as the file holds them; files count that one of `uploaders` uploaded. Raises `Refusal` for what is not
    on the item's list, or is there twice, and for files that are not there or another's."""
    names = {material.code: material.name for material in item.materials}
    codes = [piece.code for piece in brought]
    if foreign := sorted(set(codes) - set(names)):
        raise foreign_materials(foreign)
    if len(set(codes)) < len(codes):
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        raise Unfit("material-doubled", "同一材料重复填写", f"请将以下材料合并为一项，份数相加：{'、'.join(doubled)}。")
    stored = await uploads(view, [piece.file_id for piece in brought if piece.file_id], uploaders)
    return tuple(_held(piece, names[piece.code], stored, view.now) for piece in brought)


def _held(piece: MaterialBody, name: str, stored: Mapping[str, StoredFile], now: datetime) -> Held:
    held = Held(name=name, handed_in_at=now, **piece.model_dump())
    if piece.file_id is None:
        return held
    file = stored[piece.file_id]
    if piece.sha256 not in (None, file.sha256):
        raise Unfit("file-differs", "文件与所填摘要不符", f"“{name}”的文件与所填的sha256不一致，请重新上传该文件。")
    return held.but(sha256=file.sha256, media_type=file.media_type, size=file.size)


async def uploads(view: View[Context], wanted: Collection[str], uploaders: Collection[str]) -> dict[str, StoredFile]:
    """By file_id. Another's file is as unknown as one that is not there."""
    found = await files.find_files(view, wanted, uploaders) if wanted else {}
    if not found.keys() >= set(wanted):
        raise Unfit("file-not-found", "没有找到上传的文件", "只能引用本人上传的文件，请重新上传后再提交。")
    return found


@dataclass(frozen=True)
class Desk:
    """One caller, one case whose row is held, one step."""

    unit: Unit[Context]
    caller: Principal
    case: Case
    response: Response

    async def make(self, decide: Callable[[Case, Rules], Change]) -> CaseView:
        change = decide(self.case, self.unit.context.rules)
        after = await advance(self.unit, self.case, change)
        set_etag(self.response, after.version)
        return await show(self.unit, after, self.caller)


def desk(*roles: Role, owner: bool = False, may_move: Callable[[Principal, Case], bool] = clerks) -> Any:
    """`desk: Annotated[Desk, desk(Role.WINDOW_CLERK)]`; with `owner` the applicant may too, and `may_move` says who
    of the staff may, where it is not the window's clerk."""

    async def approach(
        case_number: Code,
        response: Response,
        unit: Annotated[Unit[Context], Depends(current_unit)],
        caller: Principal = allow(*roles),
        expected: int = if_match(),
    ) -> Desk:
        case = await queries.locked_case(unit, case_number)
        may = case is not None and (may_move(caller, case) or (owner and owns(caller, case)))
        return Desk(unit, caller, _as_seen(admit(caller, case, may), expected), response)

    return Depends(approach)


def any_case(_caller: Principal, _case: Case) -> bool:
    """For the centre's own administrators, who move any department's case."""
    return True


def _as_seen(case: Case, version: int) -> Case:
    if case.version != version:
        raise StaleVersion(case.version)
    return case
