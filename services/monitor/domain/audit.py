"""Whether the journal is still what was recorded: its chain, its tree and its seals, walked row by row.

Guarantees: names the first row that was altered, taken out or put in. The chain shows a row that was changed without the
hashes after it. Where whoever changed it made these fit too, the tile shows it that holds the row's own hash; where tiles
were made to fit as well, the signed root shows it, and the rows between it and the last root that still matches are named.
Holds no more of the journal than the right edge of its tree.

Does not: show rows that were never sealed and whose chain was rewritten to the end, nor anything once whoever changed the
journal has the key too; for that the seals that others keep are there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.monitor.domain.chain import Entry, Head, canonical, link
from yimen.contracts import Unreadable, read_event
from yimen.contracts.monitor import RootSealed
from yimen.merkle import Frontier, leaf_hash


class Flaw(StrEnum):
    CHAIN = "chain"  # does not follow from the row before
    LEAF = "leaf"  # is not what the tree holds
    ROOT = "root"  # a signed root no longer matches
    MISSING = "missing"  # sealed, and no longer there
    TILE = "tile"  # the tree's own row, not the journal's, was altered
    SEAL = "seal"  # the row of a seal was altered or taken out


ALTERED_ROWS = frozenset({Flaw.CHAIN, Flaw.LEAF, Flaw.ROOT, Flaw.MISSING})


@dataclass(frozen=True, slots=True)
class Fault:
    """Positions from `first` to `last`; of a seal its number."""

    flaw: Flaw
    first: int
    last: int


class Audit:
    """`seals`: those that are kept, by number; which of them are signed is not asked here."""

    def __init__(self, seals: Sequence[RootSealed]) -> None:
        self.head = Head()
        """Of the last row that is sound."""
        self.sealed = Head()
        """Of the last row under a root that matched."""
        self.faults = list(_gaps(seals))
        self._seals = {seal.number: seal for seal in seals}
        self._at = _by_size(seals)
        self._last = max(self._at, default=0)
        self._tree = Frontier()
        self._suspect: Head | None = None
        """The head before the first row that is not what the tree holds."""

    def add(self, entry: Entry, in_tile: bytes | None) -> bool:
        """Walk on to this row; whether it is sound. `in_tile`: its hash as the tree holds it, once it does."""
        data = canonical(entry.meta, entry.body)
        expected, leaf = link(self.head, data), leaf_hash(data)
        if expected != Head(entry.position, entry.hash):
            return self._stop_at_suspect() if self._suspect else self._stop(Flaw.CHAIN, self.head)
        if self._suspect is None and in_tile is not None and in_tile != leaf:
            self._suspect = self.head
        self.head = expected
        self._tree.add(leaf)
        self._hear(entry)
        return all(self._meet(seal) for seal in self._at.get(entry.position, ()))

    def end(self) -> None:
        """There are no more rows."""
        if self._suspect is not None:
            self._stop_at_suspect()
        elif self.head.position < self._last:
            self._stop(Flaw.MISSING, self.head, self._last)

    def _stop_at_suspect(self) -> bool:
        assert self._suspect is not None
        return self._stop(Flaw.LEAF, self._suspect)

    def _stop(self, flaw: Flaw, sound: Head, last: int | None = None) -> bool:
        """`sound`: the head before the first altered row; `last`: where it is not that row alone."""
        self.faults.append(Fault(flaw, sound.position + 1, last or sound.position + 1))
        self.head = sound
        return False

    def _meet(self, seal: RootSealed) -> bool:
        """A seal of what was walked so far."""
        if (self._tree.root.hex(), self.head.hash) == (seal.root, seal.head):
            self._clear_rows()
            self.sealed = self.head
            return True
        return self._stop_at_suspect() if self._suspect else self._stop(Flaw.ROOT, self.sealed, seal.size)

    def _clear_rows(self) -> None:
        """The root holds the rows as they stand: if one is not what a tile says, it is the tile that was altered."""
        if self._suspect is not None:
            place = self._suspect.position + 1
            self.faults.append(Fault(Flaw.TILE, place, place))
            self._suspect = None

    def _hear(self, entry: Entry) -> None:
        """The journal knows of each seal itself, by the event that told of it."""
        if entry.meta.type != RootSealed.type:
            return
        try:
            told = read_event(entry.meta.type, entry.body.encode())
        except Unreadable:
            return
        if isinstance(told, RootSealed) and self._seals.get(told.number) != told:
            self.faults.append(Fault(Flaw.SEAL, told.number, told.number))


def _gaps(seals: Sequence[RootSealed]) -> Iterator[Fault]:
    """Seals count from 1, and each names the size of the one before."""
    number = size = 0
    for seal in seals:
        if seal.number != number + 1:
            yield Fault(Flaw.SEAL, number + 1, seal.number - 1)
        elif seal.former_size != size:
            yield Fault(Flaw.SEAL, seal.number, seal.number)
        number, size = seal.number, seal.size


def _by_size(seals: Sequence[RootSealed]) -> Mapping[int, list[RootSealed]]:
    found: dict[int, list[RootSealed]] = {}
    for seal in seals:
        found.setdefault(seal.size, []).append(seal)
    return found
