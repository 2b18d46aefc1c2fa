"""More time (延期): asked for once and early, granted by whom the law names, before the limit ends (R23, R24, R38).

Guarantees: never more days than were asked for, nor than the law allows. Does not: move the case's limit; intake does,
or declines, and then the days are taken back here too.
"""

import datetime as dt
from datetime import datetime

from services.approval.domain.facts import ExtensionRefusal, ExtensionRequest, ExtensionStory
from services.approval.domain.guards import refuse_deemed, refuse_unready, require
from services.approval.domain.state import Move, ReviewState
from yimen.contracts import approval
from yimen.contracts.parts import Extension, Kind, Office, Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import Calendar, local_date

ORDINARY_DAYS = 10
"""Working days (Art. 42(1))."""
JOINT_DAYS = 15
"""Working days (Art. 42(2))."""


def office_for(state: ReviewState) -> Office:
    """Who may grant it: the head of the organ; for a joint case only the head of the government."""
    return Office.GOVERNMENT_HEAD if state.request.kind is Kind.JOINT else Office.ORGAN_HEAD


def most_days(state: ReviewState) -> int:
    return JOINT_DAYS if state.request.kind is Kind.JOINT else ORDINARY_DAYS


def ask(
    state: ReviewState, days: int, reasons: str, notice_days: int, by: Staff, at: datetime, calendar: Calendar
) -> Move:
    """`notice_days`: working days that must be left of the limit, so that there is time to answer (R38)."""
    refuse_unready(state)
    refuse_deemed(state)
    if state.extension is not None and state.extension.request is not None:
        detail = "同一审查只能申请延期一次（行政许可法第四十二条），请在期限内办结。"
        raise NotNow("extension-already-requested", "已经申请过延期", detail)
    if days > most_days(state):
        detail = f"本审查延期不得超过{most_days(state)}个工作日（行政许可法第四十二条），请减少天数。"
        raise Unfit("extension-too-long", "申请的天数过多", detail, most=most_days(state))
    require("reasons-missing", "缺少延期理由", "请写明延期的理由，批准后须告知申请人。", reasons)
    left = state.limit.left(calendar, local_date(at))
    if left < notice_days:
        detail = f"延期应在期限届满{notice_days}个工作日前申请，现在还剩{left}个工作日，请在期限内办结。"
        raise NotNow("extension-requested-too-late", "已过申请延期的时候", detail, days_left=left)
    asked = ExtensionRequest(days=days, reasons=reasons, office=office_for(state), requested_by=by, requested_at=at)
    event = approval.ReviewExtensionRequested(
        **state.names, days=days, reasons=reasons, requested_by=by, requested_at=at
    )
    return state.changed(extension=_story(state).model_copy(update={"request": asked})), event


def grant(state: ReviewState, days: int, reasons: str, approver: Staff, at: datetime, calendar: Calendar) -> Move:
    """By the office that was asked, which the caller has shown to hold."""
    asked = _waiting(state)
    if days > asked.days:
        detail = f"批准的天数不得超过申请的{asked.days}个工作日，请减少天数。"
        raise Unfit("extension-beyond-request", "批准的天数多于申请", detail, most=asked.days)
    require("reasons-missing", "缺少批准理由", "请写明理由，延期的理由须告知申请人（行政许可法第四十二条）。", reasons)
    _refuse_expired(state, local_date(at), calendar)
    granted = Extension(days=days, reasons=reasons, approver=approver, approved_at=at, office=asked.office)
    event = approval.ReviewExtended(**state.names, extension=granted)
    return state.changed(extension=_story(state).model_copy(update={"granted": granted})), event


def refuse(state: ReviewState, reasons: str, by: Staff, at: datetime) -> Move:
    _waiting(state)
    require("reasons-missing", "缺少不批准的理由", "不批准延期的，请写明理由。", reasons)
    refusal = ExtensionRefusal(reasons=reasons, refused_by=by, refused_at=at)
    event = approval.ReviewExtensionRefused(**state.names, reasons=reasons, refused_by=by, refused_at=at)
    return state.changed(extension=_story(state).model_copy(update={"refusal": refusal})), event


def _waiting(state: ReviewState) -> ExtensionRequest:
    refuse_unready(state)
    refuse_deemed(state)
    story = _story(state)
    if story.request is None:
        raise NotNow("extension-not-requested", "没有延期申请", "应先由经办人申请延期，再批准或者不批准。")
    if not story.waits:
        raise NotNow("extension-already-answered", "延期申请已有答复", "延期申请只能答复一次，不得更改。")
    return story.request


def _refuse_expired(state: ReviewState, today: dt.date, calendar: Calendar) -> None:
    due = state.due(calendar)
    if due is not None and today > due.date:
        detail = f"延期应在期限届满前批准并告知申请人，本审查的期限已于{due.date}届满，请立即答复。"
        raise NotNow("extension-granted-too-late", "期限已满，不得延期", detail)


def _story(state: ReviewState) -> ExtensionStory:
    return state.extension or ExtensionStory()
