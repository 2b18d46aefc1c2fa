"""Which event is told to whom, as data; and the letter that comes of it.

Guarantees: a rule names only fields that its event has, and asks of them only what they can be: checked when it is read.
What the law makes us tell (`mandatory`) is told whatever else is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from services.notify.domain.values import DEFAULT
from services.notify.domain.wording import TemplateError
from yimen.contracts.envelope import Event

Channel = Literal["sms", "mail", "inbox"]
CHANNELS: Final[tuple[Channel, ...]] = ("sms", "mail", "inbox")


class Whom(StrEnum):
    """Whom a rule tells; its contact is kept under `case/<number>`, or under `department/<code>` for whoever is on duty."""

    APPLICANT = "applicant"  # 申请人
    DEPARTMENT = "department"  # 部门值班人员: of the event's scope, be it a department or an office of the centre
    STATION = "station"  # 乡镇便民服务站值班人员
    CENTRE = "centre"  # 中心值班人员

    def recipient(self, event: Event) -> str:
        match self:
            case Whom.APPLICANT:
                return f"case/{event.correlation_id}"
            case Whom.DEPARTMENT:
                return f"department/{event.scope}"
            case Whom.STATION:
                return f"department/{getattr(event, 'station', '')}"
            case Whom.CENTRE:
                return "department/centre"


@dataclass(frozen=True, slots=True)
class Rule:
    """`where` must equal, `given` must be there and not nothing, `absent` must be nothing, `equal` must be the same.

    `mandatory`: the article that makes us tell it. `version`: of the centre's own choice; 0 is the one that it came with."""

    id: str
    event: type[Event]
    template: str
    whom: Whom = Whom.APPLICANT
    where: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = CHANNELS
    urgent: bool = False
    mandatory: str | None = None
    enabled: bool = True
    version: int = 0

    def fits(self, event: Event) -> bool:
        return (
            all(getattr(event, name) == value for name, value in self.where.items())
            and all(getattr(event, name) for name in self.given)
            and not any(getattr(event, name) for name in self.absent)
            and len({getattr(event, name) for name in self.equal}) <= 1
        )

    def chosen(self, *, enabled: bool, channels: tuple[Channel, ...], urgent: bool, version: int) -> Rule:
        """As the centre wants it; what the law makes us tell stays on."""
        enabled = enabled or self.mandatory is not None
        return replace(self, enabled=enabled, channels=channels, urgent=urgent, version=version)

    def check(self) -> None:
        """Raises `TemplateError` for a field that its event does not have, or a law that could be switched off."""
        if unknown := {*self.where, *self.given, *self.absent, *self.equal} - self.event.model_fields.keys():
            raise TemplateError(f"{self.id}: {self.event.__name__} has no field {sorted(unknown)}")
        if self.mandatory is not None and not (self.enabled and self.channels):
            raise TemplateError(f"{self.id}: {self.mandatory} makes us tell it")
        if self.whom is Whom.APPLICANT and self.event.case_field is None:
            raise TemplateError(f"{self.id}: {self.event.__name__} belongs to no case, its applicant is not known")


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
    channels: tuple[str, ...] = CHANNELS
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

    def to(self, language: str | None) -> Letter:
        """The same in the recipient's language; in Chinese where we do not speak it."""
        return replace(self, language=language if language is not None and language in self.words else DEFAULT)

    def every_language(self) -> dict[str, Any]:
        return {language: asdict(words) for language, words in self.words.items()}

    def id_for(self, event_id: UUID) -> str:
        """The same for the same event, template and recipient, however often it is asked for."""
        return str(uuid5(event_id, f"{self.template} {self.recipient}"))
