"""A restored database is compared with one that remembers more."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from tests.support import tiny
from yimen import compare
from yimen.bus import Units
from yimen.clock import SystemClock
from yimen.db import Database
from yimen.migrating import upgrade
from yimen.operate import main
from yimen.operations.positions import Gap, Memory

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "support" / "tiny_migrations"


@dataclass
class Two:
    """`restored` said of case/a one word and heard of review/r one; `other` remembers more."""

    restored: Units[None]
    other: Units[None]

    @property
    def words(self) -> list[str]:
        urls = (units.database.url.render_as_string(hide_password=False) for units in (self.restored, self.other))
        return [word for name, url in zip(("--database-url", "--other-url"), urls, strict=True) for word in (name, url)]


async def remember(units: Units[None], spoken: dict[str, int], heard: dict[tuple[str, str], int], source: str) -> None:
    async with units.begin() as unit:
        for subject, last in spoken.items():
            row = {"source": source, "subject": subject, "last": last}
            await unit.execute(insert(unit.table("outbox_sequence")), row)
        for (of, subject), last in heard.items():
            row = {"consumer": "any", "source": of, "subject": subject, "last_sequence": last}
            await unit.execute(insert(unit.table("inbox_position")), row)


@pytest.fixture
async def two(database_url: str, tmp_path: Path) -> AsyncIterator[Two]:
    databases = [Database(database_url), Database(f"sqlite+aiosqlite:///{tmp_path}/other.db")]
    for database in databases:
        await upgrade(database, TINY)
    both = Two(*(Units(database, SystemClock(), None, tiny.metadata, "/x") for database in databases))
    await remember(both.restored, {"case/a": 1, "case/b": 3}, {("/approval", "review/r"): 1}, "/intake")
    heard = {("/intake", "case/a"): 4, ("/intake", "case/b"): 3, ("/intake", "case/c"): 2}
    heard |= {("/approval", "review/r"): 1, ("/approval", "review/s"): 2, ("/fees", "day/d"): 1}
    await remember(both.other, {"alert/x": 1}, heard, "/monitor")
    yield both
    for database in databases:
        await database.close()


async def gaps(two: Two) -> list[Gap]:
    async with two.restored.view() as own, two.other.view() as other:
        return compare.compare(await Memory.of(own), await Memory.of(other))


async def test_what_was_forgotten_and_what_was_not_heard_is_named(two: Two) -> None:
    """Of fees' days and of alerts the restored one never heard: it does not follow them."""
    assert await gaps(two) == [
        Gap("/approval", "review/s", 0, 2, said=False),
        Gap("/intake", "case/a", 1, 4, said=True),
        Gap("/intake", "case/c", 0, 2, said=True),
    ]


def test_the_command_names_them_and_fails_until_nothing_is_missing(two: Two, capsys: Any) -> None:
    assert main(two.words, compare.app) == 1
    told = capsys.readouterr()
    assert "Forgotten: 2 subjects. Unheard: 1 subjects." in told.err
    assert "review/s" in told.out
    signed = ("--by", "yun", "--reason", "restored to 03:00")
    assert main(["advance", *two.words, *signed], compare.app) == 0
    assert main(two.words, compare.app) == 1
    assert "Forgotten: 0 subjects. Unheard: 1 subjects." in capsys.readouterr().err


def test_nobody_advances_without_a_reason_or_a_second_memory(two: Two, capsys: Any) -> None:
    assert main(["advance", *two.words, "--by", "yun", "--reason", " "], compare.app) == 2
    assert main(two.words[:2], compare.app) == 2
    assert "name the database" in capsys.readouterr().err


async def test_a_number_that_was_heard_is_not_used_again(two: Two) -> None:
    async with two.restored.begin() as unit:
        assert await compare.advance(unit, await gaps(two), compare.Signed("yun", "restored").who) == 2
    async with two.restored.view() as view:
        spoken = (await Memory.of(view)).spoken
        acts = (await view.execute(select(view.table("operator_acts").c.target_id))).scalars().all()
    assert spoken == {("/intake", "case/a"): 4, ("/intake", "case/b"): 3, ("/intake", "case/c"): 2}
    assert sorted(acts) == ["case/a", "case/c"]
