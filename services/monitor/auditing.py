"""Verifies the whole journal, in portions, however long it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select

from services.monitor import queries, sealing, signing
from services.monitor.context import Context
from services.monitor.domain.audit import Audit, Fault, Flaw
from services.monitor.domain.chain import Head
from services.monitor.tables import tiles
from services.monitor.tree import WIDTH, pieces
from yimen import merkle
from yimen.bus import View
from yimen.contracts.monitor import RootSealed
from yimen.proofs import Unproven, check_seal

PORTION = 8 * WIDTH
BELOW = -(2**62)
"""From here on the walk begins: a row that was put in before the first is met too."""


@dataclass(frozen=True)
class Verdict:
    """`head`: of the last row that is sound; `sealed`: how many rows the last matching root holds."""

    head: Head
    sealed: int
    seals: int
    faults: tuple[Fault, ...]


async def verify_journal(view: View[Context]) -> Verdict:
    """Reads every row once, and holds a portion of them at a time. Stops at the first row that was altered."""
    seals = await sealing.all_seals(view)
    audit = Audit(seals)
    audit.faults += [fault for seal in seals if (fault := await _signature(view, seal))]
    if await _walk(view, audit, await sealing.tail(view)):
        audit.end()
        audit.faults += await _upper_tiles(view)
    return Verdict(audit.head, audit.sealed.position, len(seals), tuple(dict.fromkeys(audit.faults)))


async def _signature(view: View[Context], seal: RootSealed) -> Fault | None:
    try:
        check_seal(seal.model_dump(mode="json"), await signing.published(view))
    except Unproven:
        return Fault(Flaw.SEAL, seal.number, seal.number)
    return None


async def _walk(view: View[Context], audit: Audit, tail: dict[int, bytes]) -> bool:
    """Whether every row is sound."""
    after = 0
    while entries := await queries.journal_page(view, after or BELOW, PORTION):
        held = tail | await _held(view, after // WIDTH)
        for entry in entries:
            if not audit.add(entry, held.get(entry.position)):
                return False
        after = entries[-1].position
    return True


async def _held(view: View[Context], first: int) -> dict[int, bytes]:
    """By position, the hashes of a portion's rows as tiles hold them."""
    wanted = tiles.c.number.between(first, first + PORTION // WIDTH)
    rows = await view.execute(select(tiles.c.number, tiles.c.hashes).where(tiles.c.level == 0, wanted))
    return {row.number * WIDTH + at: leaf for row in rows for at, leaf in enumerate(pieces(row.hashes), start=1)}


async def _tiles(view: View[Context], level: int) -> AsyncIterator[tuple[int, bytes, bytes]]:
    after = -1
    while True:
        query = select(tiles).where(tiles.c.level == level, tiles.c.number > after).order_by(tiles.c.number).limit(64)
        rows = (await view.execute(query)).all()
        for row in rows:
            yield row.number, bytes(row.hashes), bytes(row.root)
        if not rows:
            return
        after = rows[-1].number


async def _upper_tiles(view: View[Context]) -> list[Fault]:
    """Tiles that are gone, whose root is not that of their hashes, or that do not hold the roots of those below."""
    faults: list[Fault] = []
    level, below = 0, dict[int, bytes]()
    while True:
        above: dict[int, bytes] = {}
        async for number, hashes, root in _tiles(view, level):
            faults += [_of_tile(level, gone) for gone in range(max(above, default=-1) + 1, number)]
            expected = [below.get(number * WIDTH + at) for at in range(WIDTH)] if level else pieces(hashes)
            if pieces(hashes) != expected or merkle.root_of(pieces(hashes)) != root:
                faults.append(_of_tile(level, number))
            above[number] = root
        faults += [_of_tile(level, gone) for gone in range(max(above, default=-1) + 1, len(below) // WIDTH)]
        if not above:
            return faults
        level, below = level + 1, above


def _of_tile(level: int, number: int) -> Fault:
    spans = WIDTH ** (level + 1)
    return Fault(Flaw.TILE, number * spans + 1, (number + 1) * spans)
