"""From what was derived to what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.monitor.domain.clocks import SEVERITY, counted_on, days_late, light, rungs
from services.monitor.domain.limits import Watch, due_of, limit_of, unpack
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.views import CaseView, NoticeView, ReviewView, State
from services.monitor.domain.watches import watches
from services.monitor.domain.words import STATES, timeline
from services.monitor.remaining import Today
from services.monitor.shapes import (
    AlertShape,
    CaseLine,
    CaseShape,
    Clock,
    DepartmentSummary,
    LineShape,
    NoticeShape,
    PauseShape,
    ReviewShape,
    StepLeft,
)
from yimen.contracts.monitor import Light
from yimen.departments import department_name
from yimen.worktime import Calendar, Limit, local_date

LIGHTS = {number: level for level, number in SEVERITY.items()}


def show_case(
    seen: CaseView,
    alerts: list[AlertShape],
    places: Mapping[tuple[str, str, int], int],
    calendar: Calendar,
    book: Rulebook,
    now: datetime,
) -> CaseShape:
    """`places`: where each event of the case stands in the journal."""
    submitted, accepted = seen.submitted, seen.accepted
    return CaseShape(
        at=now,
        case_number=seen.number,
        state=seen.state,
        state_text=STATES[seen.state] if seen.state else "未收件",
        department=seen.department,
        department_name=department_name(seen.department) if seen.department else None,
        kind=seen.kind,
        item_code=seen.item_code,
        item_name=seen.item_name,
        applicant=submitted.applicant.name if submitted else None,
        accepted_on=seen.accepted_on,
        deemed_accepted=bool(accepted and accepted.deemed),
        light=light(rungs(seen, calendar, book), now),
        paused=seen.paused,
        outside=seen.outside is not None,
        late_days=days_late(seen, calendar, now),
        outcome=seen.decided.outcome if seen.decided else None,
        stopped_at=seen.stopped_at,
        closed_at=seen.closed_at,
        clocks=_clocks(seen, calendar, now),
        steps=_steps(watches(seen), calendar, book, now),
        pauses=[PauseShape(start=pause.start, end=pause.end) for pause in seen.pauses],
        reviews=[_review(review, calendar, now) for review in seen.reviews],
        fee_lists=list(seen.fee_lists),
        notices=[_notice(notice) for notice in seen.notices],
        documents=list(seen.documents),
        messages=seen.messages,
        alerts=alerts,
        timeline=_timeline(seen, places),
    )


def _timeline(seen: CaseView, places: Mapping[tuple[str, str, int], int]) -> list[LineShape]:
    return [
        LineShape(**asdict(line), position=places[line.source, line.subject, line.sequence])
        for line in timeline(seen.told)
    ]


def _clocks(seen: CaseView, calendar: Calendar, now: datetime) -> list[Clock]:
    on = counted_on(seen, now)
    limits = (("promised", seen.promised), ("statutory", seen.statutory))
    return [Clock.of(name, limit, calendar, on) for name, limit in limits if limit is not None]


def _review(review: ReviewView, calendar: Calendar, now: datetime) -> ReviewShape:
    ended = review.ended_at
    on = local_date(min(now, ended) if ended else now)
    return ReviewShape(
        review_id=review.review_id,
        department=review.department,
        department_name=department_name(review.department),
        stage=review.requested.stage if review.requested else None,
        lead=bool(review.requested and review.requested.lead),
        clock=Clock.of("review", review.limit, calendar, on) if review.limit else None,
        paused=review.paused and ended is None,
        received_at=review.received.received_at if review.received else None,
        opinion=review.decided.opinion if review.decided else None,
        answered_at=review.decided.decided_at if review.decided else None,
        deemed=review.deemed is not None,
        ended_at=ended,
        urged=review.urged,
    )


def _notice(notice: NoticeView) -> NoticeShape:
    issued = notice.issued
    return NoticeShape(
        notice_number=notice.notice_number,
        amount=issued.amount if issued else None,
        issued_at=issued.issued_at if issued else None,
        replaces=issued.replaces if issued else None,
        late_fee_of=issued.late_fee_of if issued else None,
        paid_at=notice.paid.paid_at if notice.paid else None,
        ticket_number=notice.receipted.ticket_number if notice.receipted else None,
        cleared_at=notice.cleared.cleared_at if notice.cleared else None,
        overdue_at=notice.overdue.overdue_at if notice.overdue else None,
        disputed_at=notice.disputed.disputed_at if notice.disputed else None,
        upheld=notice.dispute_answered.upheld if notice.dispute_answered else None,
        voided_at=notice.voided.voided_at if notice.voided else None,
    )


def show_alert(row: Row[Any], today: Today) -> AlertShape:
    return AlertShape.of(row, department_name(row.department), today)


def show_line(row: Row[Any], calendar: Calendar, book: Rulebook, now: datetime) -> CaseLine:
    named = {name: row._mapping[name] for name in CaseLine.model_fields if name in row._mapping}
    return CaseLine(
        **named,
        case_number=row.number,
        state_text=STATES[State(row.state)],
        department_name=department_name(row.department),
        light=LIGHTS[row.severity],
        steps=_steps(unpack(row.watches or ()), calendar, book, now),
    )


def _steps(watched: Sequence[Watch], calendar: Calendar, book: Rulebook, now: datetime) -> list[StepLeft]:
    """Those that run now, the case's own first, as they are watched."""
    return [_step(one, limit_of(one, book), calendar, now) for one in watched if one.until is None or one.until > now]


def _step(watch: Watch, limit: Limit, calendar: Calendar, now: datetime) -> StepLeft:
    due = due_of(limit, calendar)
    return StepLeft(
        code=watch.code,
        rung=watch.rung,
        department=watch.department,
        department_name=department_name(watch.department),
        left=limit.left(calendar, local_date(now)),
        due=due.date if due else None,
    )


def show_department(row: Row[Any], on: dict[Light, int]) -> DepartmentSummary:
    """`on`: how many lights that are not green."""
    running = row.submitted - row.ended
    lights = {light: on.get(light, 0) for light in Light} | {Light.GREEN: running - sum(on.values())}
    return DepartmentSummary(
        department=row.department,
        department_name=department_name(row.department),
        accepted=row.accepted,
        open=running,
        closed=row.ended,
        late=row.ended_late + lights[Light.YELLOW] + lights[Light.RED],
        lights=lights,
    )
