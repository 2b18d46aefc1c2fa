"""How what is counted is shown: whole numbers, and shares as two whole numbers, each with the list behind it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitor.domain.contributions import ACCEPTANCE, HANDLING, REVIEW, SERVICE
from services.monitor.statistics import Span
from yimen.contracts.envelope import Instant
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Channel, Kind
from yimen.departments import department_name

STAGES = {ACCEPTANCE: "收件至受理", HANDLING: "受理至决定", SERVICE: "决定至送达"}


class Share(BaseModel):
    """`part` of `whole`; in ten-thousandths, rounded down, absent where there is nothing to share."""

    part: int
    whole: int
    per_ten_thousand: int | None

    @classmethod
    def of(cls, part: int, whole: int) -> Self:
        return cls(part=part, whole=whole, per_ten_thousand=part * 10_000 // whole if whole else None)


class Mean(BaseModel):
    """`total` over `count`, in hundredths, rounded down."""

    total: int
    count: int
    hundredths: int | None

    @classmethod
    def of(cls, total: int, count: int) -> Self:
        return cls(total=total, count=count, hundredths=total * 100 // count if count else None)


class Satisfaction(BaseModel):
    """What people said, and apart from it what was put down where nobody did (R95). `good`: three stars or more."""

    ratings: int
    good: Share
    stars: Mean
    defaults: int
    default_stars: int

    @classmethod
    def of(cls, sums: Mapping[Any, Any]) -> Self:
        ratings = sums["ratings"]
        return cls(
            ratings=ratings,
            good=Share.of(ratings - sums["bad_ratings"], ratings),
            stars=Mean.of(sums["stars"], ratings),
            defaults=sums["default_ratings"],
            default_stars=sums["default_stars"],
        )


class Figures(BaseModel):
    """`ended`: the clock stopped; `closed`: decided, and so counted in or over time (R37). Days are working days without
    pauses (R78), money 分. `compression`: by how much the promise is shorter than the law allows. `behind`: the query of the
    list of cases that a number counts."""

    submitted: int
    accepted: int
    deemed: int
    kinds: dict[Kind, int]
    channels: dict[Channel, int]
    ended: int
    refused: int
    returned: int
    withdrawn: int
    closed: int
    granted: int
    denied: int
    late: int
    over_law: int
    in_time: Share
    early: Share
    instant: Share
    compression: Share
    days_used: Mean
    days_allowed: Mean
    reviews: int
    reviews_late: int
    reviews_deemed: int
    fees_settled: int
    fees_refunded: int
    satisfaction: Satisfaction
    complaints: int
    complaints_upheld: int
    alerts: dict[Light, int]
    alerts_escalated: int
    alerts_lifted: int
    behind: dict[str, str]

    @classmethod
    def of(cls, sums: Mapping[Any, Any], span: Span, **where: str) -> Self:
        """`where`: the department or the item that is counted."""
        named = {name: sums[name] for name in cls.model_fields if name in sums and name != "instant"}
        closed, law, promised = sums["closed"], sums["statutory_days"], sums["promised_days"]
        return cls(
            **named,
            kinds={kind: sums[kind.value] for kind in Kind},
            channels={channel: sums[f"by_{channel.value}"] for channel in Channel},
            late=sums["closed_late"],
            over_law=sums["closed_over_law"],
            in_time=Share.of(closed - sums["closed_late"], closed),
            early=Share.of(sums["closed_early"], closed),
            instant=Share.of(sums["instant"], sums["accepted"]),
            compression=Share.of(law - promised, law),
            days_used=Mean.of(sums["used_days"], closed),
            days_allowed=Mean.of(sums["allowed_days"], closed),
            satisfaction=Satisfaction.of(sums),
            alerts={light: sums[f"alerts_{light.value}"] for light in Light if light is not Light.GREEN},
            behind=behind(span, where),
        )


def behind(span: Span, where: Mapping[str, str]) -> dict[str, str]:
    accepted = {"accepted_from": f"{span.first}", "accepted_to": f"{span.last}", **where}
    closed = {"closed_from": f"{span.first}", "closed_to": f"{span.last}", **where}
    lists = {
        "accepted": accepted,
        "instant": accepted | {"kind": Kind.INSTANT.value},
        "closed": closed,
        "late": closed | {"late": "true"},
        "in_time": closed | {"late": "false"},
    }
    return {name: f"/cases?{urlencode(query)}" for name, query in lists.items()}


class Counted(BaseModel):
    """`departments`: whose counts these are. Both days are in it."""

    at: Instant
    first: dt.date = Field(serialization_alias="from")
    last: dt.date = Field(serialization_alias="to")
    departments: list[str]


class Overview(Counted):
    """`before`: the same of the days before, as many. `open`: how many run now, whatever the days."""

    open: int
    figures: Figures
    before: Figures


class DepartmentFigures(BaseModel):
    department: str
    department_name: str
    figures: Figures


class ByDepartment(Counted):
    items: list[DepartmentFigures]


class ItemFigures(BaseModel):
    item_code: str
    item_name: str
    figures: Figures


class ByItem(Counted):
    items: list[ItemFigures]


class DayFigures(BaseModel):
    day: dt.date
    submitted: int
    accepted: int
    ended: int
    closed: int
    late: int
    fees_settled: int
    ratings: int
    complaints: int
    alerts: int

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        sums = row._mapping
        named = {name: sums[name] for name in cls.model_fields if name in sums}
        alerts = sum(sums[f"alerts_{light.value}"] for light in Light if light is not Light.GREEN)
        return cls(**named, late=sums["closed_late"], alerts=alerts)


class ByDay(Counted):
    items: list[DayFigures]


class StageFigures(BaseModel):
    """How long a stage took: in working days of its limit, and in minutes by the clock. `late`: over its limit, or silence
    that stood for consent (`deemed`, R44)."""

    stage: str
    stage_name: str
    department: str | None
    department_name: str | None
    count: int
    days: Mean
    longest: int
    minutes: Mean
    late: Share
    deemed: int

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        department = row._mapping.get("department")
        return cls(
            stage=row.stage,
            stage_name=STAGES.get(row.stage) or row.stage.removeprefix(REVIEW),
            department=department,
            department_name=department and department_name(department),
            count=row.count_,
            days=Mean.of(row.days, row.count_),
            longest=row.longest,
            minutes=Mean.of(row.minutes, row.count_),
            late=Share.of(row.late, row.count_),
            deemed=row.deemed,
        )


class ByStage(Counted):
    stages: list[StageFigures]
    apart: list[StageFigures]


class Bottlenecks(Counted):
    """The worst first: by the share that was late, then by how long it took on average."""

    stages: list[StageFigures]
    apart: list[StageFigures]


class PublicFigures(BaseModel):
    department: str
    department_name: str
    accepted: int
    closed: int
    in_time: Share
    instant: Share
    satisfaction: Satisfaction


class PublicMonth(BaseModel):
    """办件公示: what the hall tells everybody of a month."""

    month: str
    items: list[PublicFigures]
