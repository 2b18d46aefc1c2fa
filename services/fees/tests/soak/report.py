"""What the games came to, as a table that ends a run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from services.fees.tests.soak import oracle
from services.fees.tests.soak.play import Outcome

TITLE = "soak of bank and clerks"
COLUMNS = 3


def table(outcomes: Sequence[Outcome], seed: int | str, seconds: float) -> list[str]:
    """The title, then the lines."""
    acts = sum((one.acts for one in outcomes), Counter[str]())
    wrong = sum(len(one.wrong) for one in outcomes)
    count = sum(acts.values())
    figures = sum((Counter(one.figures) for one in outcomes), Counter[str]())
    told = (
        f"{count:,} actions in {len(outcomes)} games, {seconds:.0f} s, {count / seconds:.0f} actions/s",
        f"{wrong} violations in {sum(one.checked for one in outcomes)} checks; "
        f"{sum(one.restarts for one in outcomes)} power cuts; {sum(one.days for one in outcomes)} days with their files",
        ", ".join(f"{value:,} {name}" for name, value in figures.items()),
    )
    return [f"{TITLE}, seed {seed}", *told, "", *_in_columns(acts), "", *_verdicts(outcomes)]


def _in_columns(acts: Counter[str]) -> Iterator[str]:
    cells = [f"{name:<27}{count:>8,}" for name, count in acts.most_common()]
    height = -(-len(cells) // COLUMNS)
    for row in zip_longest(*(cells[start : start + height] for start in range(0, len(cells), height)), fillvalue=""):
        yield "   ".join(row).rstrip()


def _verdicts(outcomes: Iterable[Outcome]) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {}
    for one in outcomes:
        for name, found in one.verdicts.items():
            counts.setdefault(name, Counter()).update(found)
    heads = ("injected", "right", "known before", "hidden", "missed")
    yield f"{'difference':<34}" + "".join(f"{head:>14}" for head in heads)
    verdicts = (oracle.RIGHT, oracle.BEFORE, oracle.HIDDEN, oracle.MISSED)
    total = Counter[str]()
    for name, found in sorted(counts.items()):
        total.update(found)
        yield _row(name, [found.total(), *(found[verdict] for verdict in verdicts)])
    yield _row("all", [total.total(), *(total[verdict] for verdict in verdicts)])


def _row(name: str, figures: Iterable[int]) -> str:
    return f"{name:<34}" + "".join(f"{figure:>14,}" for figure in figures)
