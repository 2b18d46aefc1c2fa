"""One game again: `python -m services.fees.tests.soak SEED [ACTS]`, with the seed as a failure shows it."""

import sys
import tempfile
from pathlib import Path

from services.fees.tests.conftest import migrate
from services.fees.tests.soak.play import play
from services.fees.tests.soak.report import table


def main(seed: str, acts: str = "10000") -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fees.db"
        migrate(f"sqlite+aiosqlite:///{path}")
        outcome = play(seed, int(acts), 500, path)
    print(*table([outcome], seed, outcome.seconds), *outcome.wrong, sep="\n")
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
