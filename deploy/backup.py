"""python -m deploy.backup: one service's database and its objects, taken while it runs, and put back into an empty place.

    take FOLDER --service intake         the database (pg_dump, or a copy of the SQLite file), then its objects
    restore FOLDER --service intake      into a database without tables; objects that are there already stay
    check FOLDER                         whether every file is what was written

An instance of approval is told by its own environment. Objects are put before the row that names them, so what is taken
after the database holds at least what it names. Secrets are not in it: keep them elsewhere
(docs/operations/guides/rotate-keys.md). Exit: 0 done, 1 not possible, 2 wrong usage.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from pydantic_settings import SettingsConfigDict
from sqlalchemy import URL, make_url

from yimen.objects import Objects, beside
from yimen.programs import Refused, program, run, say
from yimen.settings import ServiceSettings

app = program("deploy.backup", __doc__)

STORES = {"intake": "materials", "notify": "documents"}
"""The setting that says where a service keeps its objects, and the name of their folder beside a SQLite file."""
DUMP, COPY, OBJECTS, LIST = "database.dump", "database.sqlite3", "objects", "backup.json"


class Place(ServiceSettings):
    """What a backup needs to know of a service; `of` gives the settings their prefix."""

    materials: str = ""
    documents: str = ""

    @classmethod
    def of(cls, service: str) -> "Place":
        class Named(cls):  # type: ignore[misc,valid-type]
            model_config = SettingsConfigDict(env_prefix=f"YIMEN_{service.upper()}_")

        found: Place = Named()
        return found

    @property
    def url(self) -> URL:
        return make_url(self.database_url)

    def store(self, service: str) -> str | None:
        name = STORES.get(service)
        return (getattr(self, name) or beside(self.database_url, name)) if name else None


@app.command
async def take(folder: Path, *, service: str) -> None:
    """FOLDER must not exist or be empty; it has its list, backup.json, once it is whole."""
    _make_empty(folder)
    place, began = Place.of(service), datetime.now(UTC)
    if place.url.get_backend_name() == "sqlite":
        _copy(_file_of(place.url), folder / COPY)
    else:
        _run("pg_dump", place.url, "--format=custom", "--no-owner", "--no-privileges", f"--file={folder / DUMP}")
    store = place.store(service)
    if store is not None:
        Objects.at(store).copy_to(Objects.at((folder / OBJECTS).absolute().as_uri()))
    files = _digests(folder)
    told = {"service": service, "began": began, "ended": datetime.now(UTC), "files": files}
    (folder / LIST).write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    say(f"{service}: {len(files)} files in {folder}")


@app.command
async def check(folder: Path) -> None:
    """Every file that the list names is there, and unchanged."""
    say(f"{len(_checked(folder)['files'])} files are what was written")


@app.command
async def restore(folder: Path, *, service: str) -> None:
    """Refuses a database that has tables. Afterwards: python -m yimen.compare, before the service starts."""
    told, place = _checked(folder), Place.of(service)
    if told["service"] != service:
        raise Refused(f"This is a backup of {told['service']}, not of {service}.")
    if place.url.get_backend_name() == "sqlite":
        target = _file_of(place.url)
        if target.exists():
            raise Refused(f"There is a database at {target}: move it away first.")
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(folder / COPY, target)
    else:
        await _refuse_tables(place.url)
        options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
        _run("pg_restore", place.url, *options, folder / DUMP)
    store = place.store(service)
    if store is not None:
        Objects.at((folder / OBJECTS).absolute().as_uri()).copy_to(Objects.at(store))
    say(f"{service} is as it was at {told['began']}. Before it starts: python -m yimen.compare")


def _checked(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = orjson.loads((folder / LIST).read_bytes())
    except (OSError, ValueError) as wrong:
        raise Refused(f"{folder} holds no whole backup: {wrong}") from wrong
    wrong_files = [
        name
        for name, digest in told["files"].items()
        if not (folder / name).is_file() or _digest(folder / name) != digest
    ]
    if wrong_files:
        raise Refused(f"Missing or changed: {', '.join(wrong_files[:5])}")
    return told


def _make_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused(f"{folder} is not empty.")
    folder.chmod(0o700)  # it holds what citizens wrote


def _digests(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _file_of(url: URL) -> Path:
    if not url.database:
        raise Refused("A database in memory cannot be taken.")
    return Path(url.database)


def _copy(source: Path, target: Path) -> None:
    """As it stands in one moment, whoever writes."""
    if not source.is_file():
        raise Refused(f"There is no database at {source}.")
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _run(program: str, url: URL, *arguments: str | Path) -> None:
    """The password travels in the environment, where no list of processes shows it."""
    plain = url._replace(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    command = [program, f"--dbname={plain}", *map(str, arguments)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as missing:
        raise Refused(f"{program} is not installed (Debian: postgresql-client).") from missing
    if done.returncode:
        raise Refused(f"{program}: {done.stderr.strip()}")


async def _refuse_tables(url: URL) -> None:
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        count = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    if count:
        raise Refused(f"The database has {count} tables: restore into an empty one.")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. Says on stderr in one sentence why it was not done."""
    return run(app, arguments, refused=(OSError, asyncpg.PostgresError, sqlite3.Error))


if __name__ == "__main__":
    sys.exit(main())
