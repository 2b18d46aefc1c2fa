"""The journal's Merkle tree (RFC 9162), kept in tiles: rows of 256 hashes, at level 0 of events, else of the tiles below.

Guarantees: a tile is written once, when it is full, by whoever seals, in portions. Of the tile that is not full yet the
newest seal keeps what it sealed, and the rest is computed from the journal. So recording an event costs the tree nothing, a
proof from a journal of a million reads a few rows, and what was sealed once is never hashed anew: a row that is changed
later gets into no seal. Does not: say that the journal still holds what the tree does; `auditing` does.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, select

from services.monitor import queries
from services.monitor.context import Context
from services.monitor.domain.chain import canonical
from services.monitor.tables import seals, tiles
from yimen import merkle
from yimen.bus import Unit, View
from yimen.merkle import LENGTH, Range, leaf_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
TILES_AT_ONCE: Final = 32

_TILED = select(func.max(tiles.c.number)).where(tiles.c.level == 0)


def pieces(hashes: bytes) -> list[bytes]:
    return [hashes[start : start + LENGTH] for start in range(0, len(hashes), LENGTH)]


async def _open_tile(view: View[Context], number: int) -> list[bytes]:
    """Of level 0, as far as there are events."""
    inside = seals.c.size.between(number * WIDTH + 1, (number + 1) * WIDTH - 1)
    query = select(seals.c.tail).where(inside).order_by(seals.c.size.desc()).limit(1)
    sealed = pieces((await view.execute(query)).scalar_one_or_none() or b"")
    later = await queries.journal_page(view, number * WIDTH + len(sealed), WIDTH - len(sealed))
    return [*sealed, *(leaf_hash(canonical(one.meta, one.body)) for one in later)]


async def tiled(view: View[Context]) -> int:
    """How many tiles of events there are."""
    newest = (await view.execute(_TILED)).scalar_one()
    return 0 if newest is None else int(newest) + 1


async def grow(unit: Unit[Context]) -> bool:
    """Puts a portion of the journal into tiles; whether there is more to do."""
    first = await tiled(unit)
    for number in range(first, first + TILES_AT_ONCE):
        hashes = await _open_tile(unit, number)
        if len(hashes) < WIDTH:
            return False
        await _write(unit, 0, number, hashes)
    return True


async def _write(unit: Unit[Context], level: int, number: int, hashes: Sequence[bytes]) -> None:
    """The tile, and the one above it where it was the last that this lacked."""
    row = {"level": level, "number": number, "hashes": b"".join(hashes), "root": merkle.root_of(hashes)}
    await unit.execute(tiles.insert().values(**row))
    if number % WIDTH == WIDTH - 1:
        await _write(unit, level + 1, number // WIDTH, await _roots(unit, level, number - WIDTH + 1))


async def _roots(view: View[Context], level: int, first: int) -> list[bytes]:
    """Of the tiles that stand side by side from this one on, up to the end of the tile above."""
    beside = tiles.c.number.between(first, first + WIDTH - 1)
    query = select(tiles.c.root).where(tiles.c.level == level, beside).order_by(tiles.c.number)
    return [bytes(root) for root in (await view.execute(query)).scalars()]


class Tree:
    """The tree as it can be read: each tile once."""

    def __init__(self, view: View[Context]) -> None:
        self._view = view
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    async def root(self, size: int) -> bytes:
        return await self._hash(Range(0, size)) if size else merkle.EMPTY

    async def tail(self, size: int) -> bytes:
        """The hashes of the events that no full tile holds in a tree of this size."""
        return b"".join((await self._tile(0, size // WIDTH))[: size % WIDTH])

    async def inclusion(self, position: int, size: int) -> list[bytes]:
        return [await self._hash(part) for part in merkle.path(position - 1, size)]

    async def consistency(self, first: int, second: int) -> list[bytes]:
        return [await self._hash(part) for part in merkle.consistency(first, second)]

    async def _hash(self, part: Range) -> bytes:
        return merkle.join([await self._node(level, number) for level, number in merkle.subtrees(part)])

    async def _node(self, level: int, number: int) -> bytes:
        floor, height = divmod(level, HEIGHT)
        first = number << height
        tile = await self._tile(floor, first // WIDTH)
        start = first % WIDTH
        return merkle.root_of(tile[start : start + (1 << height)])

    async def _tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._tiles:
            self._tiles[level, number] = await self._read(level, number)
        return self._tiles[level, number]

    async def _read(self, level: int, number: int) -> list[bytes]:
        """The tile, or as much of it as there is."""
        query = select(tiles.c.hashes).where(tiles.c.level == level, tiles.c.number == number)
        kept: Any = (await self._view.execute(query)).scalar_one_or_none()
        if kept is not None:
            return pieces(kept)
        if level == 0:
            return await _open_tile(self._view, number)
        return await _roots(self._view, level - 1, number * WIDTH)
