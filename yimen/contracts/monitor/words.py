"""Values that the supervisor's events share."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from yimen.contracts.envelope import Name, Part


class Light(StrEnum):
    GREEN = "green"
    BLUE = "blue"  # 预警
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌


class PartyKind(StrEnum):
    """Whom a score is about (S13); each kind has a scheme of its own."""

    DEPARTMENT = "department"  # 部门
    WINDOW = "window"  # 窗口
    PERSON = "person"  # 个人


class Office(StrEnum):
    """Who looks into a complaint (R93)."""

    CENTRE = "centre"  # 政务服务中心: service, delay
    DISCIPLINE = "discipline"  # 纠风、纪检: illegal fee, bribery
    SUPERVISION = "supervision"  # 监察: unlawful licensing


class AppealTarget(StrEnum):
    ALERT = "alert"  # 监察提示
    ENTRY = "entry"  # 考核扣分
    RATING = "rating"  # 评价


Tenths = Annotated[int, Field(ge=-100_000, le=100_000, description="tenths of a point; a deduction is negative")]


class Deduction(Part):
    """What an event costs (negative) or earns a party, in one part of its scheme (E4, W1). An event that touches two
    parts names both. `code`: the row of the rulebook that says so."""

    kind: PartyKind
    party: Name
    part: Name
    tenths: Tenths
    code: Name
