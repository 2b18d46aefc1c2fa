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
    """The root of the journal's Merkle tree (RFC 9162), signed: each day at its end, and when the supervisor asks. Whoever
    keeps these events can prove for good that nothing before them was changed, whatever the supervisor's own database says
    later.

    `number`: seals count from 1 without a gap. `size`: how many events the tree holds; `head`: the hash of the chain there;
    `former_size`: what the seal before held. `signature`: a compact JWS (RFC 7515, Ed25519 of RFC 9864) over all other
    fields but `key_id`, made with the key of that id in the published set."""

    id_field: ClassVar[str] = "number"
    case_field: ClassVar[str | None] = None

    number: Annotated[int, Field(ge=1)]
    day: date
    size: Annotated[int, Field(ge=1)]
    root: Sha256
    head: Sha256
    former_size: Annotated[int, Field(ge=0)]
    sealed_at: Instant
    key_id: Code
    signature: Annotated[str, Field(min_length=1, max_length=4000)]


class CalendarApplied(Event, type="monitor.calendar.applied.v1"):
    """Every open limit was counted again under a year's new plan (R35); `moved`: those whose dates changed."""

    id_field: ClassVar[str] = "year"
    case_field: ClassVar[str | None] = None

    year: Annotated[int, Field(ge=2000, le=2200)]
    version: Annotated[int, Field(ge=0)]
    cases: Annotated[int, Field(ge=0)]
    moved: Annotated[int, Field(ge=0)]
    applied_at: Instant
