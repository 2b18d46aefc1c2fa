"""Every paper that the hall gives: the event that it puts into writing, its title, and how its data come about.

Guarantees: pure; what a paper says follows from its event and from what was heard before, and from nothing else.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from services.notify.domain.papers import (
    deciding,
    entrusting,
    handing_in,
    joint,
    letting_follow,
    money,
    procedures,
    serving,
    supervising,
    turning_away,
)
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import HALL
from yimen.contracts import Event, approval, fees, intake, monitor
from yimen.contracts.parts import Outcome, Paper
from yimen.departments import department_name
from yimen.worktime import local_date


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper to come. `department`: the one that the event is about; it gives the paper, or is addressed."""

    kind: str
    number: str
    dated: date
    title: str
    department: str | None
    case_number: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """`kind` names the layout too."""

    kind: str
    title: str
    fill: Callable[[Any, Known], Any]


FORMS: Final[dict[type[Event], Form]] = {
    intake.CaseSubmitted: Form("receipt", "收件凭证", handing_in.receipt),
    intake.CaseCorrectionRequested: Form("one_time_notice", "一次性告知书", handing_in.one_time_notice),
    intake.CaseAccepted: Form("acceptance", "受理通知书", handing_in.acceptance),
    intake.CaseRefused: Form("refusal", "不予受理决定书", turning_away.refusal),
    intake.CaseReturned: Form("return", "退办件通知书", turning_away.sent_back),
    intake.CaseReExamined: Form("re_examination", "复核决定书", turning_away.re_examination),
    intake.CaseMaterialsDeferred: Form("deferral", "容缺受理通知书", letting_follow.deferral),
    intake.CaseDeferralLapsed: Form("deferral_lapsed", "容缺材料逾期告知书", letting_follow.deferral_lapsed),
    intake.CasePaused: Form("special_procedure", "特别程序所需时间告知书", procedures.special_procedure),
    intake.CaseExtended: Form("extension", "延长时限告知书", procedures.extension),
    intake.CaseMeetingHeld: Form("minutes", "联合会审纪要", joint.minutes),
    intake.CaseReviewed: Form("joint_opinion", "联合审查意见书", joint.joint_opinion),
    intake.CaseLicenceIssued: Form("licence", "行政许可证", deciding.licence),
    intake.CaseServed: Form("service", "送达回证", serving.service),
    intake.ReviewRequested: Form("joint_notice", "联办件通知书", joint.joint_notice),
    intake.AgencyEntrusted: Form("agency_receipt", "代办受理单", entrusting.agency_receipt),
    intake.ProjectRegistered: Form("project", "重大项目快速审批登记表", entrusting.project),
    approval.ReviewDecided: Form("opinion", "意见函", joint.opinion),
    approval.ReviewSiteVisited: Form("site_visit", "核查笔录", procedures.site_visit),
    approval.ReviewHearingNoticed: Form("hearing_notice", "听证告知书", procedures.hearing_notice),
    fees.NoticeIssued: Form("fee_notice", "缴款通知书", money.fee_notice),
    monitor.OrderIssued: Form("supervision_order", "督办单", supervising.order),
}

GRANT: Final = Form("grant", "准予行政许可决定书", deciding.decision)
DENIAL: Final = Form("denial", "不予行政许可决定书", deciding.decision)
RENEWED_BY_LAW: Final = "准予延续行政许可决定书"
SITE_MINUTES: Final = "联合踏勘纪要"

KINDS: Final = tuple(sorted({form.kind for form in (*FORMS.values(), GRANT, DENIAL)}))


def form_of(event: Event) -> Form | None:
    if isinstance(event, intake.CaseDecided):
        return GRANT if event.outcome is Outcome.GRANTED else DENIAL
    return FORMS.get(type(event))


def drafts(event: Event) -> list[Draft]:
    """The papers that an event gives rise to: one, or none."""
    form, paper = form_of(event), _numbered(event)
    if form is None or paper is None:
        return []
    title = _title(form, event)
    department = getattr(event, "department", None)
    return [Draft(form.kind, paper.number, paper.dated, title, department, event.correlation_id)]


def _numbered(event: Event) -> Paper | None:
    """Number and date; None where the event came without a paper, or asks for no money."""
    if isinstance(event, intake.CaseLicenceIssued):
        return Paper(kind="licence", number=event.licence_number, dated=local_date(event.issued_at))
    if isinstance(event, fees.NoticeIssued):
        paper = Paper(kind="fee_notice", number=event.notice_number, dated=local_date(event.issued_at))
        return paper if event.amount else None
    return getattr(event, "document", None)


def _title(form: Form, event: Event) -> str:
    if isinstance(event, intake.CaseDecided) and event.deemed:
        return RENEWED_BY_LAW
    if isinstance(event, intake.CaseMeetingHeld) and event.occasion == "site_visit":
        return SITE_MINUTES
    return event.licence_name if isinstance(event, intake.CaseLicenceIssued) else form.title


def content(event: Event, known: Known) -> dict[str, Any]:
    """What the paper says, as plain JSON values. Raises `Transient` while something that it repeats was not heard."""
    form = form_of(event)
    assert form is not None, f"{event.type} is put into no paper"
    said = asdict(form.fill(event, known))
    return said | {"organ": organ_name(said["organ"])}


def organ_name(code: str) -> str:
    return "" if code == HALL else department_name(code)
