"""Checks on the spot (现场核查): by two officials or more, on a numbered record signed there (R33, R34)."""

from collections.abc import Sequence
from datetime import datetime

from services.approval.domain.facts import Visit
from services.approval.domain.guards import refuse_chair, refuse_unready, require
from services.approval.domain.state import Move, ReviewState
from yimen.contracts import approval
from yimen.contracts.parts import Paper, Staff
from yimen.errors import Unfit
from yimen.worktime import start_of_day

LEAST_OFFICIALS = 2


def record(
    state: ReviewState,
    officials: Sequence[Staff],
    place: str,
    findings: str,
    checked_party: str,
    started_at: datetime,
    paper: Paper,
    by: Staff,
    at: datetime,
) -> Move:
    """Ended at `at`. There may be several; each has a record of its own."""
    refuse_unready(state)
    refuse_chair(state, *officials)
    if len({official.id for official in officials}) < LEAST_OFFICIALS:
        detail = "现场核查应由两名以上工作人员进行，否则笔录无效（行政许可法第三十四条），请补齐核查人员后重新登记。"
        raise Unfit("two-officials", "核查人员不足两名", detail)
    if not start_of_day(state.request.requested_on) <= started_at <= at:
        detail = "核查开始时间应在收到本审查之日以后、登记之前，请核对时间。"
        raise Unfit("visit-time", "核查时间不对", detail)
    require("findings-missing", "缺少核查情况", "核查笔录应写明核查情况，请补充。", findings)
    facts = Visit(
        document=paper,
        officials=tuple(officials),
        place=place,
        findings=findings,
        checked_party=checked_party,
        started_at=started_at,
        visited_at=at,
        recorded_by=by,
    )
    told = {name: value for name, value in dict(facts).items() if name != "recorded_by"}
    return state.changed(visits=(*state.visits, facts)), approval.ReviewSiteVisited(**state.names, **told)
