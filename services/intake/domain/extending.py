"""Whether an extension of a limit is lawful (延长时限, Art. 42).

Guarantees: a fault names the rule and says in Chinese why the extension moves nothing; without one it is the case's
first, approved before its limit ends, within the law's days, by whom the law names (R23, R24).
"""

from services.intake.domain import clock
from services.intake.domain.case import Case, Rules, Status
from services.intake.domain.values import Review
from yimen.contracts.parts import Extension, Kind, Office
from yimen.worktime import local_date

ORDINARY, JOINT = "R23", "R24"
MOST_DAYS = {ORDINARY: 10, JOINT: 15}
APPROVERS = {ORDINARY: Office.ORGAN_HEAD, JOINT: Office.GOVERNMENT_HEAD}
OFFICES = {Office.ORGAN_HEAD: "行政机关负责人", Office.GOVERNMENT_HEAD: "本级人民政府负责人"}


def rule_of(case: Case) -> str:
    return JOINT if case.kind is Kind.JOINT else ORDINARY


def fault(case: Case, review: Review, extension: Extension, rules: Rules) -> str | None:
    """Why it moves nothing; None if it is lawful. Judged by the instant of its approval, whenever it arrives."""
    rule = rule_of(case)
    statutory = clock.statutory_due(case, rules)
    on = local_date(extension.approved_at)
    if case.status is not Status.ACCEPTED or not review.open:
        return "该审查已经结束，不得再延长时限。"
    if extension.office is not APPROVERS[rule]:
        return f"延长时限须经{OFFICES[APPROVERS[rule]]}批准，本次延长没有载明该批准人，时限不变。"
    if case.extension_days:
        return f"该办件已经延长{case.extension_days}个工作日，只能延长一次，时限不变。"
    if extension.days > MOST_DAYS[rule]:
        return f"延长不得超过{MOST_DAYS[rule]}个工作日，本次为{extension.days}个，时限不变。"
    if statutory is not None and on > statutory.date:
        return f"法定时限已于{statutory.date}届满，须在届满之前批准并告知，时限不变。"
    return None
