"""`python -m bench [names…] [--quick] [--write]`: measures, prints the table, writes build/bench.md.

Exit 0 when everything was measured, even where a wanted figure is short; the table says so.
"""

import asyncio
import importlib
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bench.report import Figure, machine, show, write
from bench.rig import Rig
from tests.support.parts import RealParts

ROOM = Path(__file__).parent
NAMES = (
    *("consumer", "relay", "web", "cases", "lives", "webhooks", "messages", "listeners", "documents", "fees"),
    *("journal", "sweep", "statistics", "embedded"),
)
"""In the order in which they run and are shown; one that is not there is left out."""

app = App(name="bench", help="What it costs, measured beside others.")


def _chosen(names: tuple[str, ...]) -> list[str]:
    there = [name for name in NAMES if (ROOM / f"{name}.py").exists()]
    if unknown := sorted(set(names) - set(there)):
        raise SystemExit(f"no such measurement: {', '.join(unknown)}; there are {', '.join(there)}")
    return [name for name in there if not names or name in names]


async def _measure(rig: Rig, names: list[str], quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        started = time.monotonic()
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures += await importlib.import_module(f"bench.{name}").measure(rig, quick)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return figures


def _surroundings(rig: Rig) -> str:
    durable = "fsync off" if rig.postgres.way != "given" else "as given"
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{machine(os.cpu_count())}, Python {python}, {rig.broker}, {rig.postgres} {durable}, {rig.rounds} rounds."


@app.default
def main(*names: str, quick: bool = False, write_docs: Annotated[bool, Parameter(name="--write")] = False) -> None:
    """Parameters
    ----------
    names
        Which measurements; all when none is named.
    quick
        Fewer events and rounds: whether it works, rather than what it costs.
    write_docs
        Also writes docs/figures.md, which the README quotes.
    """
    chosen = _chosen(names)
    parts = RealParts()
    try:
        if reason := parts.missing():
            raise SystemExit(reason)
        parts.broker.want()
        parts.database.want()
        rig = Rig(parts, rounds=2 if quick else 5)
        figures = asyncio.run(_measure(rig, chosen, quick))
        surroundings = _surroundings(rig)
    finally:
        parts.close()
    show(figures, surroundings)
    written = [Path("build/bench.md"), *([Path("docs/figures.md")] if write_docs else [])]
    for path in written:
        write(path, figures, surroundings, datetime.now().astimezone())


if __name__ == "__main__":
    app()
