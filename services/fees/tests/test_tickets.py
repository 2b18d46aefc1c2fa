"""Ticket numbers: given in blocks, taken in order, void but never deleted, written off before new ones are given (R56)."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from services.fees import tickets
from services.fees.context import Context
from services.fees.tables import cases, notices, ticket_blocks
from services.fees.tables import tickets as given_tickets
from services.fees.tests.clerks import Clerks
from services.fees.tests.conftest import open_window
from services.fees.tests.samples import CASE, MONDAY
from services.fees.tests.test_collecting import message, send
from services.fees.tests.test_exceptions_api import problem
from services.fees.tests.window import Window
from sim.bank import KeyRing
from yimen.bus import Unit, Units
from yimen.clock import FrozenClock
from yimen.contracts import fees
from yimen.db import Database
from yimen.errors import NotNow
from yimen.web import Role

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CODE = "36070126"


@pytest.fixture
async def short(database_url: str, tmp_path: Path, ring: KeyRing) -> AsyncIterator[Window]:
    """A window with two ticket numbers, 8 and 9."""
    async with open_window(database_url, tmp_path / "bank", ring, ticket_first=8, ticket_last=9) as opened:
        yield opened


async def paid(window: Window, n: int) -> dict[str, Any]:
    notice = await window.issued(f"{CASE}-{n}", f"L{n}")
    window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    return await window.notice(f"{CASE}-{n}") or {}


# -- blocks -------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R56")
@on_sqlite
async def test_a_new_block_receipts_at_once_what_waited_for_a_number(short: Window) -> None:
    clerks = Clerks(short)
    states = [(await paid(short, n))["state"] for n in range(4)]
    assert states == ["receipted", "receipted", "paid", "paid"]
    assert problem(await clerks.give(10, 19)) == (409, "block-not-written-off")
    [block] = (await short.get("/ticket-blocks"))["blocks"]
    assert (block["used"], block["void"], block["left"]) == (2, 0, 0)
    written = await clerks.write_off(block["block_id"])
    assert (written.status_code, written.json()["written_off_by"]) == (200, "treasurer-1")
    made = await clerks.give(10, 19)
    assert (made.status_code, made.json()["left"], made.json()["issued_by"]) == (201, 8, "treasurer-1")
    assert [(await short.notice(f"{CASE}-{n}") or {})["ticket_number"][-2:] for n in range(4)] == [
        "08",
        "09",
        "10",
        "11",
    ]
    await short.sound()


@pytest.mark.rule("R56")
@on_sqlite
@pytest.mark.parametrize(("first", "last"), [(8, 9), (9, 12), (1, 8), (1, 99), (9, 9)])
async def test_no_number_stands_in_two_blocks_of_a_code(short: Window, first: int, last: int) -> None:
    clerks = Clerks(short)
    assert problem(await clerks.give(first, last)) == (409, "block-overlaps")
    assert (await clerks.give(first, last, code="36070127")).status_code == 201
    assert (await clerks.give(10, 12)).status_code == 201


@on_sqlite
async def test_a_block_ends_after_it_begins(short: Window) -> None:
    clerks = Clerks(short)
    assert problem(await clerks.give(20, 19)) == (422, "block-reversed")
    for first, last, code in ((0, 5, CODE), (5, 10**10, CODE), (1, 2, "3607")):
        assert problem(await clerks.give(first, last, code)) == (422, "invalid-request")


@pytest.mark.rule("R56")
@on_sqlite
async def test_a_block_is_written_off_once_and_only_when_every_number_was_used(short: Window) -> None:
    clerks = Clerks(short)
    await paid(short, 1)
    assert problem(await clerks.write_off(1)) == (409, "block-not-used-up")
    await paid(short, 2)
    assert problem(await clerks.write_off(1, version=7)) == (412, "stale-version")
    assert (await clerks.write_off(1)).status_code == 200
    assert problem(await clerks.write_off(1, version=2)) == (409, "block-written-off")
    assert problem(await clerks.write_off(77)) == (404, "not-found")


@on_sqlite
async def test_the_block_that_is_set_never_reaches_into_one_that_was_given(
    database_url: str, tmp_path: Path, ring: KeyRing
) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, ticket_first=8, ticket_last=9) as window:
        await Clerks(window).give(10, 19)
    for first, last in ((8, 9), (12, 30), (20, 29)):
        async with open_window(database_url, tmp_path / "bank", ring, ticket_first=first, ticket_last=last) as window:
            blocks = (await window.get("/ticket-blocks"))["blocks"]
    assert [(block["first"], block["last"]) for block in blocks] == [(8, 9), (10, 19), (20, 29)]


@on_sqlite
async def test_blocks_are_given_and_written_off_by_the_treasury_alone(short: Window) -> None:
    client, body = short.harness.client, {"ticket_code": CODE, "first": 10, "last": 19}
    for role in set(Role) - {Role.TREASURER}:
        headers = short.headers(role) | {"Idempotency-Key": "k", "If-Match": '"1"'}
        assert (await client.post("/ticket-blocks", json=body, headers=headers)).status_code == 403
        assert (await client.post("/ticket-blocks/1/write-off", headers=headers)).status_code == 403


# -- void ---------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R56")
async def test_a_spoilt_ticket_stays_in_the_register_and_its_notice_has_the_next_number(window: Window) -> None:
    clerks, notice = Clerks(window), await paid(window, 1)
    await paid(window, 2)
    answer = await clerks.void(notice["notice_number"])
    assert (answer.status_code, answer.json()["ticket_number"], answer.json()["state"]) == (
        200,
        "0000000003",
        "receipted",
    )
    told = await window.harness.events(fees.NoticeTicketVoided, fees.NoticeReceipted)
    mine = [event for event in told if event.notice_number == notice["notice_number"]]
    assert [(event.action, event.ticket_number) for event in mine] == [
        ("receipted", "0000000001"),
        ("ticket_voided", "0000000001"),
        ("receipted", "0000000003"),
    ]
    register = (await window.get("/tickets?from=1"))["tickets"]
    assert [(one["ticket_number"][-1], one["state"]) for one in register] == [
        ("1", "void"),
        ("2", "issued"),
        ("3", "issued"),
    ]
    assert (register[0]["void_reason"], register[0]["amount"]) == ("打印错误", 16000)
    [block] = (await window.get("/ticket-blocks"))["blocks"]
    assert (block["used"], block["void"]) == (3, 1)
    await window.sound()


@on_sqlite
async def test_the_same_voiding_twice_voids_once(window: Window) -> None:
    clerks, notice = Clerks(window), await paid(window, 1)
    assert (await clerks.void(notice["notice_number"], version=1)).status_code == 200
    assert problem(await clerks.void(notice["notice_number"], version=1)) == (412, "stale-version")
    assert (await clerks.void(notice["notice_number"])).status_code == 200
    assert [row.state for row in await window.rows("SELECT state FROM tickets ORDER BY number")] == [
        "void",
        "void",
        "issued",
    ]
    await window.sound()


@pytest.mark.rule("R56")
@on_sqlite
async def test_no_ticket_is_void_without_another_in_its_place(short: Window) -> None:
    clerks, notice = Clerks(short), await paid(short, 1)
    await paid(short, 2)
    assert problem(await clerks.void(notice["notice_number"])) == (409, "no-ticket-number")
    assert (await short.notice(f"{CASE}-1") or {})["ticket_number"] == "0000000008"
    unpaid = await short.issued(f"{CASE}-3", "L3")
    assert problem(await clerks.void(unpaid["notice_number"])) == (409, "no-ticket")
    missing = await short.harness.client.post(
        "/notices/JK1/ticket/void", json={"reason": "x"}, headers=short.headers() | {"If-Match": '"1"'}
    )
    assert problem(missing) == (404, "not-found")
    await short.sound()


@on_sqlite
async def test_the_register_is_read_page_by_page(window: Window) -> None:
    for n in range(3):
        await paid(window, n)
    assert [one["ticket_number"][-1] for one in (await window.get("/tickets?limit=2"))["tickets"]] == ["1", "2"]
    assert [one["ticket_number"][-1] for one in (await window.get("/tickets?from=3"))["tickets"]] == ["3"]
    assert (await window.get("/tickets?code=00000000"))["tickets"] == []


# -- many at once -------------------------------------------------------------------------------------------------------


async def make_notices(unit: Unit[Context], names: list[str]) -> None:
    """Bare rows for tickets to hang on."""
    rows = [
        {"number": name, "case_number": name, "payment_code": f"{name:A>20}", "amount": 0, "state": "nothing_due"}
        | {"issued_at": unit.now, "pay_by": unit.now.date()}
        for name in names
    ]
    await unit.execute(insert(cases), [{"case_number": name} for name in names])
    await unit.execute(insert(notices), rows)


async def numbers_of(unit: Any) -> list[int]:
    return list((await unit.execute(select(given_tickets.c.number).order_by(given_tickets.c.number))).scalars())


class Changed(Exception):
    """The transaction is rolled back."""


@pytest.mark.rule("R56")
async def test_fifty_at_once_of_whom_some_fail_leave_no_gap(window: Window) -> None:
    units, names = window.harness.units, [f"N{n}" for n in range(50)]
    async with units.begin() as unit:
        await make_notices(unit, names)

    async def take(n: int) -> None:
        async with units.begin() as unit:
            assert await tickets.take(unit, names[n]) is not None
            if n % 3 == 0:
                raise Changed

    done = await asyncio.gather(*(take(n) for n in range(50)), return_exceptions=True)
    assert [type(one) for one in done if one is not None] == [Changed] * 17
    async with units.view() as view:
        assert await numbers_of(view) == list(range(1, 34))


@pytest.mark.rule("R56")
async def test_no_receipt_is_left_behind_by_a_block_that_is_given_while_it_looks_for_a_number(
    database_url: str, tmp_path: Path, ring: KeyRing
) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, ticket_first=1, ticket_last=1) as window:
        clerks = Clerks(window)
        await paid(window, 0)
        await clerks.write_off(1)
        due = [await window.issued(f"{CASE}-{n}", f"L{n}") for n in range(1, 7)]
        calls = [message(window, window.bank.take(notice["payment_code"], 16000)) for notice in due]
        answers = await asyncio.gather(*(send(window, call) for call in calls[:3]), clerks.give(2, 9), clerks.give(20, 29),
                                       *(send(window, call) for call in calls[3:]))  # fmt: skip
        assert [answer.status_code for answer in answers[3:5]] == [201, 201]  # type: ignore[union-attr]
        states = {row.state for row in await window.rows("SELECT state FROM notices")}
        assert states == {"receipted"}
        await window.sound()


# -- in any order -------------------------------------------------------------------------------------------------------

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 3)),
        st.tuples(st.just("void"), st.integers(0, 30)),
        st.tuples(st.just("write_off"), st.integers(1, 6)),
        st.tuples(st.just("give"), st.tuples(st.integers(1, 30), st.integers(0, 5))),
    ),
    max_size=30,
)


class Register:
    """What is not allowed now leaves no trace, as in a request."""

    def __init__(self, units: Units[Any]) -> None:
        self.units = units
        self.receipted: list[str] = []
        self.blocks: list[tuple[int, int]] = []

    async def take(self, unit: Unit[Any], count: int) -> None:
        for _ in range(count):
            name = f"N{len(self.receipted)}"
            await make_notices(unit, [name])
            if await tickets.take(unit, name) is None:
                raise Changed
            self.receipted.append(name)

    async def void(self, unit: Unit[Any], which: int) -> None:
        if self.receipted:
            await tickets.exchange(unit, self.receipted[which % len(self.receipted)], "打印错误", "officer")

    async def write_off(self, unit: Unit[Any], number: int) -> None:
        block = await tickets.block_row(unit, number, lock=True)
        if block is not None:
            await tickets.write_off(unit, block, "treasurer")

    async def give(self, unit: Unit[Any], block: tuple[int, int]) -> None:
        await tickets.give_block(unit, CODE, block[0], block[0] + block[1], "treasurer")

    async def act(self, name: str, value: Any) -> None:
        before = list(self.receipted)
        try:
            async with self.units.begin() as unit:
                await getattr(self, name)(unit, value)
        except (NotNow, Changed):
            self.receipted = before


@asynccontextmanager
async def bare_units(file: Path) -> AsyncIterator[Units[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{shutil.copy(file, Path(folder) / 'fees.db')}")
        yield Units(database, FrozenClock(MONDAY), None, notices.metadata, "/fees")
        await database.close()


@pytest.mark.rule("R56")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_no_order_of_giving_taking_voiding_and_writing_off_leaves_a_gap(
    acts: list[tuple[str, Any]], migrated_file: Path
) -> None:
    async def play() -> None:
        async with bare_units(migrated_file) as units:
            register = Register(units)
            for name, value in [("give", (5, 2)), *acts]:
                await register.act(name, value)
            async with units.view() as view:
                blocks = (await view.execute(select(ticket_blocks).order_by(ticket_blocks.c.first))).all()
                taken = await numbers_of(view)
                good = select(given_tickets.c.notice_number).where(given_tickets.c.state == "issued")
                assert sorted((await view.execute(good)).scalars()) == sorted(register.receipted)
        assert taken == [number for block in blocks for number in range(block.first, block.next)]
        assert all(one.last < next_.first for one, next_ in pairwise(blocks))
        assert all(block.next > block.last for block in blocks if block.written_off_at is not None)
        in_use = [block for block in sorted(blocks, key=lambda one: one.id) if block.next <= block.last]
        assert all(block.next == block.first for block in in_use[1:]), "a block is begun when the one before is used up"

    asyncio.run(play())
