"""python -m services.monitor.export: the journal as a file for those who study processes, straight from the database.

For what is too large for a browser. The service may run or be down. The file has its name only once it is whole.
Exit: 0 done, 1 not possible, 2 wrong usage.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from services.monitor.context import Context
from services.monitor.exporting import Format, Wanted, export
from services.monitor.settings import MonitorSettings
from services.monitor.tables import metadata
from yimen.bus import Units
from yimen.clock import SystemClock
from yimen.db import Database
from yimen.programs import program, run

app = program("services.monitor.export", __doc__)


@app.default
async def write(
    kind: Format,
    path: Path,
    *,
    since: date | None = None,
    until: date | None = None,
    item: str | None = None,
    department: str | None = None,
) -> None:
    """KIND is xes or ocel. PATH: a name that ends with .gz is packed. --since and --until: days on which cases began."""
    wanted = Wanted.of_days(since, until, item, department)
    settings = MonitorSettings()
    database = Database(settings.database_url)
    units = Units(database, SystemClock(), Context.of(settings), metadata, "/monitor")
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            async for portion in export(units, kind, wanted, packed=path.suffix == ".gz"):
                file.write(portion)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
        await database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. Says on stderr in one sentence why nothing was written."""
    return run(app, arguments, refused=(OSError,), said=lambda reason: f"The file cannot be written: {reason}")


if __name__ == "__main__":
    sys.exit(main())
