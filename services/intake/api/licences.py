"""Licences (许可证件): checked by anybody who holds the number, listed for those whose cases they came of.

Guarantees: the public check shows no identification and of a person no whole name; a number that is unknown and one that
cannot be a number are answered alike.
"""

from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import BaseModel

from services.intake.context import Context
from services.intake.domain.documents import licence_number as as_printed
from services.intake.domain.licensing import Holding
from services.intake.queries import licences
from yimen.bus import View
from yimen.web import NotFound, Principal, Role, allow, allow_anyone, current_view, new_router
from yimen.worktime import local_date

router = new_router(tags=["licences"])

Reading = Annotated[View[Context], Depends(current_view)]


class LicenceCheck(BaseModel):
    """What anybody may know. `validity`: 有效, 尚未生效, 已到期, 已延续."""

    licence_number: str
    licence_name: str
    item_code: str
    item_name: str
    holder: str
    valid_from: date
    valid_until: date | None
    validity: str
    renewed_by: str | None


class LicenceView(LicenceCheck):
    """For its holder."""

    case_number: str


@router.get("/licences/{licence_number}", dependencies=[allow_anyone()])
async def check_licence(licence_number: Annotated[str, Path(max_length=80)], view: Reading) -> LicenceCheck:
    """查验. The number as printed, percent-encoded (证字〔2026〕1号); brackets of other kinds are read too."""
    number = as_printed(licence_number)
    found = await licences.find(view, number) if number else None
    if found is None:
        raise NotFound("没有找到该许可证", "请对照许可证上的编号逐字核对后重试。")
    held, item_name = found
    return LicenceCheck(**_shown(held, item_name, held.masked_holder, local_date(view.now)))


@router.get("/my/licences")
async def list_own_licences(
    view: Reading, limit: Annotated[int, Query(ge=1, le=200)] = 200, caller: Principal = allow(Role.CITIZEN)
) -> list[LicenceView]:
    """Of the cases that the caller handed in on line, newest first."""
    today = local_date(view.now)
    found = await licences.of_account(view, caller.id, limit)
    return [LicenceView(**_shown(held, name, held.holder, today), case_number=held.case_number) for held, name in found]


def _shown(held: Holding, item_name: str, holder: str, today: date) -> dict[str, object]:
    kept = held.model_dump(include={"licence_number", "item_code", "valid_from", "valid_until", "renewed_by"})
    return kept | {
        "licence_name": held.name,
        "item_name": item_name,
        "holder": holder,
        "validity": held.validity(today),
    }
