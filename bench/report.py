"""Figures, and how they are shown: on the terminal, and as a Markdown table with its date."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

HEADS = ("what", "ours", "beside", "ratio", "wanted", "reached")


@dataclass(frozen=True)
class Wanted:
    """What a figure should reach. `ratio` (at least) and `ratio_most`: of medians, ours to beside. `most` and `least` are in
    the figure's unit.

    Several may be set; all must hold. None set: the figure is told, and nothing is asked of it."""

    ratio: float | None = None
    ratio_most: float | None = None
    most: float | None = None
    least: float | None = None

    def met_by(self, ours: float, ratio: float | None) -> bool:
        return (
            (self.ratio is None or (ratio is not None and ratio >= self.ratio))
            and (self.ratio_most is None or (ratio is not None and ratio <= self.ratio_most))
            and (self.most is None or ours <= self.most)
            and (self.least is None or ours >= self.least)
        )

    def __str__(self) -> str:
        said = [] if self.ratio is None else [f"≥ {self.ratio:g}×"]
        said += [] if self.ratio_most is None else [f"≤ {self.ratio_most:g}×"]
        said += [] if self.most is None else [f"≤ {self.most:g}"]
        said += [] if self.least is None else [f"≥ {self.least:g}"]
        return ", ".join(said) or "–"


@dataclass(frozen=True)
class Figure:
    """One measured thing: a value for each round, ours and, in the same run, another's (`what_beside`)."""

    name: str
    ours: list[float]
    beside: list[float] | None
    unit: str
    wanted: Wanted
    what_beside: str = ""

    @property
    def ratio(self) -> float | None:
        return median(self.ours) / median(self.beside) if self.beside else None

    @property
    def reached(self) -> bool:
        return self.wanted.met_by(median(self.ours), self.ratio)

    def row(self) -> tuple[str, ...]:
        beside = f"{_spread(self.beside, self.unit)}: {self.what_beside}" if self.beside else "–"
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}×"
        verdict = "–" if self.wanted == Wanted() else "yes" if self.reached else "short"
        return (self.name, _spread(self.ours, self.unit), beside, ratio, str(self.wanted), verdict)


def _spread(values: list[float], unit: str) -> str:
    """The median, and the least and the most in parentheses where there were several rounds."""
    middle = f"{_short(median(values))} {unit}"
    return middle if len(values) == 1 else f"{middle} ({_short(min(values))} to {_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def show(figures: Iterable[Figure], surroundings: str) -> None:
    table = Table(*HEADS, caption=surroundings)
    for figure in figures:
        table.add_row(*figure.row())
    Console(width=None if Console().is_terminal else 180).print(table)


def write(path: Path, figures: Iterable[Figure], surroundings: str, measured_at: datetime) -> None:
    lines = [
        f"# Figures of {measured_at:%Y-%m-%d}",
        "",
        "Written by `make bench ARGS=--write`. Medians of the rounds, the least and the most in parentheses; ours and",
        "what stands beside it were measured in turns in one run, on the same broker and database.",
        "",
        surroundings,
        "",
        f"| {' | '.join(HEADS)} |",
        "|---" * len(HEADS) + "|",
        *(f"| {' | '.join(figure.row())} |" for figure in figures),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def machine(cores: int | None) -> str:
    return f"{cores} cores ({platform.machine()}), {platform.system()} {platform.release().split('-')[0]}"
