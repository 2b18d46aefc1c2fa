"""A release is rolled out beside the one before it: migrations only add, or say from when on nobody minds."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import tiny
from tests.support.driving import until
from tests.support.releases import each_migration
from yimen import migrate, migrating
from yimen.db import Database
from yimen.migrating import CONTRACT, EXPAND, WrongSchema, line_of, upgrade

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "support" / "tiny_migrations"
BASELINE = {"approval": "0004", "fees": "0011", "intake": "0017", "monitor": "0013", "notify": "0011"}
"""The last revisions from before there were phases. Never changes."""

HEAD = 'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{number}"\ndown_revision = "{before}"\n{phase}\n'
BODY = "\n\ndef upgrade() -> None:\n    {does}\n\n\ndef downgrade() -> None:\n    pass\n"
MORE = 'op.add_column("tiny_effects", sa.Column("note", sa.String(40)))'


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def release(folder: Path, *later: tuple[str, str]) -> Path:
    """The tiny service's migrations and more behind them: (phase, what it does)."""
    (folder / "versions").mkdir(parents=True)
    for path in (TINY / "env.py", *(TINY / "versions").glob("*.py")):
        (folder / path.relative_to(TINY)).write_text(path.read_text())
    for number, (phase, does) in enumerate(later, 3):
        words = HEAD.format(number=f"{number:04}", before=f"{number - 1:04}", phase=phase) + BODY.format(does=does)
        (folder / "versions" / f"{number:04}_more.py").write_text(words)
    return folder


EXPANDS, CONTRACTS = 'phase = "expand"', 'phase = "contract"\noldest = "{}"'


@pytest.mark.parametrize("service", sorted(BASELINE))
async def test_every_new_migration_only_adds_or_says_from_when_on_nobody_minds(service: str, tmp_path: Path) -> None:
    database, migrations = Database(f"sqlite+aiosqlite:///{tmp_path}/a.db"), ROOT / "services" / service / "migrations"
    try:
        found = await each_migration(database, migrations, BASELINE[service])
    finally:
        await database.close()
    for script, strains in found:
        name = f"{service} {Path(script.path).name}"
        phase = getattr(script.module, "phase", None)
        assert phase in (EXPAND, CONTRACT), f'{name} says no phase: "{EXPAND}" or "{CONTRACT}"'
        assert phase == CONTRACT or strains == [], f"{name} says it only adds"
        assert phase == EXPAND or script.module.oldest in line_of(migrations).oldest, f"{name} names no oldest revision"


STRAINS = {
    'op.add_column("tiny_effects", sa.Column("loose", sa.String(4)))': None,
    'op.add_column("tiny_effects", sa.Column("n", sa.Integer, nullable=False))': "column n must be filled",
    'op.create_index("ix_a", "tiny_effects", ["what"])': "an index on a table that may be big",
    'op.create_index("ix_b", "tiny_effects", ["n"], if_not_exists=True)': None,
    'op.create_index("uq_a", "tiny_effects", ["what"], unique=True, if_not_exists=True)': "unique (what)",
    'op.alter_column("tiny_effects", "loose", nullable=False)': "column loose may no longer be empty",
    'op.alter_column("tiny_effects", "n", type_=sa.BigInteger)': "column n was INTEGER and is BIGINT",
    'op.drop_column("tiny_effects", "loose")': "column loose is gone",
    'op.rename_table("tiny_effects", "effects")': "table tiny_effects is gone",
}


async def test_what_older_code_cannot_live_with_is_found(tmp_path: Path, postgres_database: Callable[[], str]) -> None:
    database = Database(postgres_database())
    folder = release(tmp_path / "m", *((EXPANDS, does) for does in STRAINS))
    found = await each_migration(database, folder, "0002")
    await database.close()
    for (_script, strains), (does, expected) in zip(found, STRAINS.items(), strict=True):
        assert [one for one in strains if expected is None or expected not in one] == [], does
        assert bool(strains) is (expected is not None), does


async def test_older_code_starts_on_a_newer_schema_that_only_added(database: Database, tmp_path: Path) -> None:
    await upgrade(database, release(tmp_path / "new", (EXPANDS, MORE)))
    await upgrade(database, TINY)
    await upgrade(database, TINY, allowed=False)
    async with database.write() as conn:
        await conn.execute(tiny.effects.insert(), {"case_number": "a", "what": "by the old one"})
        assert await conn.scalar(text("SELECT version_num FROM alembic_version")) == "0003"


async def test_older_code_refuses_a_schema_that_took_something_away(database: Database, tmp_path: Path) -> None:
    takes = 'op.drop_column("tiny_effects", "note")'
    newest = release(tmp_path / "newest", (EXPANDS, MORE), (CONTRACTS.format("0003"), takes))
    await upgrade(database, newest)
    await upgrade(database, release(tmp_path / "between", (EXPANDS, MORE)))
    with pytest.raises(
        WrongSchema, match=r"revision 0004, which needs code of revision 0003 or newer.*is of revision 0002"
    ):
        await upgrade(database, TINY)


async def test_nothing_is_taken_for_granted_of_a_schema_that_says_nothing(database: Database, tmp_path: Path) -> None:
    """As the releases before this one left it, or somebody who migrated by hand."""
    await upgrade(database, release(tmp_path / "new", ("", MORE)))
    with pytest.raises(WrongSchema, match="needs code of revision 0003"):
        await upgrade(database, TINY)
    async with database.write() as conn:
        await conn.execute(text("DELETE FROM schema_compatibility"))
    with pytest.raises(WrongSchema, match="needs code of revision 0003"):
        await upgrade(database, TINY)


async def test_who_may_not_migrate_only_looks(database: Database) -> None:
    with pytest.raises(WrongSchema, match="revision none, this program needs 0002 and may not migrate"):
        await upgrade(database, TINY, allowed=False)
    await upgrade(database, TINY)
    await upgrade(database, TINY, allowed=False)


async def test_a_migration_lets_others_at_the_table_while_it_waits_for_it(
    postgres_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "LOCK_MILLISECONDS", 100)
    monkeypatch.setattr(migrating, "LOCK_REST_SECONDS", 0.05)
    database = Database(postgres_database())
    await upgrade(database, TINY)
    async with database.write() as busy:
        await busy.execute(tiny.effects.insert(), {"case_number": "a", "what": "b"})
        going = asyncio.create_task(upgrade(database, release(tmp_path / "new", (EXPANDS, MORE))))
        await until(partial(waits_for_a_lock, database), 30)
        async with asyncio.timeout(30), database.write() as other:
            await other.execute(tiny.effects.insert(), {"case_number": "b", "what": "c"})
        assert not going.done()
    await going
    async with database.read() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM tiny_effects WHERE note IS NULL")) == 2
    await database.close()


async def waits_for_a_lock(database: Database) -> bool:
    async with database.read() as conn:
        return bool(await conn.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def run(service: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "yimen.migrate", service]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, cwd=ROOT, check=False
    )


def test_the_command_migrates_one_service_and_says_so(tmp_path: Path) -> None:
    done = run("approval", YIMEN_APPROVAL_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/a.db")
    newest = line_of(ROOT / "services" / "approval" / "migrations").newest
    assert (done.returncode, done.stdout) == (0, f"approval is at revision {newest}\n"), done.stderr


@pytest.mark.usefixtures("logged")  # a program sets up logging for its process, which here is that of all tests
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [([], 2, "python -m yimen.migrate"), (["nobody"], 2, "no service nobody"), (["approval"], 2, "database_url")],
)
def test_the_command_says_why_it_did_nothing(
    words: list[str], code: int, said: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in ("NOBODY", "APPROVAL"):
        monkeypatch.delenv(f"YIMEN_{service}_DATABASE_URL", raising=False)
    if words == ["nobody"]:
        monkeypatch.setenv("YIMEN_NOBODY_DATABASE_URL", "sqlite+aiosqlite:///nothing.db")
    assert migrate.main(words) == code
    assert re.search(said, capsys.readouterr().err)
