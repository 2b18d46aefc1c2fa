"""How values of the contracts read in Chinese, where every service that shows them says the same."""

from enum import StrEnum
from typing import Final

from yimen.contracts.parts import AgencyStep, PauseKind

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
