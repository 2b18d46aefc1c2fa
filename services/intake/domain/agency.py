"""Entrusted to a township station or a village agent (代办): seven steps from the mandate to the revisit.

Guarantees: only with a written mandate, only what stands on the level's list (R100), free of charge (R104); the seven
steps in their order, the revisit last (R103); a village passes on within its days or is late, once (R101); the law's
clock starts when the hall receives it and knows nothing of the time before, which is counted apart (R102).
Does not: decide about the case that comes of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.intake.domain import clock
from services.intake.domain.case import UNDECIDED, Case, Rules, Status
from services.intake.domain.documents import AGENCY_RECEIPT, UNNUMBERED, unnumbered_paper
from services.intake.domain.item import Item
from services.intake.domain.values import Held, Language, Person, Value
from yimen import contracts
from yimen.contracts.intake import AgencyEntrusted, AgencyOverdue, AgencyStepRecorded
from yimen.contracts.parts import AgencyStep, Channel, Staff
from yimen.errors import NotNow, Refusal, Unfit
from yimen.terms import AGENCY_STEPS
from yimen.worktime import Calendar, Day, end_of_day, local_date

FORWARDING_LIMIT = "agency_forwarding_limit"

LEVELS = {Channel.VILLAGE: "村级代办点", Channel.TOWNSHIP: "乡镇便民服务站"}


class AgencyState(StrEnum):
    AT_VILLAGE = "at_village"  # 在村代办点, to be passed on
    AT_STATION = "at_station"  # 在乡镇便民服务站, to be handed in
    AT_HALL = "at_hall"  # 大厅办理中
    DELIVERED = "delivered"  # 已送达
    ARCHIVED = "archived"  # 已归档
    REPORTED = "reported"  # 已上报
    REVISITED = "revisited"  # 已回访, the end


STATES = {
    AgencyState.AT_VILLAGE: "在村级代办点，等待转交",
    AgencyState.AT_STATION: "在乡镇便民服务站，等待向大厅提交",
    AgencyState.AT_HALL: "大厅正在办理",
    AgencyState.DELIVERED: "办理结果已送达委托人",
    AgencyState.ARCHIVED: "已归档",
    AgencyState.REPORTED: "已上报",
    AgencyState.REVISITED: "已回访，代办结束",
}
_AFTER_THE_HALL = {
    AgencyStep.HANDLED: AgencyState.AT_HALL,
    AgencyStep.DELIVERED: AgencyState.DELIVERED,
    AgencyStep.ARCHIVED: AgencyState.ARCHIVED,
    AgencyStep.REPORTED: AgencyState.REPORTED,
    AgencyStep.REVISITED: AgencyState.REVISITED,
}


class StepTaken(Value):
    step: AgencyStep
    taken_by: Staff
    taken_at: datetime
    note: str = ""


class Agency(Value):
    """`station` is the code of whoever was entrusted, a township's or a village's; `mandate` the document's sha256 or
    number."""

    agency_id: str
    level: Channel
    station: str
    agent: Staff
    item_code: str
    item_name: str
    applicant: Person
    mandate: str
    language: Language = Language.CHINESE
    electronic_service: bool = False
    situations: tuple[str, ...] = ()
    materials: tuple[Held, ...]
    receipt_number: str = UNNUMBERED
    entrusted_at: datetime
    forwarded_at: datetime | None = None
    overdue_at: datetime | None = None
    handed_in_at: datetime | None = None
    case_number: str | None = None
    steps: tuple[StepTaken, ...] = ()
    version: int = 1

    @property
    def township(self) -> str:
        """The station to which a village belongs: "taiping" of "taiping-shanjiao"; a township's own code is its own."""
        return self.station.partition("-")[0]

    @property
    def state(self) -> AgencyState:
        if self.handed_in_at is not None:
            return _AFTER_THE_HALL[self.steps[-1].step]
        passed_on = self.level is Channel.TOWNSHIP or self.forwarded_at is not None
        return AgencyState.AT_STATION if passed_on else AgencyState.AT_VILLAGE

    @property
    def next_step(self) -> AgencyStep | None:
        return next(iter([*AgencyStep][len(self.steps) :]), None)

    def case(self, item: Item, case_number: str, now: datetime) -> Case:
        """The application as the hall would receive it now. What the item's list no longer names is left out."""
        listed = {material.code for material in item.materials}
        return Case(
            case_number=case_number,
            item=item,
            channel=self.level,
            applicant=self.applicant,
            agency=self.agency_id,
            language=self.language,
            electronic_service=self.electronic_service,
            situations=self.situations,
            submitted_at=now,
            received_on=local_date(now),
            materials=tuple(piece.but(handed_in_at=now) for piece in self.materials if piece.code in listed),
            complete_at=now,
        )


@dataclass(frozen=True)
class Move:
    """What a step came to: the agency as it is now, and the events that say so, in order."""

    agency: Agency
    events: tuple[contracts.Event, ...] = ()


def in_person(channel: Channel) -> None:
    """Raises `Refusal` for an application that says it came by a station: those come by an agency only."""
    if channel in LEVELS:
        raise Unfit(
            "channel-needs-agency",
            "不能直接以代办渠道申请",
            "乡镇、村级渠道须先由便民服务站或代办员登记委托，再由乡镇站提交。请改选网上或窗口渠道，或者就近委托代办。",
        )


def entrust(agency: Agency, item: Item, fee: int, rules: Rules) -> Move:
    """委托 and the agent's own check (受理): what is missing is told at once, whole (R04, R100)."""
    _may_be_entrusted(agency, item, fee)
    if missing := agency.case(item, agency.agency_id, agency.entrusted_at).missing:
        raise Unfit(
            "materials-missing",
            "必需的申请材料不齐",
            f"代办初审发现还缺少：{'、'.join(missing)}。请一次性告知委托人，补齐后再登记。",
        )
    forward_by = forwarding_due(agency, rules)
    entrusted = AgencyEntrusted(
        agency_id=agency.agency_id,
        level=agency.level,
        station=agency.station,
        agent=agency.agent,
        item_code=agency.item_code,
        item_name=agency.item_name,
        applicant=agency.applicant.masked,
        document=unnumbered_paper(AGENCY_RECEIPT, local_date(agency.entrusted_at)),
        entrusted_at=agency.entrusted_at,
        forward_by=clock.maybe_due(forward_by),
    )
    first = StepTaken(step=AgencyStep.ENTRUSTED, taken_by=agency.agent, taken_at=agency.entrusted_at)
    checked = _taken(agency.but(steps=(first,)), AgencyStep.ACCEPTED, agency.agent, agency.entrusted_at)
    return Move(checked.agency, (entrusted, *checked.events))


def _may_be_entrusted(agency: Agency, item: Item, fee: int) -> None:
    if agency.level not in item.channels:
        where = LEVELS[agency.level]
        raise Unfit(
            "item-not-on-list",
            f"该事项不在{where}的代办目录内",
            f"“{item.name}”不在{where}的代办目录内，{where}只能代办目录所列事项。请委托人到大厅窗口或网上申请。",
        )
    if not agency.mandate.strip():
        raise Unfit("mandate-missing", "缺少书面委托", "代办必须有委托人的书面委托书。请登记委托书的编号或文件摘要。")
    if fee:
        raise Unfit("agency-free", "代办不得收费", "代办服务一律免费，费用应为0。审批项目的法定收费由委托人另行缴纳。")


def forwarding_due(agency: Agency, rules: Rules) -> Day | None:
    """The last day for a village to pass it on (R101); None where there is nothing to pass on."""
    if agency.level is not Channel.VILLAGE:
        return None
    return rules.calendar.add(local_date(agency.entrusted_at), rules.agency_days)


def timers(agency: Agency, rules: Rules) -> clock.TimerPlan:
    due = forwarding_due(agency, rules)
    if due is None or agency.state is not AgencyState.AT_VILLAGE or agency.overdue_at is not None:
        return {}
    return {(FORWARDING_LIMIT, agency.agency_id): end_of_day(due.date)}


def pass_limit(agency: Agency, rules: Rules, now: datetime) -> Move:
    """Late since the end of the last day: said once. It is still to be passed on."""
    ends = timers(agency, rules).get((FORWARDING_LIMIT, agency.agency_id))
    due = forwarding_due(agency, rules)
    if due is None or ends is None or now < ends:
        return Move(agency)
    named = _names(agency) | {"station": agency.station, "agent": agency.agent}
    return Move(agency.but(overdue_at=ends), (AgencyOverdue(**named, due=clock.due(due), overdue_at=ends),))


def forward(agency: Agency, rules: Rules, now: datetime) -> Move:
    """The village passes it on to its township, in time or late."""
    if agency.state is not AgencyState.AT_VILLAGE:
        raise _wrong_state(agency, "该代办件不在村级代办点")
    late = pass_limit(agency, rules, now)
    return Move(late.agency.but(forwarded_at=now), late.events)


def hand_in(agency: Agency, case_number: str, by: Staff, now: datetime) -> Move:
    """办理: handed in at the hall, which gives it its number; from here on the law's clock runs (R102)."""
    if agency.state is AgencyState.AT_VILLAGE:
        raise NotNow(
            "agency-not-forwarded", "村级代办点尚未转交", "该代办件还在村级代办点，须先由代办员转交乡镇便民服务站。"
        )
    if agency.state is not AgencyState.AT_STATION:
        raise _wrong_state(agency, "该代办件已经向大厅提交")
    return _taken(agency.but(handed_in_at=now, case_number=case_number), AgencyStep.HANDLED, by, now)


def record_step(agency: Agency, case: Case | None, step: AgencyStep, by: Staff, note: str, now: datetime) -> Move:
    """The steps after the hall's, in their order (R103). `case`: what came of it, if it was handed in."""
    following = agency.next_step
    if step is not following:
        said = (
            "七个步骤已经全部完成，不得重复记录。" if following is None else f"现在应记录“{AGENCY_STEPS[following]}”。"
        )
        raise NotNow(
            "agency-step-out-of-order",
            "代办步骤顺序不对",
            f"代办须按委托、受理、办理、送达、归档、上报、回访的顺序记录。{said}",
            next_step=following,
        )
    if step is AgencyStep.DELIVERED and (case is None or not ended(case)):
        raise NotNow(
            "case-not-ended", "大厅尚未办结", "大厅办结之后才能送达委托人。请在办件办结、领取结果后再记录送达。"
        )
    return _taken(agency, step, by, now, note)


def ended(case: Case) -> bool:
    """There is something to take back to the applicant, and nothing more to come from the hall."""
    return case.status not in UNDECIDED | {Status.DECIDED}


def days_at_village(agency: Agency, calendar: Calendar, now: datetime) -> int | None:
    """Working days, the day of the mandate not counted; None for what never was in a village."""
    if agency.level is not Channel.VILLAGE:
        return None
    return calendar.working_days(local_date(agency.entrusted_at), local_date(agency.forwarded_at or now))


def days_at_station(agency: Agency, calendar: Calendar, now: datetime) -> int | None:
    """Working days from its arrival at the township's station until it was handed in; None before that."""
    arrived = agency.entrusted_at if agency.level is Channel.TOWNSHIP else agency.forwarded_at
    if arrived is None:
        return None
    return calendar.working_days(local_date(arrived), local_date(agency.handed_in_at or now))


def _taken(agency: Agency, step: AgencyStep, by: Staff, now: datetime, note: str = "") -> Move:
    taken = StepTaken(step=step, taken_by=by, taken_at=now, note=note)
    event = AgencyStepRecorded(**_names(agency), step=step, recorded_by=by, recorded_at=now)
    return Move(agency.but(steps=(*agency.steps, taken)), (event,))


def _names(agency: Agency) -> dict[str, Any]:
    return {"agency_id": agency.agency_id, "case_number": agency.case_number}


def _wrong_state(agency: Agency, title: str) -> Refusal:
    detail = f"代办件当前状态为“{STATES[agency.state]}”，不能进行此操作。请刷新后查看最新状态。"
    return NotNow("agency-in-wrong-state", title, detail)
