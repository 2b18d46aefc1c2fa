"""The department's fee list (收费清单): codes and what their amounts are reckoned from, never an amount (R50).

Guarantees: only fees that the request offered and that are in force on the day, each line with just what its standard is
reckoned from; one list at a time that the fee window has not rejected; every list but the first replaces the rejected one
before it, so that fees knows which one counts. A first list comes before the decision or deemed consent, or intake would
not know of it when it joins the answers; a replacement may come after.
"""

from collections.abc import Sequence
from datetime import date, datetime

from services.approval.domain.facts import FeeList, Standing
from services.approval.domain.guards import refuse_unreceived
from services.approval.domain.state import Move, ReviewState
from yimen.contracts import approval
from yimen.contracts.parts import FeeLine, Staff
from yimen.errors import NotNow, Unfit
from yimen.standards import misfits, out_of_force
from yimen.worktime import local_date


def list_fees(state: ReviewState, lines: Sequence[FeeLine], replaces: str | None, by: Staff, at: datetime) -> Move:
    """`replaces` may be left out: only the last list can be the one that is replaced."""
    refuse_unreceived(state)
    _check_codes(state, lines)
    _check_standards(state, lines, local_date(at))
    replaced = _replaced(state, replaces)
    if replaced is None and (state.decision is not None or state.deemed_at is not None):
        raise NotNow("fee-list-too-late", "已过开列收费的时候", "收费清单应在作出意见之前开列；此后只能更正。")
    added = FeeList(
        list_id=f"{state.request.review_id}-{len(state.fee_lists) + 1}",
        lines=tuple(lines),
        replaces=replaced,
        standing=Standing.LISTED,
        reason="",
        listed_by=by,
        listed_at=at,
    )
    event = approval.ReviewFeeListed(
        **state.names, list_id=added.list_id, lines=added.lines, replaces=replaced, listed_by=by, listed_at=at
    )
    return state.changed(fee_lists=(*state.fee_lists, added)), event


def _check_codes(state: ReviewState, lines: Sequence[FeeLine]) -> None:
    offered = [fee.code for fee in state.request.fees]
    listed = [line.code for line in lines]
    if unknown := [code for code in listed if code not in offered]:
        may = f"可用的收费编码：{'、'.join(offered)}。" if offered else "该事项没有公布的收费项目，不得收费。"
        detail = f"{'、'.join(unknown)}不在该事项公布的收费标准内。{may}"
        raise Unfit("fee-not-offered", "收费项目不在标准内", detail, allowed=offered, unknown=unknown)
    if len({(line.code, line.grade, line.half_rate) for line in lines}) < len(lines):
        said = "同一收费编码（档次、是否减半也相同的）只能列一行，请合并。"
        raise Unfit("fee-line-doubled", "收费项目重复", said)


def _check_standards(state: ReviewState, lines: Sequence[FeeLine], today: date) -> None:
    """The same that the fee window will ask; said here, where it can be put right at once."""
    standards = {fee.code: fee for fee in state.request.fees}
    if gone := [said for line in lines if (said := out_of_force(standards[line.code], today))]:
        raise Unfit("fee-not-in-force", "收费标准不在执行期内", "".join(gone))
    errors = [
        {"in": "body", "pointer": f"/lines/{place}/{field}", "message": message}
        for place, line in enumerate(lines)
        for field, message in misfits(standards[line.code], line)
    ]
    if errors:
        said = f"共{len(errors)}处与收费标准不符，请按下列提示逐项改正后重新开单。"
        raise Unfit("fee-line-unfit", "填写的内容与收费标准不符", said, errors=errors)


def _replaced(state: ReviewState, replaces: str | None) -> str | None:
    last = state.fee_lists[-1] if state.fee_lists else None
    if last is not None and last.standing is not Standing.REJECTED:
        detail = f"清单{last.list_id}尚未被退回，不得另开清单，请等待收费窗口核定。"
        raise NotNow("fee-list-open", "已有收费清单", detail, list_id=last.list_id)
    expected = None if last is None else last.list_id
    if replaces is not None and replaces != expected:
        detail = (
            "没有可以更正的清单，请不要填写所更正的清单。"
            if expected is None
            else f"只能更正最近被退回的清单{expected}。"
        )
        raise Unfit("fee-list-not-rejected", "所更正的清单不对", detail, replaceable=expected)
    return expected
