"""How the columns of a department's own log are called, and in what words and formats it speaks."""

from functools import cached_property
from hashlib import sha256
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from yimen.contracts.parts import Kind

MOST_DAYS: Final = 2000
_FORMAT: Final = r"^(?:%[YmdHMS]|[-/.: T年月日时分秒])+$"
_FORMATS: Final = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M"),
)
Heading = Annotated[str, Field(min_length=1, max_length=100, description="表头中的列名")]
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepColumn(Shape):
    activity: Annotated[str, Field(min_length=1, max_length=100, description="环节名称")]
    column: Heading


class LogMapping(Shape):
    """Which column of a department's log says what. Columns that are not named here are not kept."""

    own_number: Heading
    accepted: Heading
    received: Heading | None = None
    item_code: Heading | None = None
    item_name: Heading | None = None
    kind: Heading | None = None
    promised_days: Heading | None = None
    statutory_days: Heading | None = None
    promised_text: Heading | None = None
    statutory_text: Heading | None = None
    closed: Heading | None = None
    steps: Annotated[tuple[StepColumn, ...], Field(max_length=40)] = ()
    kinds: Annotated[dict[str, Kind], Field(max_length=40, description="log's word for each kind")] = {}
    default_kind: Kind = Kind.COMMITTED
    default_promised_days: Days | None = None
    default_statutory_days: Days | None = None
    date_formats: Annotated[
        tuple[Annotated[str, Field(min_length=2, max_length=40, pattern=_FORMAT)], ...],
        Field(min_length=1, max_length=12),
    ] = _FORMATS
    delimiter: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["auto", "utf-8", "gb18030"] = "auto"

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if not (self.item_code or self.item_name):
            raise ValueError("应至少指定事项编码或者事项名称所在的列")
        for what, words in (("promised_days", "承诺时限"), ("statutory_days", "法定时限")):
            if getattr(self, what) is None and getattr(self, f"default_{what}") is None:
                raise ValueError(f"应指定{words}所在的列，或者填写统一的{words}")
        return self

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Every column that has to be there."""
        named = (getattr(self, name) for name in type(self).model_fields if name in _COLUMNS)
        return tuple(dict.fromkeys((*filter(None, named), *(step.column for step in self.steps))))

    @cached_property
    def digest(self) -> str:
        return sha256(self.model_dump_json().encode()).hexdigest()


_COLUMNS: Final = frozenset(
    {"own_number", "accepted", "received", "item_code", "item_name", "kind", "closed"}
    | {f"{limit}_{what}" for limit in ("promised", "statutory") for what in ("days", "text")}
)
