"""What intake says of the catalogue: items reported, entered, revised, withdrawn, kept out."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Part, Text
from yimen.contracts.parts import Fee, Kind, Material, Staff


class Situation(Part):
    """One of an item's situations (情形): it chooses which materials are asked for and which departments take part."""

    code: Code
    name: Name


class Condition(Part):
    """A department that takes part in a stage only in one of these situations."""

    department: Code
    situations: tuple[Code, ...] = Field(min_length=1)


class Stage(Part):
    """One step of an item's flow: its departments review side by side."""

    name: Name
    departments: tuple[Code, ...] = Field(min_length=1)
    limit_days: int = Field(ge=1, le=60, description="working days for each department's answer")
    silence_consents: bool = False
    conditions: tuple[Condition, ...] = ()


class ItemEvent(Event):
    id_field: ClassVar[str] = "item_code"
    case_field: ClassVar[str | None] = None

    item_code: Code
    version: int = Field(ge=1)


class ItemDescribed(ItemEvent):
    name: Name
    department: Code
    kind: Kind
    statutory_days: int = Field(ge=0)
    promised_days: int = Field(ge=0)
    materials: tuple[Material, ...]
    fees: tuple[Fee, ...]
    stages: tuple[Stage, ...]
    effective_from: date
    situations: tuple[Situation, ...] = ()
    basis: Text | None = Field(default=None, description="the law that the item rests on (设定依据)")
    quota: int | None = Field(
        default=None, ge=0, description="grants a calendar year, first accepted first granted (R15)"
    )


class ItemPublished(ItemDescribed, type="intake.item.published.v1"):
    """The item stands in the catalogue with its six disclosures; its fee rows are the published standard."""


class ItemRevised(ItemDescribed, type="intake.item.revised.v1"):
    """A new version. Cases in progress keep the version that they began with."""


class ItemWithdrawn(ItemEvent, type="intake.item.withdrawn.v1"):
    reason: Text
    effective_on: date | None = Field(default=None, description="applications are refused from this day on")


class ItemReported(ItemEvent, type="intake.item.reported.v1"):
    """A department reports an item, or a new version of one, for the centre's decision on its entry (进驻)."""

    name: Name
    department: Code
    reported_by: Staff
    reported_at: Instant


class ItemEntryRefused(ItemEvent, type="intake.item.entry_refused.v1"):
    """The centre sends a report back, with reasons; the version was never in force."""

    name: Name
    department: Code
    reason: Text
    refused_by: Staff
    refused_at: Instant


class ItemKeptOut(ItemEvent, type="intake.item.kept_out.v1"):
    """Stays outside the hall for an approved reason, and stays supervised (S01, S22)."""

    name: Name
    department: Code
    reason: Text
    approved_by: Staff
    approved_at: Instant
