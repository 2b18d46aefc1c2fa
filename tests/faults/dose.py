"""How much of each fault: a little in `make test`, plenty in `make faults` (YIMEN_FAULTS=long).

All that is random comes from one seed. YIMEN_FAULTS_SEED repeats the dice of an earlier run, not the machine's scheduling.
Processes started from here on (test workers, say) inherit it.
"""

import os
import random
from typing import TypeVar

T = TypeVar("T")

LONG = os.environ.get("YIMEN_FAULTS", "short") == "long"
SEED = int(os.environ.setdefault("YIMEN_FAULTS_SEED", str(random.SystemRandom().randrange(2**32))))


def dose(short: T, long: T) -> T:
    return long if LONG else short


def dice(name: str) -> random.Random:
    """One test's own dice, so that the order of the tests changes nothing. A test that fails shows the seed."""
    print(f"YIMEN_FAULTS_SEED={SEED}")
    return random.Random(f"{SEED}/{name}")
