"""After a whole day no resident's number, telephone or mail address lies in the clear in any database of the hall, and no
event has carried one but to the messenger.

The files of the played outside world (bank, gateways, mail server) and what citizens upload are not the databases'.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from deploy.outside import data_keys_in
from services.intake.tables import cases
from services.notify.tables import contacts
from sim.people import PEOPLE
from tests.support.replay import Recording
from yimen.db import Database
from yimen.keys import PREFIX, Keys

SERVICES = ("intake", "fees", "monitor", "notify", "approval-*")
PRIVATE = ("intake.contact.", "intake.credential.")
"""Entities that only the messenger (and, of credentials, the supervisor) may bind."""


def played_numbers() -> set[str]:
    """Whatever the day's citizens told the hall of themselves."""
    told = {value for one in PEOPLE.values() for value in (one.id_number, one.phone) if value}
    assert len(told) >= 6
    return told


def databases(home: Path) -> Iterator[Path]:
    """With what SQLite keeps beside them: pages that were freed or not yet moved lie there too."""
    for service in SERVICES:
        found = [path for path in home.glob(f"{service}.db*") if path.is_file()]
        assert found, service
        yield from found


async def opened(home: Path) -> set[str]:
    """The same from the hall's side, by those who have the keys: that the day put them there at all."""
    seen: set[str] = set()
    keys = Keys.told(data_keys_in(home))
    for name, query in (("intake", select(cases.c.applicant)), ("notify", select(contacts.c.phone))):
        database = Database(f"sqlite+aiosqlite:///{home / f'{name}.db'}", keys=keys)
        async with database.read() as conn:
            seen |= set(re.findall(r"[0-9A-Z]{11,18}", repr((await conn.execute(query)).all())))
        await database.close()
    return seen


async def test_no_number_of_a_citizen_lies_in_the_clear(recording: Recording) -> None:
    numbers = played_numbers()
    assert numbers & await opened(recording.home), "the day stored numbers, and keys open them"
    lying = {
        (path.name, number)
        for path in databases(recording.home)
        for number in numbers
        if number.encode() in path.read_bytes()
    }
    assert lying == set()
    assert PREFIX.encode() in (recording.home / "intake.db").read_bytes() + read_log(recording.home / "intake.db")


def read_log(database: Path) -> bytes:
    log = database.with_name(f"{database.name}-wal")
    return log.read_bytes() if log.exists() else b""


def test_no_event_carries_a_number_but_to_the_messenger(recording: Recording) -> None:
    private = [message for message in recording.messages if message.key.startswith(PRIVATE)]
    assert any(number.encode() in message.body for message in private for number in played_numbers())
    for message in recording.messages:
        if not message.key.startswith(PRIVATE):
            told = [number for number in played_numbers() if number.encode() in message.body]
            assert told == [], message.key


@pytest.mark.parametrize("name", ["data-keys"])
def test_the_key_is_for_our_eyes_only(recording: Recording, name: str) -> None:
    assert (recording.home / name).stat().st_mode & 0o077 == 0
