"""Events that cost points, as several areas of the supervisor say them."""

from datetime import date, datetime
from typing import Any

from services.monitor.domain.facts import Facts
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.scoring import facts_of
from services.monitor.domain.sheets import Sheet, sheets
from services.monitor.domain.views import Recorded
from services.monitor.rulebooks import first_book, read_book
from services.monitor.tests.samples import CHIEF, NUMBER, at, recorded
from yimen.contracts import Event, monitor
from yimen.contracts.monitor import AppealTarget, Deduction, Light, PartyKind
from yimen.contracts.parts import Staff
from yimen.worktime import Calendar

DEPARTMENT, WINDOW, PERSON = PartyKind.DEPARTMENT, PartyKind.WINDOW, PartyKind.PERSON
SUPERVISOR = Staff(id="supervisor", name="严明")
BOOK: Rulebook = read_book(1, first_book())
CALENDAR = Calendar.seeded()
MONTH = "2026-03"


def cost(
    tenths: int, part: str, kind: PartyKind = DEPARTMENT, party: str = "fire", code: str = "promised"
) -> Deduction:
    return Deduction(kind=kind, party=party, part=part, tenths=tenths, code=code)


def raised(
    name: str, when: datetime, *costs: Deduction, level: Light = Light.YELLOW, rule: str = "R71", **more: Any
) -> monitor.AlertRaised:
    values: dict[str, Any] = {"department": "fire", "case_number": NUMBER, "code": "promised"}
    return monitor.AlertRaised(
        alert_id=name,
        rung=name,
        level=level,
        rule=rule,
        reason="已超过承诺办结时限，请立即办理并说明原因。",
        raised_at=when,
        answer_by=date(2026, 4, 10),
        rulebook=1,
        deductions=costs,
        **values | more,
    )


def pre_alert(name: str, when: datetime, **more: Any) -> monitor.AlertRaised:
    return raised(name, when, level=Light.BLUE, rule="R70", **{"code": "pre-alert"} | more)


def lifted(name: str, when: datetime, department: str = "fire") -> monitor.AlertLifted:
    return monitor.AlertLifted(
        alert_id=name, department=department, case_number=NUMBER, reason="申诉成立", lifted_at=when
    )


def upheld(entry_id: str, when: datetime, department: str = "fire") -> monitor.AppealDecided:
    return monitor.AppealDecided(
        appeal_number=f"SS-{entry_id}",
        department=department,
        target=AppealTarget.ENTRY,
        target_id=entry_id,
        upheld=True,
        reasons="认定有误",
        decided_by=SUPERVISOR,
        decided_at=when,
    )


def attendance(day: date, when: datetime, *costs: Deduction, name: str = "A1") -> monitor.AttendanceRecorded:
    return monitor.AttendanceRecorded(
        attendance_id=name,
        department="fire",
        window="fire",
        person=CHIEF,
        code="missing_sign",
        title="缺打卡",
        day=day,
        recorded_by=SUPERVISOR,
        recorded_at=when,
        deductions=costs,
    )


def staffed(window: str, departments: tuple[str, ...], valid_from: date, *staff: Staff) -> monitor.WindowStaffed:
    return monitor.WindowStaffed(
        window=window,
        name=f"{window}综合窗口",
        departments=departments,
        staff=staff,
        valid_from=valid_from,
        staffed_by=SUPERVISOR,
        staffed_at=at(3, 1),
    )


def told(*events: Event) -> list[Recorded]:
    """By the supervisor itself, which hears its own words again."""
    return recorded(("/monitor", event, at(3, 2)) for event in events)


def facts(*events: Event) -> Facts:
    return Facts.gathered(facts_of(one.meta, one.event) for one in told(*events))


def of(known: Facts, kind: PartyKind = DEPARTMENT, party: str = "fire", month: str = MONTH) -> Sheet:
    (found,) = [one for one in sheets(month, known, BOOK, CALENDAR) if (one.kind, one.party) == (kind, party)]
    return found


def part(sheet: Sheet, code: str) -> int:
    return next(one.tenths for one in sheet.parts if one.part == code)
