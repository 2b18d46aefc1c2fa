"""The words that events of fees choose from."""

from enum import StrEnum


class WaitsFor(StrEnum):
    """Who has not done their part of a list in time (R51)."""

    FEE_WINDOW = "fee_window"
    DEPARTMENT = "department"


class ReliefKind(StrEnum):
    """减免缓: to pay less, or later."""

    REDUCTION = "reduction"  # 减征、免征
    DEFERRAL = "deferral"  # 缓缴


class RefundCause(StrEnum):
    """Why money is given back; each has its own limits (R59, R62)."""

    REQUEST = "request"  # 缴款人申请
    OWN_FINDING = "own_finding"  # 单位自查
    ORDER = "order"  # 责令退还 (R62)
    SUSPENSE = "suspense"  # 待查款退回 (R53)


class ViolationKind(StrEnum):
    UNLISTED_ITEM = "unlisted_item"  # 收费项目不在公布目录 (R13)
    OVER_STANDARD = "over_standard"  # 超标准收费
    ILLEGAL_FEE = "illegal_fee"  # 违法收费 (R62)


class Difference(StrEnum):
    """How the bank's file and our books may differ (R57)."""

    BANK_ONLY = "bank_only"  # 只银行有: the message was lost
    OURS_ONLY = "ours_only"  # 只系统有
    AMOUNT = "amount"  # 金额不符
    STATUS = "status"  # 状态不符
    DATE_SHIFTED = "date_shifted"  # 跨日: after the cut-off
    DOUBLED = "doubled"  # 文件内重复
    BALANCE = "balance"  # 余额不符
    FILE = "file"  # 文件不符: refused whole
