"""How values of the contracts read in Chinese, where every service that shows them says the same."""

from enum import StrEnum
from typing import Final

from yimen.contracts.fees import Difference, RefundCause, ReliefKind, ViolationKind, WaitsFor
from yimen.contracts.monitor import AppealTarget, Light, Office, PartyKind
from yimen.contracts.parts import AgencyStep, PauseKind, ServiceWay

PROCEDURES: Final[dict[StrEnum, str]] = {
    PauseKind.HEARING: "听证",
    PauseKind.TENDER: "招标",
    PauseKind.AUCTION: "拍卖",
    PauseKind.INSPECTION: "检验",
    PauseKind.TESTING: "检测",
    PauseKind.QUARANTINE: "检疫",
    PauseKind.APPRAISAL: "鉴定",
    PauseKind.EXPERT_REVIEW: "专家评审",
}

AGENCY_STEPS: Final[dict[StrEnum, str]] = {
    AgencyStep.ENTRUSTED: "委托",
    AgencyStep.ACCEPTED: "受理",
    AgencyStep.HANDLED: "办理",
    AgencyStep.DELIVERED: "送达",
    AgencyStep.ARCHIVED: "归档",
    AgencyStep.REPORTED: "上报",
    AgencyStep.REVISITED: "回访",
}

MONEY: Final[dict[StrEnum, str]] = {
    WaitsFor.FEE_WINDOW: "收费窗口",
    WaitsFor.DEPARTMENT: "开单部门",
    ReliefKind.REDUCTION: "减免",
    ReliefKind.DEFERRAL: "缓缴",
    RefundCause.REQUEST: "缴款人申请",
    RefundCause.OWN_FINDING: "单位自查",
    RefundCause.ORDER: "责令退还",
    RefundCause.SUSPENSE: "待查款退回",
    ViolationKind.UNLISTED_ITEM: "收费项目未公布",
    ViolationKind.OVER_STANDARD: "超标准收费",
    ViolationKind.ILLEGAL_FEE: "违法收费",
    Difference.BANK_ONLY: "只银行有",
    Difference.OURS_ONLY: "只系统有",
    Difference.AMOUNT: "金额不符",
    Difference.STATUS: "状态不符",
    Difference.DATE_SHIFTED: "跨日入账",
    Difference.DOUBLED: "文件内重复",
    Difference.BALANCE: "余额不符",
    Difference.FILE: "文件不符",
}

SERVICE_WAYS: Final[dict[ServiceWay, str]] = {
    ServiceWay.PICK_UP: "大厅自取",
    ServiceWay.DIRECT: "直接送达",
    ServiceWay.POST: "邮寄送达",
    ServiceWay.ELECTRONIC: "电子送达",
    ServiceWay.LEFT: "留置送达",
    ServiceWay.PUBLIC: "公告送达",
}

SUPERVISION: Final[dict[StrEnum, str]] = {
    Light.GREEN: "绿灯",
    Light.BLUE: "预警",
    Light.YELLOW: "黄牌",
    Light.RED: "红牌",
    PartyKind.DEPARTMENT: "部门",
    PartyKind.WINDOW: "窗口",
    PartyKind.PERSON: "个人",
    Office.CENTRE: "政务服务中心",
    Office.DISCIPLINE: "纠风办",
    Office.SUPERVISION: "监察室",
    AppealTarget.ALERT: "监察提示",
    AppealTarget.ENTRY: "考核扣分",
    AppealTarget.RATING: "评价",
}

REDRESS: Final = "如不服本决定，可自收到之日起六十日内申请行政复议，或者六个月内向人民法院提起行政诉讼。"
"""The ways of redress (Art. 38): Reconsideration Law Art. 20, Litigation Law Art. 46."""
