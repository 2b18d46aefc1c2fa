"""What has been done with a review, fact by fact: frozen values, as they are kept and shown."""

import datetime as dt
from enum import StrEnum

from yimen.contracts.envelope import Code, Instant, Name, Part, Text
from yimen.contracts.parts import Extension, FeeLine, Material, Office, Opinion, Paper, PauseKind, Staff


class Standing(StrEnum):
    """What the fee window has made of a list."""

    LISTED = "listed"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SETTLED = "settled"
    REFUNDED = "refunded"
    """All or a part of it was given back."""


class Receipt(Part):
    signed_by: Staff
    received_at: Instant


class Assignment(Part):
    assignee: Staff
    assigned_by: Staff
    assigned_at: Instant


class SpecialProcedure(Part):
    """A pause for a procedure of Art. 45, with the planned time that was told in writing (R26)."""

    kind: PauseKind
    basis: Text
    planned_days: int
    paused_by: Staff
    paused_at: Instant
    resumed_by: Staff | None = None
    resumed_at: Instant | None = None


class Visit(Part):
    """A check on the spot by two officials or more, with its numbered record (核查笔录, R34)."""

    document: Paper
    officials: tuple[Staff, ...]
    place: Name
    findings: Text
    checked_party: Name
    started_at: Instant
    visited_at: Instant
    recorded_by: Staff


class HearingNotice(Part):
    document: Paper
    holds_at: Instant
    place: Name
    chair: Staff
    noticed_by: Staff
    noticed_at: Instant


class HearingRecord(Part):
    """The signed record (听证笔录), on which the decision rests (Art. 48)."""

    record: Text
    recorded_by: Staff
    recorded_at: Instant


class Hearing(Part):
    """Asked for by somebody concerned (Art. 47). The day by which it must be held is derived."""

    requested_by: Name
    told_on: dt.date
    requested_on: dt.date
    recorded_by: Staff
    recorded_at: Instant
    notice: HearingNotice | None = None
    record: HearingRecord | None = None


class ExtensionRequest(Part):
    days: int
    reasons: Text
    office: Office
    """Who the law lets answer it (R23, R24)."""
    requested_by: Staff
    requested_at: Instant


class ExtensionRefusal(Part):
    reasons: Text
    refused_by: Staff
    refused_at: Instant


class ExtensionDecline(Part):
    """Intake did not let it move the limit."""

    rule: Code
    reason: Text
    declined_at: Instant


class ExtensionStory(Part):
    """From the request to its answer, and what intake made of the answer."""

    request: ExtensionRequest | None = None
    granted: Extension | None = None
    refusal: ExtensionRefusal | None = None
    declined: ExtensionDecline | None = None

    @property
    def waits(self) -> bool:
        return self.request is not None and self.granted is None and self.refusal is None

    @property
    def days(self) -> int:
        """Working days that it adds to the limit."""
        return 0 if self.granted is None or self.declined is not None else self.granted.days


class Forwarding(Part):
    superior: Name
    opinion: Text
    forwarded_by: Staff
    forwarded_at: Instant


class SuperiorAnswer(Part):
    superior: Name
    granted: bool
    opinion: Text
    answered_at: Instant


class Decision(Part):
    opinion: Opinion
    reasons: Text
    legal_basis: Text
    decided_by: Staff
    decided_at: Instant
    document: Paper | None = None
    """意见函; what was decided before opinions were numbered has none."""
    in_place_of: Staff | None = None
    """The chief representative for whom B stood in (AB 角)."""


class Addition(Part):
    materials: tuple[Material, ...]
    added_at: Instant


class Urging(Part):
    reason: Text
    urged_at: Instant
    rule: Code | None = None
    urged_by: Staff | None = None


class Meeting(Part):
    """A joint meeting or site visit to which intake called the department; who stays away consents by absence (R45)."""

    meeting_id: Code | None
    occasion: Code
    place: Name
    meets_at: Instant
    convened_at: Instant
    convened_by: Staff | None = None


class FeeList(Part):
    list_id: Code
    lines: tuple[FeeLine, ...]
    replaces: Code | None
    standing: Standing
    reason: Text
    """Why the fee window rejected it."""
    listed_by: Staff
    listed_at: Instant
