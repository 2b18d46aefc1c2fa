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
from sqlalchemy.exc import ArgumentError

from yimen import telemetry
from yimen.db import Database
from yimen.migrating import WrongSchema, line_of, upgrade
from yimen.programs import DONE, REFUSED, UNUSABLE, USAGE, excuse, first_line, say
from yimen.settings import ServiceSettings

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
        return excuse(USAGE, __doc__ or "")
    try:
        asyncio.run(migrate(words[0], address_of(words[0])))
    except (LookupError, ValidationError, ArgumentError) as wrong:
        return excuse(USAGE, str(wrong))
    except (WrongSchema, TimeoutError, *UNUSABLE) as refused:
        return excuse(REFUSED, f"Not migrated: {first_line(refused)}")
    say(f"{words[0]} is at revision {line_of(migrations_of(words[0])).newest}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
