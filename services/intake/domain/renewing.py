"""Renewal (延续, Art. 50): asked for in time and not decided before the licence expires, it is granted by law (R32).

Guarantees: nothing else is ever granted by silence (R46). What the law grants is dated by the licence's end, whenever
the timer runs; it needs no acceptance and waits for no fee, but not for an applicant who owes an answer.
"""

from datetime import datetime

from services.intake.domain.case import Case, Change, Rules
from services.intake.domain.deciding import renew_by_law
from services.intake.domain.licensing import Holding, LicenceState
from services.intake.domain.reviewing import cancel_open
from yimen.errors import NotNow, Refusal, Unfit


def renewing(case: Case, held: Holding | None, rules: Rules) -> Case:
    """The application as one for renewal of what is held. Later than thirty working days before the end it is one too,
    without the law's protection (`renewal_due` is None). Judged once, at the door, as the receipt says it: a plan of
    working days that is announced later takes nothing back."""
    if held is None or held.id_number != case.applicant.id_number:
        raise _not_held()
    if held.item_code != case.item.code:
        raise Unfit(
            "licence-of-another-item", "许可证不属于该事项", "只能就同一事项申请延续，请按许可证所载事项重新选择。"
        )
    if held.valid_until is None:
        raise Unfit("licence-without-end", "许可证长期有效", "该许可证没有截止日期，不需要延续，请直接使用。")
    if held.state is LicenceState.RENEWED:
        raise NotNow("licence-renewed", "许可证已经延续", f"该许可证已由{held.renewed_by}延续，请就新证申请延续。")
    if case.received_on > held.valid_until:
        raise NotNow(
            "licence-expired",
            "许可证已经到期",
            f"该许可证已于{held.valid_until}到期。延续应在有效期届满前申请，请重新申请许可。",
        )
    days = rules.calendar.working_days(case.received_on, held.valid_until)
    protected = held.valid_until if days >= rules.renewal_days else None
    return case.but(renews=held.licence_number, renews_until=held.valid_until, renewal_due=protected)


def _not_held() -> Refusal:
    """The same for a number that is not there and for another's: nobody learns who holds what."""
    return Unfit("licence-not-held", "没有找到申请人的该许可证", "该编号不是申请人名下的许可证，请对照证件核对编号。")


def under_way() -> Refusal:
    return NotNow("renewal-under-way", "该许可证的延续正在办理", "同一许可证只能有一件延续申请，请查询已经提交的办件。")


def deem_renewed(case: Case, due_at: datetime, now: datetime, rules: Rules) -> Change:
    """Not decided by the licence's end. Open reviews have nothing left to say."""
    renewed = renew_by_law(case, due_at, rules)
    return renewed.then(cancel_open(renewed.case, "期满未作决定，视为准予延续", now))
