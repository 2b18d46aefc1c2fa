"""The rulebook (监察规则): alert rules, score schemes and the numbers that a centre may set, versioned."""

from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Part, Text
from yimen.contracts.monitor.words import Light, PartyKind, Tenths
from yimen.contracts.parts import Staff


class Charge(Part):
    """A row of points: what one occurrence costs a party of a kind in a part of its scheme. `least`: where the person who
    finds it chooses, the smallest; the largest is `tenths`."""

    kind: PartyKind
    part: Code
    tenths: Tenths
    least: Tenths | None = None


class AlertRule(Part):
    """When an alert is raised, at which level, what it costs, and in how many working days it is answered (R77)."""

    code: Code
    rule: Code
    scope: Code
    level: Light
    text: Text
    answer_days: Annotated[int, Field(ge=1, le=60)] = 3
    enabled: bool = True
    charges: tuple[Charge, ...] = ()


class FindingRule(Part):
    """What a person may find and enter: on patrol, in the attendance book, in a complaint (S12, S13)."""

    code: Code
    rule: Code
    title: Name
    charges: tuple[Charge, ...] = ()
    enabled: bool = True


class SchemePart(Part):
    code: Code
    name: Name
    ceiling: Tenths


class Scheme(Part):
    """How the month of a party is scored: parts with their points, none below 0 where `floors`; the bonus on top at most
    `bonus_cap` (R75)."""

    kind: PartyKind
    parts: tuple[SchemePart, ...]
    bonus_cap: Tenths
    floors: bool = True


class RulebookRevised(Event, type="monitor.rulebook.revised.v1"):
    """A version of the whole book. The first is what the supervisor starts with; alerts and scores of a time are judged by
    the version in force at that time."""

    id_field: ClassVar[str] = "book"
    case_field: ClassVar[str | None] = None

    book: Code
    version: Annotated[int, Field(ge=1)]
    alerts: tuple[AlertRule, ...]
    findings: tuple[FindingRule, ...]
    schemes: tuple[Scheme, ...]
    numbers: dict[str, int]
    reason: Text
    revised_by: Staff | None = None
    effective_at: Instant
