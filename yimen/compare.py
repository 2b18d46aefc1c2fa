"""python -m yimen.compare: what a restored database has forgotten, by what another service of the hall remembers.

Run it on whatever was restored to an earlier moment, before the service starts; the other is monitor's database, or where
monitor's was restored, notify's. Nothing may be under way: what waits in a queue counts as unheard.

  forgotten   it said this itself and does not know it any more. It would use these numbers again, and nobody would listen:
              `python -m yimen.compare advance` takes the numbers as used. What was said has to be entered again by hand.
  unheard     others said it: send it again (python -m services.monitor.archive send QUEUE)

Exit: 0 nothing is missing, or it was advanced; 1 something is missing, or not possible; 2 wrong usage.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from yimen.console import Limit, Signed, Where
from yimen.operate import main
from yimen.operations.positions import Gap, Memory, advance, compare
from yimen.programs import Refused, program, say

app = program("yimen.compare", __doc__)


@Parameter(name="*")
@dataclass(frozen=True)
class Other:
    """Whose memory is asked: --other monitor reads YIMEN_MONITOR_DATABASE_URL; or --other-url."""

    other: str | None = None
    other_url: str | None = None

    async def memory(self) -> Memory:
        async with Where(self.other, self.other_url).units() as units, units.view() as view:
            return await Memory.of(view)


UNSAID, NOBODY = Where(), Other()


@app.default
async def tell(*, where: Where = UNSAID, other: Other = NOBODY, limit: Limit = 100) -> None:
    """What is missing, subject by subject."""
    async with where.units() as units, units.view() as view:
        gaps = compare(await Memory.of(view), await other.memory())
    _show(gaps[:limit])
    if gaps:
        said = sum(gap.said for gap in gaps)
        raise Refused(f"Forgotten: {said} subjects. Unheard: {len(gaps) - said} subjects.")


@app.command(name="advance")
async def step_over(*, signed: Signed, where: Where = UNSAID, other: Other = NOBODY) -> None:
    """Take the numbers that others have heard as used. Recorded with --by and --reason."""
    async with where.units() as units, units.begin() as unit:
        count = await advance(unit, compare(await Memory.of(unit), await other.memory()), signed.who)
    say(f"{count} subjects advanced")


def _show(gaps: Sequence[Gap]) -> None:
    table = Table("what", "source", "subject", "here", "there")
    for gap in gaps:
        table.add_row(gap.what, gap.source, gap.subject, str(gap.last), str(gap.known))
    Console(width=None if sys.stdout.isatty() else 200).print(table if gaps else "Nothing is missing.")


if __name__ == "__main__":
    sys.exit(main(console=app))
