"""A backup is what stood there; it goes back into an empty place only, and only whole."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deploy import backup
from tests.support.postgres import blocking
from yimen.db import Database
from yimen.objects import Objects

ROOT = Path(__file__).parents[1]
PAPER = b"%PDF a paper"
NAME = hashlib.sha256(PAPER).hexdigest()


@pytest.fixture
def told(database_of: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Intake's database with a row of its own, and a file beside it."""
    url, store = database_of("intake"), (tmp_path / "files").as_uri()
    monkeypatch.setenv("YIMEN_INTAKE_DATABASE_URL", url)
    monkeypatch.setenv("YIMEN_INTAKE_MATERIALS", store)
    blocking(sql(url, "INSERT INTO outbox_sequence VALUES ('/intake', 'case/1', 7)"))
    blocking(Objects.at(store).put(NAME, PAPER))
    return url


async def sql(url: str, statement: str) -> Any:
    database = Database(url)
    try:
        async with database.write() as conn:
            result = await conn.execute(text(statement))
            return result.all() if result.returns_rows else None
    finally:
        await database.close()


@pytest.fixture
def empty(told: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if told.startswith("sqlite"):
        return f"sqlite+aiosqlite:///{tmp_path}/elsewhere/intake.db"
    return str(request.getfixturevalue("postgres_database")())


def run(*words: str) -> int:
    return backup.main(words)


def test_what_was_taken_is_put_back_with_its_objects(
    told: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "backup")
    assert run("take", folder, "--service", "intake") == 0
    assert run("check", folder) == 0
    monkeypatch.setenv("YIMEN_INTAKE_DATABASE_URL", empty)
    monkeypatch.setenv("YIMEN_INTAKE_MATERIALS", (tmp_path / "new").as_uri())
    assert run("restore", folder, "--service", "intake") == 0
    assert blocking(sql(empty, "SELECT * FROM outbox_sequence")) == [("/intake", "case/1", 7)]
    for query in ("SELECT version_num FROM alembic_version", "SELECT revision, oldest FROM schema_compatibility"):
        assert blocking(sql(empty, query)) == blocking(sql(told, query))
    assert [path.read_bytes() for path in (tmp_path / "new").rglob(NAME)] == [PAPER]


def test_nothing_is_restored_over_what_is_there(told: str, tmp_path: Path, capsys: Any) -> None:
    folder = str(tmp_path / "backup")
    assert run("take", folder, "--service", "intake") == 0
    assert run("restore", folder, "--service", "intake") == 1
    assert "empty one" in (said := capsys.readouterr().err) or "move it away" in said
    assert run("take", folder, "--service", "intake") == 1
    assert "is not empty" in capsys.readouterr().err


def test_a_backup_that_was_changed_is_not_restored(
    told: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    folder = tmp_path / "backup"
    assert run("take", str(folder), "--service", "intake") == 0
    monkeypatch.setenv("YIMEN_INTAKE_DATABASE_URL", empty)
    monkeypatch.setenv("YIMEN_FEES_DATABASE_URL", empty)
    assert run("restore", str(folder), "--service", "fees") == 1
    assert "a backup of intake, not of fees" in capsys.readouterr().err
    [paper] = folder.rglob(NAME)
    paper.write_bytes(PAPER[:-1])
    assert run("restore", str(folder), "--service", "intake") == 1
    assert NAME in capsys.readouterr().err
    (folder / "backup.json").unlink()
    assert run("restore", str(folder), "--service", "intake") == 1
    assert "no whole backup" in capsys.readouterr().err


def test_a_password_is_on_no_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "pg_dump"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\necho "$@" > "$0.told"; echo "$PGPASSWORD" > "$0.password"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    monkeypatch.setenv("YIMEN_FEES_DATABASE_URL", "postgresql+asyncpg://fees:s3cret@127.0.0.1:1/yimen_fees")
    assert run("take", str(tmp_path / "backup"), "--service", "fees") == 0
    assert "s3cret" not in Path(f"{tool}.told").read_text()
    assert Path(f"{tool}.password").read_text() == "s3cret\n"


ENDING = """
import sys
from yimen.objects import Objects
print(Objects.at(sys.argv[1]).copy_to(Objects.at(sys.argv[2])))
"""


def test_a_program_that_ends_as_soon_as_all_is_copied_ends_well(tmp_path: Path) -> None:
    """Of those that awaited obstore for an empty folder a third were aborted at their end."""
    store = (tmp_path / "files").as_uri()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ENDING, store, (tmp_path / f"copy{number}").as_uri()],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(8)
    ]
    assert [(one.communicate()[0], one.returncode) for one in started] == [("0\n", 0)] * 8
