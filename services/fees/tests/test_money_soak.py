"""Bank, payers, clerks and the clock at random, the power failing between: the books stay sound, and equal to the bank's."""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from services.fees.tests.soak.play import Outcome, play
from services.fees.tests.soak.report import table
from tests.faults.dose import SEED, dose

GAMES = dose(1, 20)
ACTS = dose(1_500, 10_000)
EVERY = dose(500, 2_000)
NAME = dose("short", str(SEED))
"""The short form plays the same game each time, the long one new ones."""


@pytest.mark.fault("soak of bank and clerks")
@pytest.mark.rule("R50", "R52", "R53", "R56", "R57", "R59", "R60", "R61")
def test_whatever_bank_and_clerks_do_the_books_are_sound(
    migrated_file: Path, record_property: Callable[[str, object], None]
) -> None:
    """One game after the other, or as many at once as there are processors; one of them again: `python -m
    services.fees.tests.soak SEED`."""
    began = time.monotonic()
    outcomes = _play_all([f"{NAME}/{number}" for number in range(GAMES)], migrated_file)
    shown = table(outcomes, NAME, time.monotonic() - began)
    record_property("table", shown)
    print(*shown, sep="\n")
    wrong = [f"game {one.seed}:\n{told}" for one in outcomes for told in one.wrong]
    assert not wrong, "\n\n".join(wrong[:3])
    assert all(one.count >= ACTS for one in outcomes)


def _play_all(seeds: Sequence[str], migrated: Path) -> list[Outcome]:
    one_game = partial(play, acts=ACTS, every=EVERY, migrated=migrated)
    if len(seeds) == 1:
        return [one_game(seeds[0])]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=fresh, max_tasks_per_child=1) as processes:
        return list(processes.map(one_game, seeds))
