"""python -m services.monitor.export: the journal as a file for those who study processes, straight from the database.

For what is too large for a browser. The service may run or be down. The file has its name only once it is whole.
Exit: 0 done, 1 not possible, 2 wrong usage.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cyclopts import App, CycloptsError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from services.monitor.context import Context
from services.monitor.exporting import Format, Wanted, export
from services.monitor.settings import MonitorSettings
from services.monitor.tables import metadata
from yimen.bus import Units
from yimen.clock import SystemClock
from yimen.db import Database
from yimen.errors import Unavailable

app = App(name="services.monitor.export", help=__doc__, version_flags=[], result_action="return_value")
DONE, REFUSED, USAGE = 0, 1, 2


@app.default
def write(
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
    asyncio.run(_write(kind, path, wanted))


async def _write(kind: Format, path: Path, wanted: Wanted) -> None:
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
    try:
        command, bound, _ignored = app.parse_args(arguments, exit_on_error=False, print_error=False)
        command(*bound.args, **bound.kwargs)
    except (CycloptsError, ValidationError) as wrong:
        return _excuse(USAGE, str(wrong))
    except OSError as unwritable:
        return _excuse(REFUSED, f"The file cannot be written: {unwritable}")
    except (DBAPIError, Unavailable) as unusable:
        reason = str(getattr(unusable, "orig", unusable)).partition("\n")[0]
        return _excuse(REFUSED, f"The database cannot be used: {reason}")
    return DONE


def _excuse(code: int, sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
