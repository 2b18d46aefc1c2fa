"""Items on their way into the catalogue: reported, then entered, refused or kept out; at the end withdrawn.

Guarantees: a report that breaks a rule is told every one that it breaks and leaves nothing behind; what is entered is
checked once more against the catalogue of that moment. All in the caller's unit.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.intake import queries
from services.intake.context import Context
from services.intake.domain.catalogue import Item, foreign_departments, survey
from services.intake.domain.entry import Report, Standing, against
from services.intake.domain.findings import Finding, finding
from services.intake.domain.item_reading import read_item
from services.intake.publishing import publish
from services.intake.queries import entry as kept
from yimen.bus import Unit, View
from yimen.contracts.parts import Staff
from yimen.departments import department_name
from yimen.errors import NotNow, Unfit
from yimen.web.wording import pointer
from yimen.worktime import local_date


async def standing(view: View[Context]) -> Standing:
    return Standing(
        newest={item.code: item for item in await queries.newest_items(view)},
        waiting={report.item.code: report.item for report in await kept.waiting_reports(view)},
        abolished={one.code: one.effective_on for one in await kept.withdrawals(view)},
    )


async def report(unit: Unit[Context], content: dict[str, Any], by: Staff) -> Report:
    """One item as it came. Raises `Unfit` with every fault."""
    content = {"organ": _organ(content)} | content
    read = read_item(content)
    found = list(read.findings)
    if read.item is not None:
        beside = against(read.item, await standing(unit))
        found += [finding(content, field, message) for field, message in beside]
    if read.item is None or found:
        raise faulty(found)
    (made,) = await make_reports(unit, [read.item], by)
    return made


def _organ(content: dict[str, Any]) -> str:
    return department_name(str(content.get("department", "")))


async def make_reports(unit: Unit[Context], items: Sequence[Item], by: Staff) -> list[Report]:
    """Of items that were found sound."""
    counter = f"item-report/{local_date(unit.now).year}"
    first = (await queries.take_numbers(unit, Counter({counter: len(items)})))[counter] if items else 0
    year = local_date(unit.now).year
    made = [
        Report(report_id=f"SB{year}{first + place:06}", item=item, reported_by=by, reported_at=unit.now)
        for place, item in enumerate(items)
    ]
    for one in made:
        if not await kept.add_report(unit, one):
            said = f"“{one.item.name}”已有申报正待中心审定，请待审定后再申报。"
            raise NotNow("report-waiting", "该事项已有申报待审定", said)
        unit.emit(one.reported)
    return made


async def import_items(
    unit: Unit[Context], form: str, text: str, department: str, by: Staff
) -> tuple[list[Report], list[str]]:
    """Reports of what a file brings that is new, and the codes of what it brings as it is. Raises `Unfit` with every fault
    by line. Reading takes its time in a thread, for it may be a long file."""
    placed, faults = await asyncio.to_thread(survey, {f"import.{form}": text})
    now = await standing(unit)
    new = [one for one in placed if now.newest.get(one.item.code) != one.item]
    faults += foreign_departments(placed, department)
    together = [one.item for one in new]
    faults += [one.fault(field, message) for one in new for field, message in against(one.item, now, together)]
    if faults:
        raise item_faults(
            [
                {"in": "body", "pointer": "/text", "message": fault.by_line}
                for fault in sorted(faults, key=lambda fault: fault.line or 0)
            ]
        )
    known = {one.item.code for one in new}
    unchanged = sorted(one.item.code for one in placed if one.item.code not in known)
    return await make_reports(unit, together, by), unchanged


async def enter(unit: Unit[Context], before: Report, effective_from: date | None, by: Staff) -> Report:
    """Published with its day. Raises `Unfit` where the catalogue has moved on since the report."""
    entered = before.enter(effective_from, by, unit.now, local_date(unit.now))
    now = await standing(unit)
    others = {code: item for code, item in now.waiting.items() if code != before.item.code}
    content = entered.item.model_dump(mode="json")
    beside = against(entered.item, Standing(now.newest, others, now.abolished))
    if found := [finding(content, field, message) for field, message in beside]:
        raise faulty(found)
    await kept.keep_report(unit, entered)
    await publish(unit, [entered.item])
    return entered


def faulty(found: Iterable[Finding]) -> Unfit:
    errors = [{"in": "body", "pointer": pointer(("item", *one.path)), "message": one.message} for one in found]
    return item_faults(errors)


def item_faults(errors: list[dict[str, str]]) -> Unfit:
    said = f"共{len(errors)}处，请按下列提示逐项改正后重新申报。"
    return Unfit("item-faults", "申报的事项有误", said, errors=errors)
