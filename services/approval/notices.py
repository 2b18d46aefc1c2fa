"""What an official should know before going on with a review: sentences for the person at the screen.

The dates are in the view's own fields; this says what follows from them.
"""

import datetime as dt
from collections.abc import Iterator

from services.approval.domain import terms
from services.approval.domain.state import SILENCE, ReviewState, Status
from services.approval.domain.terms import Term
from yimen.terms import PROCEDURES
from yimen.worktime import Calendar

STATUS_WORDS = {
    Status.REQUESTED: "待签收",
    Status.IN_REVIEW: "审查中",
    Status.PAUSED: "特别程序中（计时中止）",
    Status.FORWARDED: "已转报，待上级答复",
    Status.AWAITING_SUPERIOR: "同意但转报，待上级答复",
    Status.DECIDED: "已作出意见",
    Status.DEEMED_CONSENTED: "超时视为同意",
    Status.CANCELLED: "已取消",
}
ABSENT = "缺席视为同意"


def status_words(state: ReviewState) -> str:
    by_absence = state.status is Status.DEEMED_CONSENTED and state.deemed_ground != SILENCE
    return ABSENT if by_absence else STATUS_WORDS[state.status]


def notice(state: ReviewState, calendar: Calendar, today: dt.date) -> str | None:
    """None if there is nothing to say."""
    sentences = [*_outcome(state), *_procedures(state, calendar, today), *_terms(state, calendar, today)]
    return "".join(sentences) or None


def _outcome(state: ReviewState) -> Iterator[str]:
    if state.deemed_at is not None:
        ground = "超时" if state.deemed_ground == SILENCE else "缺席"
        yield f"本审查已{ground}视为同意；迟到的意见已存档，不改变办件结果。"
    declined = None if state.extension is None else state.extension.declined
    if declined is not None:
        yield f"延期没有生效，期限不变：{declined.reason}"


def _procedures(state: ReviewState, calendar: Calendar, today: dt.date) -> Iterator[str]:
    """R28: both are let pass, and the supervisor asks about them."""
    standing = state.standing_procedure
    if standing is None:
        return
    words = PROCEDURES[standing.kind]
    if terms.is_repeated(state, len(state.procedures) - 1):
        yield f"{words}已在本审查中重复启动，监察部门将予核查，请备好依据。"
    planned = terms.procedure(standing, calendar, today)
    if planned.late:
        yield f"{words}已超过告知的所需时间（计划{planned.by.date}结束），请尽快办结并恢复计时。"


def _terms(state: ReviewState, calendar: Calendar, today: dt.date) -> Iterator[str]:
    found = (
        ("现场检验", "应由两名以上工作人员", terms.inspection(state, today)),
        ("转报上级", "应", terms.sending_up(state, today)),
        ("听证", "应", terms.hearing(state, calendar, today)),
    )
    for what, who, term in found:
        if term is not None:
            yield _sentence(what, who, term)


def _sentence(what: str, who: str, term: Term) -> str:
    if term.late:
        return f"{what}已逾期（最后一日为{term.by.date}），请立即办理。"
    return f"{what}{who}于{term.by.date}前（含当日）完成。"
