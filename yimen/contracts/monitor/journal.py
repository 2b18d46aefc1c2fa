"""What the supervisor says of what it keeps: the journal's daily root, the day's money, a calendar put into force."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant
from yimen.contracts.parts import Tally

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class TallyCounted(Event, type="monitor.tally.counted.v1"):
    """What the supervisor counts of a closed day's money from the journal alone, for the books to compare (I10). Said again
    whenever it counts otherwise."""

    id_field: ClassVar[str] = "day"
    case_field: ClassVar[str | None] = None

    day: date
    paid: Tally
    refunded: Tally
    counted_at: Instant


class RootSealed(Event, type="monitor.root.sealed.v1"):
    """The root of the journal's Merkle tree (RFC 9162) at the end of a day, signed. Whoever keeps these events can prove
    for good that nothing before them was changed, whatever the supervisor's own database says later.

    `size`: how many events the tree holds. `signature`: a compact JWS (RFC 7515, EdDSA) over the same fields, made with
    the key `key_id` of the published set."""

    id_field: ClassVar[str] = "day"
    case_field: ClassVar[str | None] = None

    day: date
    size: Annotated[int, Field(ge=0)]
    root: Sha256
    head: Sha256
    former_size: Annotated[int, Field(ge=0)]
    key_id: Code
    signature: Annotated[str, Field(min_length=1, max_length=4000)]
    sealed_at: Instant


class CalendarApplied(Event, type="monitor.calendar.applied.v1"):
    """Every open limit was counted again under a year's new plan (R35); `moved`: those whose dates changed."""

    id_field: ClassVar[str] = "year"
    case_field: ClassVar[str | None] = None

    year: Annotated[int, Field(ge=2000, le=2200)]
    version: Annotated[int, Field(ge=0)]
    cases: Annotated[int, Field(ge=0)]
    moved: Annotated[int, Field(ge=0)]
    applied_at: Instant
