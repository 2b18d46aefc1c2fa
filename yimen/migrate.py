"""python -m yimen.migrate SERVICE: bring one service's database to the newest revision, and end.

For installations whose services run with YIMEN_MIGRATE=never: a job does this first, with a role that owns the tables.
SERVICE names the package services.SERVICE, or a package of your own; its database is YIMEN_SERVICE_DATABASE_URL, or the
secret of that name. Exit: 0 at the newest revision, 1 not possible, 2 wrong usage.
"""

import asyncio
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict
from sqlalchemy.exc import ArgumentError, DBAPIError

from yimen import telemetry
from yimen.db import Database
from yimen.errors import Unavailable
from yimen.migrating import WrongSchema, line_of, upgrade
from yimen.settings import ServiceSettings

DONE, REFUSED, USAGE = 0, 1, 2
WITHIN_SECONDS = 3600.0


def migrations_of(service: str) -> Path:
    """Raises LookupError where there is no such service."""
    package = service if "." in service else f"services.{service}"
    try:
        found = find_spec(package)
    except ModuleNotFoundError:
        found = None
    folder = Path(found.origin).parent / "migrations" if found is not None and found.origin else None
    if folder is None or not (folder / "env.py").is_file():
        raise LookupError(f"no service {service}: there are no migrations in a package {package}")
    return folder


def address_of(service: str) -> str:
    prefix = f"YIMEN_{service.rpartition('.')[2].upper()}_"

    class Named(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix=prefix)

    return Named().database_url


async def migrate(service: str, url: str) -> None:
    database = Database(url)
    try:
        await upgrade(database, migrations_of(service), within=WITHIN_SECONDS)
    finally:
        await database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. Says on stderr in one sentence why nothing was done."""
    telemetry.configure("INFO")
    words = sys.argv[1:] if arguments is None else list(arguments)
    if len(words) != 1 or words[0].startswith("-"):
        return _excuse(USAGE, __doc__ or "")
    try:
        asyncio.run(migrate(words[0], address_of(words[0])))
    except (LookupError, ValidationError, ArgumentError) as wrong:
        return _excuse(USAGE, str(wrong))
    except (WrongSchema, Unavailable, DBAPIError, TimeoutError) as refused:
        reason = str(getattr(refused, "orig", refused)).partition("\n")[0]
        return _excuse(REFUSED, f"Not migrated: {reason or type(refused).__name__}")
    sys.stdout.write(f"{words[0]} is at revision {line_of(migrations_of(words[0])).newest}\n")
    return DONE


def _excuse(code: int, sentence: str) -> int:
    sys.stderr.write(f"{sentence.strip()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
