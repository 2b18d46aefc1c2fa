"""Who stands in for the chief representative (AB 角): named beforehand, for a time, with the reason (S08).

Guarantees: the first and the last day count whole, in Shanghai. What the stand-in decides names the chief.
"""

import datetime as dt
from datetime import datetime
from typing import Self

from yimen.contracts.envelope import Instant, Name, Part, Text
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import local_date


class StandIn(Part):
    """One person in one department; named anew, the same record with a higher version."""

    version: int
    staff_id: str
    name: Name
    from_on: dt.date
    until_on: dt.date
    reason: Text
    named_by: Staff
    named_at: Instant
    ended_at: Instant | None = None

    def in_force(self, at: datetime) -> bool:
        return self.ended_at is None and self.from_on <= local_date(at) <= self.until_on

    def ended(self, at: datetime) -> Self:
        """Before its last day; what was decided until now stands."""
        if self.ended_at is not None:
            raise NotNow("stand-in-ended", "代理已经终止", "该B角的代理已经终止，无需重复办理；如需代理请重新指定。")
        return self.model_copy(update={"ended_at": at, "version": self.version + 1})


def name_stand_in(
    before: StandIn | None, staff: Staff, from_on: dt.date, until_on: dt.date, reason: str, by: Staff, at: datetime
) -> StandIn:
    if staff.id == by.id:
        raise Unfit("stand-in-self", "不能指定本人", "B角应为首席代表以外的人员，请另行指定。")
    if not local_date(at) <= until_on or from_on > until_on:
        detail = "代理的起始日不得晚于终止日，终止日不得早于今日，请核对日期。"
        raise Unfit("stand-in-period", "代理期限不对", detail)
    if not reason.strip():
        raise Unfit("reasons-missing", "缺少代理原因", "请写明由B角代理的原因。")
    return StandIn(
        version=1 if before is None else before.version + 1,
        staff_id=staff.id,
        name=staff.name,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        named_by=by,
        named_at=at,
    )
