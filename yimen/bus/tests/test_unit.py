"""What a unit of work guarantees about the rows that are added to it."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from tests.support.ledger import EFFECTS, Ledger, Script, message, open_ledger, story
from yimen.bus import Unit


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    async with open_ledger(database_url) as opened:
        yield opened


async def test_added_rows_are_there_for_the_next_statement_and_after_the_commit(ledger: Ledger) -> None:
    async with ledger.units.begin() as unit:
        unit.add(EFFECTS, {"subject": "case/a", "sequence": 1})
        assert (await unit.execute(select(func.count()).select_from(EFFECTS))).scalar_one() == 1
        unit.add(EFFECTS, {"subject": "case/a", "sequence": 2})
    assert await ledger.effects() == [("case/a", 1), ("case/a", 2)]


async def test_an_added_row_that_cannot_be_written_takes_its_whole_unit_back(ledger: Ledger) -> None:
    async def add(unit: Unit[Script]) -> None:
        unit.add(EFFECTS, {"subject": "case/a", "sequence": 1})
        unit.add(EFFECTS, {"subject": None, "sequence": 2})

    with pytest.raises(IntegrityError):
        await ledger.act(add)
    assert await ledger.effects() == []


async def test_rows_of_different_columns_are_each_written_whole(ledger: Ledger) -> None:
    async with ledger.units.begin() as unit:
        unit.add(EFFECTS, {"n": 7, "subject": "case/a", "sequence": 1})
        unit.add(EFFECTS, {"subject": "case/b", "sequence": 1})
        unit.add(EFFECTS, {"n": 9, "subject": "case/c", "sequence": 1})
    assert sorted(await ledger.effects()) == [("case/a", 1), ("case/b", 1), ("case/c", 1)]


async def test_a_batch_whose_handlers_only_add_asks_the_database_as_often_as_one_event(ledger: Ledger) -> None:
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = ledger.database._writer.sync_engine  # the only way to see what goes over the wire
    event.listen(engine, "before_cursor_execute", note)
    await ledger.inbox.process([message("alone", 1)])
    alone = len(asked)
    await ledger.inbox.process(story(50, 1))
    assert len(asked) == 2 * alone
    assert len(await ledger.effects()) == 51


async def test_what_is_left_to_the_end_is_done_once_in_the_same_transaction(ledger: Ledger) -> None:
    async def write(unit: Unit[Script], sequences: list[int]) -> None:
        for sequence in sequences:
            unit.add(EFFECTS, {"subject": "case/a", "sequence": sequence})

    async with ledger.units.begin() as unit:
        sequences: list[int] = []
        unit.before_commit(partial(write, unit, sequences))
        sequences += [1, 2]
    assert await ledger.effects() == [("case/a", 1), ("case/a", 2)]

    async def fail() -> None:
        raise RuntimeError("the end cannot be written")

    async def leave(unit: Unit[Script]) -> None:
        unit.add(EFFECTS, {"subject": "case/b", "sequence": 1})
        unit.before_commit(fail)

    with pytest.raises(RuntimeError, match="the end"):
        await ledger.act(leave)
    assert len(await ledger.effects()) == 2
