"""What a person may find and enter: which rows of the rulebook, at how many points (R82, W1-W4).

Guarantees: pure. A finder chooses points only where the row gives a range, and only within it. What the supervisor derives
itself, from limits, complaints and ratings, is entered by nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.monitor.domain.rulebook import Rulebook
from yimen.contracts.monitor import Charge, FindingRule
from yimen.errors import Unfit

ABSENT: Final = "absent_half_day"
ATTENDANCE: Final = frozenset({ABSENT, "late_or_early", "missing_sign", "away", "meeting_late", "meeting_missed"})
"""What the attendance book has; everything else is found on patrol."""

DERIVED: Final = frozenset(
    {"order_unanswered", "escalated_yellow", "escalated_red", "complaint_upheld", "bad_rating_overdue"}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line, and in which field of it."""

    field: str
    message: str


def patrol_rule(book: Rulebook, code: str) -> FindingRule:
    """Raises `Unfit` for a row that is not there, switched off, or not for patrols."""
    rule = book.finding(code)
    if rule is None:
        raise Unfit("unknown-finding", "没有此检查项目", "监察规则中没有该项目或者已经停用，请从现行规则中选择。")
    if code in ATTENDANCE:
        raise Unfit("finding-of-attendance", "该项目属于考勤", f"“{rule.title}”请在考勤中登记。")
    if code in DERIVED:
        detail = f"“{rule.title}”由系统依据记录认定，不能人工登记。请选择其他项目。"
        raise Unfit("finding-derived", "该项目由系统认定", detail)
    return rule


def chosen(rule: FindingRule, tenths: int | None) -> tuple[Charge, ...]:
    """The row's charges, at the points that the finder chose. Raises `Unfit` where these are missing, out of range, or not
    the finder's to choose."""
    ranged = [charge for charge in rule.charges if charge.least is not None]
    if not ranged:
        if tenths is not None:
            raise Unfit("points-fixed", "该项目的分值是固定的", "该项目按规则计分，请勿另填分值。")
        return rule.charges
    low, high = _range(ranged)
    if tenths is None or not low <= tenths <= high:
        detail = f"“{rule.title}”的分值应在{low / 10:g}分到{high / 10:g}分之间，请填写后重新提交。"
        raise Unfit("points-out-of-range", "分值不在规则范围内", detail, least=low, most=high)
    return tuple(
        charge if charge.least is None else charge.model_copy(update={"tenths": tenths}) for charge in rule.charges
    )


def _range(ranged: Iterable[Charge]) -> tuple[int, int]:
    """The points that all of them allow."""
    bounds = [sorted((charge.tenths, charge.least or 0)) for charge in ranged]
    return max(low for low, _ in bounds), min(high for _, high in bounds)


def to_be_rectified(charges: Iterable[Charge]) -> bool:
    """Praise asks for nothing."""
    return any(charge.tenths < 0 for charge in charges)


def attendance_rule(book: Rulebook, code: str, half_days: int) -> FindingRule | Fault:
    rule = book.finding(code) if code in ATTENDANCE else None
    if rule is None:
        return Fault("code", "没有此考勤项目或者已经停用，请从现行规则中选择。")
    if code == ABSENT and half_days == 0:
        return Fault("half_days", "缺岗须填写半天数，一天为2。")
    if code != ABSENT and half_days:
        return Fault("half_days", "只有缺岗填写半天数，请填0。")
    return rule


def by_half_days(rule: FindingRule, half_days: int) -> tuple[Charge, ...]:
    """Absence costs for each half day."""
    times = max(1, half_days)
    return tuple(charge.model_copy(update={"tenths": charge.tenths * times}) for charge in rule.charges)
