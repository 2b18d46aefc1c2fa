"""`python -m yimen.migrate SERVICE`: bring one service's database to the newest revision, and end.

SERVICE names the package services.SERVICE; its database is YIMEN_SERVICE_DATABASE_URL, or the secret of that name. Exit:
0 at the newest revision, 2 wrong usage.
"""

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path

from pydantic_settings import SettingsConfigDict

from yimen.db import Database
from yimen.migrating import upgrade
from yimen.settings import ServiceSettings

USAGE = 2


def address_of(service: str) -> str:
    class Named(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix=f"YIMEN_{service.upper()}_")

    return Named().database_url  # told by the environment


async def migrate(url: str, migrations: Path) -> None:
    database = Database(url)
    try:
        await upgrade(database, migrations)
    finally:
        await database.close()


def main(arguments: list[str]) -> int:
    found = find_spec(f"services.{arguments[0]}") if len(arguments) == 1 and arguments[0].isidentifier() else None
    if found is None or found.origin is None:
        sys.stderr.write(__doc__ or "")
        return USAGE
    asyncio.run(migrate(address_of(arguments[0]), Path(found.origin).parent / "migrations"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
