"""An item of the catalogue (事项) as a value: what a case of it needs, what the public is told of it (六项公开).

Guarantees: frozen, complete in its fields. Does not: say that the item may be published; `item_rules` says that.
A stored item is read back with `Item.model_validate_json`: flows and fees are contract parts, strict about Python types.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from yimen.contracts.envelope import Code, Name, Text
from yimen.contracts.intake import Situation, Stage
from yimen.contracts.parts import Channel, Fee, Kind


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ItemMaterial(_Value):
    """A material on the item's list; nothing else may be asked for (R10). The national code is the item's and this."""

    code: Code
    name: Name
    required: bool = True
    originals: int = Field(ge=0, le=99)
    copies: int = Field(ge=0, le=99, default=0)
    form_note: Text = ""
    situations: tuple[Code, ...] = Field(default=(), description="asked for only in one of these; none named: always")
    deferrable: bool = Field(default=False, description="minor: may follow after acceptance (容缺, R16)")

    @property
    def pieces(self) -> int:
        return self.originals + self.copies


class LicenceSpec(_Value):
    """What a grant issues; without `valid_years` it stays valid."""

    name: Name
    valid_years: int | None = Field(ge=1, le=100, default=None)


class Disclosures(_Value):
    """The six things that the public is told (六项公开, R12). Empty ones are found by `item_rules`, all at once."""

    content: Text = ""  # 审批内容
    basis: Text = ""  # 依据
    conditions: Text = ""  # 条件
    procedure: Text = ""  # 程序
    limit: Text = ""  # 时限
    fee: Text = ""  # 收费标准


class Item(_Value):
    """`department` leads: it accepts, and its answer is the decision. Days are working days; promised 0 is 当场."""

    code: str
    name: Name
    department: Code
    organ: Text = ""
    kind: Kind
    statutory_days: int = Field(ge=0, le=365)
    promised_days: int = Field(ge=0, le=365)
    statutory_text: Text = ""
    promised_text: Text = ""
    statutory_basis: Text = Field(default="", description="the law that allows a longer limit than Art. 42's (R22)")
    materials: tuple[ItemMaterial, ...] = ()
    fees: tuple[Fee, ...] = ()
    free: bool
    stages: tuple[Stage, ...] = ()
    licence: LicenceSpec | None = None
    superior: Name | None = None
    disclosures: Disclosures = Disclosures()
    quantity: Text
    legal_basis: Text
    effective_from: date
    version: int = Field(ge=1)
    situations: tuple[Situation, ...] = Field(default=(), description="of which an application names at least one")
    channels: tuple[Channel, ...] = Field(
        default=(Channel.WEB, Channel.WINDOW), description="where it may be handed in (R100)"
    )
    quota: int | None = Field(default=None, ge=0, le=1_000_000, description="grants a calendar year (R15)")
    safety: bool = Field(default=False, description="bears on public or personal safety (R14)")
    inspection: bool = Field(default=False, description="rests on an inspection by two officials (R33)")
    lead_may_override: bool = Field(default=False, description="the lead decides on another's refusal (S06, joint)")

    def but(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)

    @property
    def flow_departments(self) -> frozenset[str]:
        return frozenset(department for stage in self.stages for department in stage.departments)


def standard_of(fee: Fee) -> Fee:
    """What may not differ between two rows of one fee code: all but the words of its basis."""
    return fee.model_copy(update={"basis": ""})
