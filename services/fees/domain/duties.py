"""Who may not do what, having done what (票款分离): the duties of money, and the pairs that one person never joins.

Guarantees: whoever opened, asked or proposed decides nothing of the same matter, and of those who decide none decides twice.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from itertools import combinations
from typing import Final


class Duty(StrEnum):
    OPEN = "open"  # 开单
    VERIFY = "verify"  # 核标
    FILE_DISPUTE = "file_dispute"  # 代缴款人登记异议
    ANSWER_DISPUTE = "answer_dispute"  # 答复异议
    ASK_RELIEF = "ask_relief"  # 代缴款人登记减免缓申请
    REVIEW_RELIEF = "review_relief"  # 部门审核减免缓
    APPROVE_RELIEF = "approve_relief"  # 财政审批减免缓
    GRANT_RELIEF = "grant_relief"  # 政府审批减免缓
    ASK_REFUND = "ask_refund"  # 登记退款
    VERIFY_REFUND = "verify_refund"  # 核实退款
    APPROVE_REFUND = "approve_refund"  # 审批退款
    PROPOSE = "propose"  # 提出待查款处理意见
    RESOLVE = "resolve"  # 审批待查款处理意见

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    Duty.OPEN: "开单",
    Duty.VERIFY: "核标",
    Duty.FILE_DISPUTE: "登记异议",
    Duty.ANSWER_DISPUTE: "答复异议",
    Duty.ASK_RELIEF: "登记减免缓申请",
    Duty.REVIEW_RELIEF: "部门审核减免缓",
    Duty.APPROVE_RELIEF: "财政审批减免缓",
    Duty.GRANT_RELIEF: "政府审批减免缓",
    Duty.ASK_REFUND: "登记退款",
    Duty.VERIFY_REFUND: "核实退款",
    Duty.APPROVE_REFUND: "审批退款",
    Duty.PROPOSE: "提出待查款处理意见",
    Duty.RESOLVE: "审批待查款处理意见",
}


def _pairs(*groups: tuple[Duty, ...]) -> frozenset[frozenset[Duty]]:
    return frozenset(frozenset(pair) for group in groups for pair in combinations(group, 2))


APART: Final = _pairs(
    (Duty.OPEN, Duty.VERIFY, Duty.ANSWER_DISPUTE),
    (Duty.FILE_DISPUTE, Duty.ANSWER_DISPUTE),
    (Duty.OPEN, Duty.VERIFY, Duty.APPROVE_RELIEF, Duty.GRANT_RELIEF),
    (Duty.ASK_RELIEF, Duty.REVIEW_RELIEF, Duty.APPROVE_RELIEF, Duty.GRANT_RELIEF),
    (Duty.OPEN, Duty.REVIEW_RELIEF),
    (Duty.OPEN, Duty.VERIFY, Duty.APPROVE_REFUND),
    (Duty.OPEN, Duty.VERIFY_REFUND),
    (Duty.ASK_REFUND, Duty.VERIFY_REFUND, Duty.APPROVE_REFUND),
    (Duty.PROPOSE, Duty.RESOLVE),
    (Duty.PROPOSE, Duty.APPROVE_REFUND),
)
"""Pairs on one notice, or on one exception and the refund that follows from it."""


def joined(person: str, duty: Duty, done: Mapping[Duty, Collection[str]]) -> Duty | None:
    """The duty that this person did already and that must stay apart from `duty`; None: they may go on."""
    return next((one for one in Duty if person in done.get(one, ()) and frozenset((one, duty)) in APART), None)
