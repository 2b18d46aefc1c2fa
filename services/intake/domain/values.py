"""What a case is made of: persons, materials, reviews and what departments said in them, as frozen values."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict

from yimen import contracts
from yimen.contracts.parts import Material, Opinion, Outcome, PauseKind, RequestedMaterial, ServiceProof, Staff
from yimen.ids import mask


class Value(BaseModel):
    model_config = ConfigDict(frozen=True)

    def but(self, **changes: Any) -> Self:
        """The same value with some fields changed."""
        return self.model_copy(update=changes)


class Language(StrEnum):
    """Of messages to the applicant; papers are Chinese."""

    CHINESE = "zh"
    ENGLISH = "en"


class Person(Value):
    """The applicant with the whole identification number. Events carry `masked` only."""

    name: str
    id_number: str
    phone: str
    email: str | None = None
    organisation: bool = False

    @property
    def masked(self) -> contracts.parts.Applicant:
        return contracts.parts.Applicant(name=self.name, masked_id=mask(self.id_number), organisation=self.organisation)


class Agent(Value):
    """Who acts for the applicant by a written mandate (委托代理, Art. 29); `mandate` is the document's sha256 or number,
    `mandate_file` the upload of that sha256."""

    name: str
    id_number: str
    phone: str
    email: str | None = None
    mandate: str
    mandate_file: str | None = None

    @property
    def masked(self) -> contracts.parts.Applicant:
        return contracts.parts.Applicant(name=self.name, masked_id=mask(self.id_number))


class Held(Value):
    """A material in the file, with counted copies (R01); with `file_id` its bytes are kept (`size` of them)."""

    code: str
    name: str
    copies: int
    sha256: str | None = None
    file_id: str | None = None
    media_type: str | None = None
    size: int | None = None
    handed_in_at: datetime
    supplement: bool = False

    @property
    def material(self) -> Material:
        return Material(code=self.code, name=self.name, copies=self.copies, sha256=self.sha256)


class Pausing(Value):
    kind: PauseKind
    basis: str
    planned_days: int
    started_at: datetime
    ended_at: datetime | None = None


class FeeList(Value):
    list_id: str
    replaces: str | None = None
    listed_at: datetime


class Answer(Value):
    opinion: Opinion
    reasons: str = ""
    legal_basis: str = ""
    decided_by: str
    decided_at: datetime


class SuperiorAnswer(Value):
    superior: str
    granted: bool
    opinion: str
    answered_at: datetime


class Review(Value):
    """What one department was asked, and what it has done about it."""

    review_id: str
    department: str
    stage: int
    round: int = 1
    lead: bool
    silence_consents: bool
    requested_at: datetime
    requested_on: date
    limit_days: int
    inspection_days: int | None = None
    extension_days: int = 0
    received_at: datetime | None = None
    forwarded_at: datetime | None = None
    superior: SuperiorAnswer | None = None
    answer: Answer | None = None
    deemed_at: datetime | None = None
    deemed_ground: str | None = None
    visited_at: datetime | None = None
    urged_at: datetime | None = None
    urged_for: tuple[str, ...] = ()
    cancelled_at: datetime | None = None
    pauses: tuple[Pausing, ...] = ()
    lists: tuple[FeeList, ...] = ()

    @property
    def unanswered(self) -> bool:
        return self.answer is None and self.deemed_at is None and self.cancelled_at is None

    def consents_by(self, end: datetime) -> bool:
        """Whether having said nothing until then is consent: the item lets it, and the receipt was signed before (R41)."""
        return self.silence_consents and self.received_at is not None and self.received_at < end

    def missed(self, meeting: "Meeting") -> bool:
        """Whether its department was called to the meeting because of this review, and stayed away."""
        about_it = meeting.stage == self.stage and meeting.convened_at >= self.requested_at
        return about_it and meeting.held_at is not None and self.department in meeting.absent

    @property
    def awaits_superior(self) -> bool:
        """Consented, but the superior authority has the last word and has not spoken."""
        return (
            self.answer is not None
            and self.answer.opinion is Opinion.CONSENT_BUT_FORWARD
            and self.superior is None
            and self.cancelled_at is None
        )

    @property
    def open(self) -> bool:
        return self.unanswered or self.awaits_superior

    @property
    def paused(self) -> bool:
        return any(pause.ended_at is None for pause in self.pauses)

    @property
    def settled_at(self) -> datetime | None:
        """When its last word was spoken, by the speakers' own instants."""
        if self.open:
            return None
        spoken = [self.deemed_at, self.answer.decided_at if self.answer else None]
        if self.superior is not None and self.answer is not None:
            spoken.append(self.superior.answered_at)
        return max((instant for instant in spoken if instant is not None), default=self.cancelled_at)


class Licence(Value):
    number: str
    name: str
    valid_from: date
    valid_until: date | None
    renews: str | None = None


class Posting(Value):
    """Handed to the post (交邮); that is no service yet, the receipt is."""

    carrier: str
    waybill: str
    posted_on: date
    posted_by: Staff
    recorded_at: datetime


def _proof(kept: Any) -> Any:
    return ServiceProof.model_validate(kept, strict=False) if isinstance(kept, dict) else kept


Proof = Annotated[ServiceProof, BeforeValidator(_proof)]
"""A contract's part, which reads nothing but Python's own types, read from where it is kept as JSON."""


class Deferral(Value):
    """容缺 (R16): what may follow, until when; lapsed, the clock stands until it is met."""

    materials: tuple[RequestedMaterial, ...]
    deferred_at: datetime
    until: date
    lapsed_at: datetime | None = None
    met_at: datetime | None = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(material.code for material in self.materials)


class ReExamination(Value):
    """复核 of a return by the centre (R17)."""

    notice_number: str
    reasons: str
    requested_at: datetime
    upheld: bool | None = None
    finding: str = ""
    examined_at: datetime | None = None


class Meeting(Value):
    """A joint meeting or joint site visit (S06): convened, then held, with who was there and who was not (R45)."""

    meeting_id: str
    stage: int
    occasion: str
    place: str
    departments: tuple[str, ...]
    convened_at: datetime
    meets_at: datetime
    held_at: datetime | None = None
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    officials: tuple[Staff, ...] = ()
    minutes: str = ""


class LeadDecision(Value):
    """The lead department's word on others' refusals in one stage (S06); `earlier`: on those in a stage before it."""

    stage: int
    outcome: Outcome
    against: tuple[str, ...]
    reasons: str
    legal_basis: str
    decided_by: str
    decided_at: datetime
    earlier: "LeadDecision | None" = None
