"""Hearings (听证, R31): asked for in time, announced in time, held in time, chaired by somebody who did not examine.

Guarantees: while one is asked for and not held the clock stands (Art. 45), and nothing is decided; it costs nobody
anything (Art. 47): there is no fee to enter. Does not: hold anybody to the last day; one that is late is shown, and is
the supervisor's to ask about.
"""

import datetime as dt
from datetime import datetime

from services.approval.domain.facts import Hearing, HearingNotice, HearingRecord, SpecialProcedure
from services.approval.domain.guards import refuse_cancelled, refuse_deemed, refuse_unready, require
from services.approval.domain.state import Move, ReviewState
from yimen.contracts import approval
from yimen.contracts.parts import Due, Paper, PauseKind, Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import Calendar, Day, end_of_day, local_date, start_of_day

ASK_DAYS = 5
"""Working days to ask for one after being told of the right to it (Art. 47)."""
HOLD_DAYS = 20
"""Working days to hold it after it was asked for (Art. 47)."""
NOTICE_DAYS = 7
"""Working days between the notice of time and place and the hearing (Art. 48)."""


def hold_by(hearing: Hearing, calendar: Calendar) -> Day:
    return calendar.add(hearing.requested_on, HOLD_DAYS)


def request(
    state: ReviewState,
    requested_by: str,
    told_on: dt.date,
    requested_on: dt.date,
    by: Staff,
    at: datetime,
    calendar: Calendar,
) -> Move:
    """Once, within five working days of being told. The clock stands from now on, unless it already does."""
    refuse_unready(state)
    refuse_deemed(state)
    if state.hearing is not None:
        raise NotNow("hearing-already-requested", "听证已经提出", "同一审查只能举行一次听证，请按已登记的听证办理。")
    _check_days(told_on, requested_on, local_date(at), calendar)
    asked = Hearing(
        requested_by=requested_by, told_on=told_on, requested_on=requested_on, recorded_by=by, recorded_at=at
    )
    last = hold_by(asked, calendar)
    event = approval.ReviewHearingRequested(
        **state.names,
        **asked.model_dump(include={"requested_by", "told_on", "requested_on", "recorded_at"}),
        hold_by=Due(on=last.date, provisional=last.provisional),
        recorded_by=by,
    )
    return take_over(state.changed(hearing=asked), event, by=by, at=at, calendar=calendar)


def _check_days(told_on: dt.date, requested_on: dt.date, today: dt.date, calendar: Calendar) -> None:
    if not told_on <= requested_on <= today:
        detail = "告知之日不得晚于提出之日，提出之日不得晚于今日，请核对日期。"
        raise Unfit("hearing-dates", "听证日期前后不符", detail)
    last = calendar.add(told_on, ASK_DAYS).date
    if requested_on > last:
        detail = (
            f"听证应在被告知听证权利之日起五个工作日内提出（行政许可法第四十七条），本件最后一日为{last}。"
            "请告知当事人，并继续审查。"
        )
        raise NotNow("hearing-too-late", "已过提出听证的期限", detail)


def give_notice(
    state: ReviewState,
    holds_at: datetime,
    place: str,
    chair: Staff,
    paper: Paper,
    by: Staff,
    at: datetime,
    calendar: Calendar,
) -> Move:
    """Seven working days before, within the twenty; the chair examined nothing (Art. 48). A new notice replaces the one
    before, and the seven days count anew."""
    asked = _awaited(state)
    _check_time(holds_at, hold_by(asked, calendar).date, local_date(at), calendar)
    if chair.id in state.examiners:
        detail = f"{chair.name}参与了本审查。主持人应为审查人员以外的人员（行政许可法第四十八条），请另行指定。"
        raise Unfit("chair-examined", "主持人参与了审查", detail)
    noticed = HearingNotice(document=paper, holds_at=holds_at, place=place, chair=chair, noticed_by=by, noticed_at=at)
    event = approval.ReviewHearingNoticed(**state.names, **dict(noticed))
    return state.changed(hearing=asked.model_copy(update={"notice": noticed})), event


def _check_time(holds_at: datetime, last: dt.date, today: dt.date, calendar: Calendar) -> None:
    """Where seven days no longer fit before the last day, it has to be held all the same: late, within twenty more."""
    first = calendar.add(today, NOTICE_DAYS).date
    if first > last:
        last = calendar.add(today, HOLD_DAYS).date
    if holds_at < start_of_day(first):
        detail = f"听证的时间、地点应在举行的七个工作日前通知（行政许可法第四十八条），最早只能定于{first}，请改期。"
        raise Unfit("hearing-notice-too-short", "距听证不足七个工作日", detail)
    if holds_at >= end_of_day(last):
        detail = f"听证应在提出之日起二十个工作日内举行（行政许可法第四十七条），现最迟只能定于{last}，请改期。"
        raise Unfit("hearing-beyond-limit", "超过举行听证的期限", detail)


def hold(state: ReviewState, record: str, by: Staff, at: datetime) -> Move:
    """The signed record, once, after the hour that was announced. The clock goes on."""
    asked = _awaited(state)
    noticed = asked.notice
    if noticed is None:
        detail = "听证应在七个工作日前通知时间和地点（行政许可法第四十八条），请先发出听证通知。"
        raise NotNow("hearing-notice-missing", "尚未发出听证通知", detail)
    if at < noticed.holds_at:
        raise NotNow("hearing-not-yet", "听证尚未举行", "听证笔录应在通知的举行时间之后登记，请届时再办理。")
    detail = "听证应当制作笔录，交参加人确认后签字或者盖章（行政许可法第四十八条），请录入笔录。"
    require("record-missing", "缺少听证笔录", detail, record)
    held = HearingRecord(record=record, recorded_by=by, recorded_at=at)
    after = state.changed(hearing=asked.model_copy(update={"record": held}))
    event = approval.ReviewHearingHeld(**state.names, chair=noticed.chair, record=record, held_at=noticed.holds_at)
    standing = state.standing_procedure
    if standing is None or standing.kind is not PauseKind.HEARING:
        return after, event
    ended, resumed = end_procedure(after, by, at)
    return ended, event, resumed


def _awaited(state: ReviewState) -> Hearing:
    refuse_cancelled(state)
    if state.hearing is None:
        raise NotNow("hearing-not-requested", "没有听证申请", "请先登记听证申请，再办理听证。")
    if state.hearing.record is not None:
        raise NotNow("hearing-already-held", "听证已经举行", "听证笔录只能登记一次，不得更改，请据此作出意见。")
    return state.hearing


def refuse_unheard(state: ReviewState) -> None:
    """Nothing is decided, and the clock does not go on, between the request and the record."""
    if state.awaits_hearing:
        detail = "当事人已要求听证，应先举行听证并登记笔录（行政许可法第四十七、四十八条），再恢复计时、作出意见。"
        raise NotNow("hearing-missing", "听证尚未举行", detail)


# -- the clock ----------------------------------------------------------------------------------------------------------


def take_over(state: ReviewState, *said: approval.ReviewEvent, by: Staff, at: datetime, calendar: Calendar) -> Move:
    """If a hearing is waited for and nothing else stops the clock, the special procedure of Art. 45 begins with it."""
    if state.hearing is None or not state.awaits_hearing or state.standing_procedure is not None:
        return state, *said
    last = hold_by(state.hearing, calendar).date
    facts = SpecialProcedure(
        kind=PauseKind.HEARING,
        basis=f"{state.hearing.requested_by}要求听证（行政许可法第四十七条）",
        planned_days=max(1, calendar.working_days(local_date(at), last)),
        paused_by=by,
        paused_at=at,
    )
    events: tuple[approval.ReviewEvent, ...] = (*said, paused(state, facts))
    return state.model_copy(update={"procedures": (*state.procedures, facts)}), *events


def paused(state: ReviewState, procedure: SpecialProcedure) -> approval.ReviewPaused:
    told = {"kind", "basis", "planned_days", "paused_at"}
    return approval.ReviewPaused(**state.names, **procedure.model_dump(include=told), paused_by=procedure.paused_by)


def end_procedure(state: ReviewState, by: Staff, at: datetime) -> tuple[ReviewState, approval.ReviewResumed]:
    """The standing procedure, the last of them, ended. The version is the caller's to count on."""
    ended = state.procedures[-1].model_copy(update={"resumed_by": by, "resumed_at": at})
    event = approval.ReviewResumed(**state.names, resumed_by=by, resumed_at=at)
    return state.model_copy(update={"procedures": (*state.procedures[:-1], ended)}), event
