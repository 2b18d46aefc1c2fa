"""Complaints (投诉) and consultations (咨询), R90-R94, S14.

What was complained of in words, who complained and how to reach them stay in monitor; so does whom it was about, until it
is upheld. Events carry what clocks and scores need.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name
from yimen.contracts.monitor.words import Deduction, Office
from yimen.contracts.parts import Due, Staff


class ComplaintEvent(Event):
    """`audience`: who may hear it. The office that looks into it; the department, once the centre has accepted a complaint
    of its service. Each of them has a `record` of its own, so that none hears what was said before it was told, and none
    misses a word of what is told it. The case, which tells who complained, and points stand in the office's record alone:
    whoever counts complaints counts those. No complaint stands among the events of its case: whoever works on the case would
    hear of it there."""

    id_field: ClassVar[str] = "record"
    scope_field: ClassVar[str | None] = "audience"
    case_field: ClassVar[str | None] = None

    record: Code
    audience: Code
    complaint_number: Code
    case_number: Code | None = None


class ComplaintFiled(ComplaintEvent, type="monitor.complaint.filed.v1"):
    """`channel`: box, phone, web, visit. Whether it is taken up is decided by `accept_by` (R90). `department`: the one
    complained of, where it was named."""

    department: Code | None = None
    channel: Code
    topic: Code
    topic_name: Name
    office: Office
    named: bool
    filed_at: Instant
    accept_by: Due


class ComplaintAccepted(ComplaintEvent, type="monitor.complaint.accepted.v1"):
    """`answer_by`: simple, written, or complex (R91)."""

    department: Code
    topic: Code
    topic_name: Name
    complexity: Code
    answer_by: Due
    accepted_by: Staff
    accepted_at: Instant


class ComplaintRefused(ComplaintEvent, type="monitor.complaint.refused.v1"):
    """Whoever gave a name hears the reasons in writing (R90)."""

    ground: Code
    in_writing: bool
    refused_by: Staff
    refused_at: Instant


class ComplaintTransferred(ComplaintEvent, type="monitor.complaint.transferred.v1"):
    """To the office that it belongs to (R93). Said to that office alone: whoever heard of the complaint before hears no
    more of it."""

    former: Office
    office: Office
    topic: Code
    topic_name: Name
    accept_by: Due
    transferred_by: Staff
    transferred_at: Instant


class ComplaintExtended(ComplaintEvent, type="monitor.complaint.extended.v1"):
    """Once, told before the limit passed (R92)."""

    days: Annotated[int, Field(ge=1, le=60)]
    answer_by: Due
    extended_by: Staff
    extended_at: Instant


class ComplaintAnswered(ComplaintEvent, type="monitor.complaint.answered.v1"):
    """`upheld`: the window's fault, with its deductions (R94)."""

    department: Code
    upheld: bool
    in_writing: bool
    answered_by: Staff
    answered_at: Instant
    deductions: tuple[Deduction, ...] = ()


class ComplaintRevisited(ComplaintEvent, type="monitor.complaint.revisited.v1"):
    reached: bool
    satisfied: bool | None
    revisited_by: Staff
    revisited_at: Instant


class ComplaintWithdrawn(ComplaintEvent, type="monitor.complaint.withdrawn.v1"):
    withdrawn_at: Instant


class ComplaintOverdue(ComplaintEvent, type="monitor.complaint.overdue.v1"):
    """`step`: acceptance, answer or revisit."""

    step: Code
    due: Due
    office: Office
    overdue_at: Instant


class ConsultationEvent(Event):
    id_field: ClassVar[str] = "consultation_number"
    scope_field: ClassVar[str | None] = "department"

    consultation_number: Code
    department: Code
    case_number: Code | None = None


class ConsultationAsked(ConsultationEvent, type="monitor.consultation.asked.v1"):
    item_code: Code | None = None
    asked_at: Instant
    answer_by: Due


class ConsultationAnswered(ConsultationEvent, type="monitor.consultation.answered.v1"):
    """`shown`: question and answer stand where everyone may read them."""

    shown: bool
    answered_by: Staff
    answered_at: Instant


class ConsultationOverdue(ConsultationEvent, type="monitor.consultation.overdue.v1"):
    due: Due
    overdue_at: Instant
