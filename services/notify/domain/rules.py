"""Which event is told to whom, as data. An event that no rule fits is told to nobody and leaves nothing behind.

Guarantees: every rule's template was checked against its event's model when this module was loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from services.notify.domain.templates import TEMPLATES
from services.notify.domain.wording import Template, TemplateError
from yimen.contracts import approval, fees, intake, monitor
from yimen.contracts.envelope import Event
from yimen.contracts.parts import Outcome

DEFAULT = "zh"
"""Whoever said no language is told in Chinese."""


class Whom(StrEnum):
    APPLICANT = "case"  # 申请人
    DEPARTMENT = "department"  # 部门窗口负责人


@dataclass(frozen=True, slots=True)
class Rule:
    """`where` must equal, `given` must be there and not nothing, `absent` must be nothing."""

    event: type[Event]
    template: str
    whom: Whom = Whom.APPLICANT
    where: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def fits(self, event: Event) -> bool:
        return (
            isinstance(event, self.event)
            and all(getattr(event, name) == value for name, value in self.where.items())
            and all(getattr(event, name) for name in self.given)
            and not any(getattr(event, name) for name in self.absent)
        )

    def recipient(self, event: Event) -> str:
        """`case/<number>` or `department/<code>`: under which a contact is kept."""
        return f"{self.whom}/{event.correlation_id if self.whom is Whom.APPLICANT else event.scope}"


@dataclass(frozen=True, slots=True)
class Words:
    """What a template's version says of one event."""

    version: int
    text: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to be: what, to whom, in which words. `words` has those of every language: who waits for a contact does
    not know yet which it will be."""

    template: str
    recipient: str
    words: Mapping[str, Words]
    language: str = DEFAULT
    channels: tuple[str, ...] = ("sms", "inbox")
    urgent: bool = False

    @property
    def text(self) -> str:
        return self.words[self.language].text

    @property
    def subject(self) -> str | None:
        """A mail's subject line."""
        return self.words[self.language].subject

    @property
    def version(self) -> int:
        return self.words[self.language].version

    def to(self, language: str) -> Letter:
        """The same in the recipient's language; in Chinese where we do not speak it."""
        return replace(self, language=language if language in self.words else DEFAULT)

    def every_language(self) -> dict[str, Any]:
        return {language: asdict(words) for language, words in self.words.items()}

    def id_for(self, event_id: UUID) -> str:
        """The same for the same event, template and recipient, however often it is asked for."""
        return str(uuid5(event_id, f"{self.template} {self.recipient}"))


RULES: tuple[Rule, ...] = (
    Rule(intake.CaseSubmitted, "submitted"),
    Rule(intake.CaseCorrectionRequested, "correction_requested"),
    Rule(intake.CaseAccepted, "accepted", where={"deemed": False}),
    Rule(intake.CaseAccepted, "accepted_by_silence", where={"deemed": True}),
    Rule(intake.CaseRefused, "refused", absent=("competent_organ",)),
    Rule(intake.CaseRefused, "refused_elsewhere", given=("competent_organ",)),
    Rule(intake.CaseReturned, "returned"),
    Rule(intake.CasePaused, "paused"),
    Rule(intake.CaseResumed, "resumed", given=("promised_due",)),  # nothing to tell while another pause stands (R27)
    Rule(fees.NoticeIssued, "fees_due", given=("amount",), absent=("replaces", "late_fee_of")),
    Rule(fees.NoticeIssued, "fees_due_instead", given=("amount", "replaces")),  # R55
    Rule(fees.NoticeIssued, "late_fee_due", given=("amount", "late_fee_of")),  # R54
    Rule(fees.NoticeOverdue, "fees_overdue"),
    Rule(fees.NoticeVoided, "fees_voided"),
    Rule(fees.NoticeDisputed, "dispute_received"),
    Rule(fees.NoticeDisputeAnswered, "dispute_upheld", where={"upheld": True}),
    Rule(fees.NoticeDisputeAnswered, "dispute_dismissed", where={"upheld": False}),
    Rule(fees.NoticeReceipted, "fees_receipted"),
    Rule(fees.NoticeRefundApproved, "refund_approved"),  # R59
    Rule(fees.NoticeRefundRefused, "refund_refused"),
    Rule(fees.NoticeRefunded, "refunded"),
    Rule(fees.ExceptionRefunded, "overpaid_refunded", given=("case_number",)),  # R53
    Rule(intake.CaseMaterialsDeferred, "materials_deferred"),  # R16
    Rule(intake.CaseDeferralLapsed, "deferral_lapsed"),
    Rule(intake.CaseDeferralMet, "deferral_met", given=("promised_due",)),
    Rule(intake.CaseExtended, "extended", given=("promised_due",)),  # R23
    Rule(intake.CaseReExamined, "return_upheld", where={"upheld": True}),  # R17
    Rule(intake.CaseReExamined, "return_overturned", where={"upheld": False}),
    Rule(intake.CaseQueued, "queued"),  # R15
    Rule(approval.ReviewHearingNoticed, "hearing_noticed"),  # R31
    Rule(intake.CaseDecided, "granted", where={"outcome": Outcome.GRANTED, "deemed": False}),
    Rule(intake.CaseDecided, "renewed_by_law", where={"deemed": True}),  # R32
    Rule(intake.CaseDecided, "denied", where={"outcome": Outcome.DENIED}),
    Rule(intake.CaseLicenceIssued, "licence_issued"),
    Rule(intake.CaseServed, "served"),
    Rule(approval.ReviewSuperiorAnswered, "superior_granted", where={"granted": True}),  # R48
    Rule(approval.ReviewSuperiorAnswered, "superior_denied", where={"granted": False}),
    Rule(intake.ReviewUrged, "review_urged", whom=Whom.DEPARTMENT),
    Rule(intake.ReviewMeetingConvened, "meeting_convened", whom=Whom.DEPARTMENT),  # R45
    Rule(intake.ReviewExtensionDeclined, "extension_declined", whom=Whom.DEPARTMENT),
    Rule(monitor.AlertRaised, "alert_raised", whom=Whom.DEPARTMENT),
    Rule(monitor.ComplaintAccepted, "complaint_accepted", whom=Whom.DEPARTMENT),  # R91
    Rule(monitor.RatingGiven, "bad_rating", whom=Whom.DEPARTMENT, given=("rectify_by",)),  # R96
    Rule(monitor.ConsultationAsked, "consultation_asked", whom=Whom.DEPARTMENT),
    Rule(monitor.AlertEscalated, "alert_escalated", whom=Whom.DEPARTMENT),  # R77
    Rule(monitor.OrderIssued, "order_issued", whom=Whom.DEPARTMENT, where={"stage": 1}),
    Rule(monitor.OrderIssued, "head_called_in", whom=Whom.DEPARTMENT, where={"stage": 2}),
    Rule(monitor.OrderReturned, "order_returned", whom=Whom.DEPARTMENT),
    Rule(monitor.OrderOverdue, "order_overdue", whom=Whom.DEPARTMENT),
)


def check(rules: Sequence[Rule], templates: Mapping[str, Template]) -> None:
    """Raises `TemplateError` for a rule whose template is missing or does not fit its event."""
    for rule in rules:
        if rule.template not in templates:
            raise TemplateError(f"there is no template {rule.template}")
        templates[rule.template].check(rule.event, rule.given)
        if unknown := {*rule.where, *rule.given, *rule.absent} - rule.event.model_fields.keys():
            raise TemplateError(f"{rule.template}: {rule.event.__name__} has no field {sorted(unknown)}")


def letters(event: Event, rules: Sequence[Rule] = RULES) -> list[Letter]:
    """What an event is told, in the order of the rules."""
    return [_letter(TEMPLATES[rule.template], rule, event) for rule in rules if rule.fits(event)]


def _letter(template: Template, rule: Rule, event: Event) -> Letter:
    return Letter(template.code, rule.recipient(event), {DEFAULT: Words(template.version, template.fill(event))})


check(RULES, TEMPLATES)
