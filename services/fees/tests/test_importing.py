"""How the bank's files come in: only under its signature, each once, by hand or fetched; wrong ones are kept as refused."""

import asyncio
import hashlib
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.fees.tests.bank_days import TOMORROW, TREASURER, bring, day, filed, found, imported, morning, paid
from services.fees.tests.conftest import open_window
from services.fees.tests.samples import TODAY
from services.fees.tests.window import Window
from sim.bank import Fault, KeyRing, SignedFile, wire
from sim.bank.statements import Statement, to_csv
from yimen.contracts import fees
from yimen.web import Role

pytestmark = pytest.mark.rule("R57")

BOOKS = ("bank_messages", "bank_payments", "statements", "statement_lines", "differences", "days", "journals")


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'fees.db')}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def both(request: pytest.FixtureRequest, database_url: str) -> str:
    if request.param == "sqlite":
        return database_url
    from services.fees.tests.conftest import migrate

    template = request.getfixturevalue("postgres_template")("fees", migrate)
    return str(request.getfixturevalue("postgres_database")(template=template))


async def contents(window: Window) -> dict[str, int]:
    return {table: (await window.rows(f"SELECT COUNT(*) FROM {table}"))[0][0] for table in BOOKS}


def signed_anew(window: Window, body: bytes) -> SignedFile:
    return SignedFile(body, window.bank.signature(body))


# -- whose word it is --------------------------------------------------------------------------------------------------


@pytest.mark.rule("R52")
async def test_a_file_without_the_banks_signature_leaves_no_trace(window: Window, tmp_path: Path) -> None:
    await paid(window, 1)
    file = filed(window)
    stranger = KeyRing(tmp_path / "stranger")
    spoiled = {
        "another body": replace(file, body=file.body.replace(b"160.00", b"999.00")),
        "another line end": replace(file, body=file.body.replace(b"\r\n", b"\n")),
        "another time": replace(file, headers=file.headers | {"Bank-Timestamp": "1"}),
        "another nonce": replace(file, headers=file.headers | {"Bank-Nonce": "0" * 32}),
        "an unknown serial": replace(file, headers=file.headers | {"Bank-Serial": "BK999999"}),
        "no signature": replace(file, headers={}),
        "from the future": replace(file, headers=_signature(window.bank.ring, window, file.body, timedelta(hours=1))),
        "a stranger's": replace(file, headers=_signature(stranger, window, file.body)),
    }
    before = await contents(window)
    for fault, wrong in spoiled.items():
        answer = await bring(window, wrong)
        assert (fault, answer.status_code) == (fault, 401)
        assert answer.json()["code"] == "statement-not-authentic"
    assert await contents(window) == before
    assert (await bring(window, file)).status_code == 201


def _signature(ring: KeyRing, window: Window, body: bytes, later: timedelta = timedelta()) -> dict[str, str]:
    return wire.signature(ring, ring.serials[0], window.clock.now() + later, "f" * 32, body)


async def test_an_old_signature_is_as_good_as_a_new_one(window: Window) -> None:
    await paid(window, 1)
    file = filed(window)
    window.clock.advance(timedelta(days=20))
    assert (await bring(window, file)).status_code == 201


async def test_the_file_is_its_own_proof(window: Window) -> None:
    await paid(window, 1, told=False)
    file = filed(window)
    await imported(window, file)
    [kept] = await window.rows(
        """SELECT m.body, m.signature, p.serial FROM statements s
        JOIN bank_messages m ON m.key_serial = s.key_serial AND m.nonce = s.nonce
        JOIN bank_payments p ON p.key_serial = m.key_serial AND p.nonce = m.nonce"""
    )
    assert (bytes(kept.body), kept.signature) == (file.body, file.headers["Bank-Signature"])


async def test_only_the_treasury_brings_files(window: Window) -> None:
    file = filed(window)
    for role in (Role.FEE_OFFICER, Role.SUPERVISOR, Role.LEADER, Role.OPERATOR):
        assert (await bring(window, file, role)).status_code == 403


# -- once --------------------------------------------------------------------------------------------------------------


async def test_the_same_file_again_is_the_same_statement(window: Window) -> None:
    await paid(window, 1, 2, told=False)
    file = filed(window)
    first = await imported(window, file)
    before = await contents(window)
    again = await imported(window, file, 200)
    signed = await imported(window, window.bank.statement(TODAY), 200)
    assert first == again == signed
    assert first["sha256"] == hashlib.sha256(file.body).hexdigest()
    assert await contents(window) == before


async def test_two_imports_at_once_are_one(both: str, tmp_path: Path, ring: KeyRing) -> None:
    async with open_window(both, tmp_path / "bank", ring) as window:
        lost = await paid(window, *range(1, 6), told=False)
        file = filed(window)
        csv, xml = window.bank.statement(TODAY), window.bank.statement(TODAY, "xml")
        answers = await asyncio.gather(*(bring(window, one) for one in (file, csv, xml, file, xml, csv)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201, 201]
        await window.harness.fire_timers()
        assert await found(window) == [("bank_only", serial, "healed") for serial in sorted(lost)]
        assert [row.version for row in await window.rows("SELECT version FROM statements ORDER BY version")] == [1, 2]
        assert len(await window.harness.events(fees.NoticePaid)) == len(lost)
        assert (await day(window))["state"] == "closed"


async def test_messages_and_the_file_at_once_are_one_payment_each(both: str, tmp_path: Path, ring: KeyRing) -> None:
    async with open_window(both, tmp_path / "bank", ring) as window:
        lost = await paid(window, *range(1, 6), told=False)
        file = filed(window)
        await bring(window, file)
        await asyncio.gather(window.harness.fire_timers(), window.bank.tell(), window.harness.fire_timers())
        await window.harness.fire_timers()
        assert await found(window) == [("bank_only", serial, "healed") for serial in sorted(lost)]
        assert len(await window.rows("SELECT 1 FROM bank_payments")) == len(lost)
        await window.sound()


async def test_the_same_day_in_another_format_changes_nothing(window: Window) -> None:
    await paid(window, 1)
    await imported(window, filed(window))
    events = len(await window.harness.events())
    second = await imported(window, window.bank.statement(TODAY, "xml"))
    assert (second["version"], second["format"], second["bank_version"]) == (2, "camt.053", 1)
    assert len(await window.harness.events()) == events
    assert await found(window) == []


@pytest.mark.parametrize("form", ["csv", "xml"])
@pytest.mark.parametrize(
    "fault",
    [
        None,
        pytest.param(Fault.GBK, marks=pytest.mark.fault("file: GBK or BOM")),
        pytest.param(Fault.BOM, marks=pytest.mark.fault("file: GBK or BOM")),
        pytest.param(Fault.GZIP, marks=pytest.mark.fault("file: gzip")),
    ],
)
async def test_packing_and_encoding_do_no_harm(window: Window, fault: Fault | None, form: str) -> None:
    await paid(window, 1)
    filed(window, fault=fault)
    await imported(window, window.bank.statement(TODAY, form))
    assert await found(window) == []
    assert (await day(window))["state"] == "closed"


@pytest.mark.fault("file: empty day")
async def test_an_empty_day_closes_too(window: Window) -> None:
    await imported(window, filed(window))
    shown = await day(window)
    assert (shown["state"], shown["file_count"], shown["closing"], shown["remittance"]) == ("closed", 0, 0, None)


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.WRONG_TOTAL, marks=pytest.mark.fault("file: wrong total")),
        pytest.param(Fault.TRUNCATED, marks=pytest.mark.fault("file: truncated")),
    ],
)
async def test_a_wrong_file_is_kept_as_refused_and_touches_nothing(window: Window, fault: Fault) -> None:
    await paid(window, 1, told=False)
    file = filed(window, fault=fault)
    answer = await bring(window, file)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["day"]) == (422, "statement-refused", TODAY.isoformat())
    [kept] = await window.rows("SELECT state, refusal FROM statements")
    assert kept.state == "refused"
    assert kept.refusal in problem["detail"]
    [one] = (await window.get("/differences", Role.TREASURER))["differences"]
    assert (one["kind"], one["state"], one["owner"], one["due_by"]) == ("file", "open", "treasurer", "2026-09-10")
    assert one["detail"] == kept.refusal
    [told] = await window.harness.events(fees.DayDiscrepancyFound)
    assert (told.difference, told.owner, told.day) == ("file", "treasurer", TODAY)
    assert await window.rows("SELECT 1 FROM statement_lines") == []
    assert await window.balance("1002") == 0


async def test_a_wrong_file_again_says_the_same_and_a_right_one_heals_it(window: Window) -> None:
    await paid(window, 1)
    file = filed(window, fault=Fault.WRONG_TOTAL)
    first = (await bring(window, file)).json()
    before = await contents(window)
    again = await bring(window, file)
    assert (again.status_code, again.json()) == (422, first)
    assert await contents(window) == before
    assert (await day(window))["state"] == "open"
    window.bank.correct(TODAY)
    second = await imported(window, window.bank.statement(TODAY))
    assert (second["version"], second["bank_version"]) == (2, 2)
    assert await found(window) == [("file", "", "healed")]
    assert (await day(window))["state"] == "closed"


async def test_an_earlier_version_never_replaces_a_later_one(window: Window) -> None:
    await paid(window, 1)
    first = filed(window, fault=Fault.EMPTY_FILE)
    window.bank.correct(TODAY)
    await imported(window, window.bank.statement(TODAY))
    answer = await bring(window, first)
    assert answer.status_code == 422
    assert "第2版文件已经导入" in answer.json()["detail"]
    assert await found(window) == []


async def test_a_file_of_a_day_to_come_is_good_once_the_day_has_come(window: Window) -> None:
    now = window.clock.now()
    told = Statement("代收银行", window.bank.account, TOMORROW, 1, 0, (), now, (now, now))
    early = signed_anew(window, to_csv(told).encode())
    assert (await bring(window, early)).status_code == 422
    assert await found(window) == [("file", "", "open")]
    window.clock.advance(timedelta(days=1))
    again = await imported(window, early)
    assert (again["version"], again["state"], again["refusal"]) == (1, "accepted", None)


async def test_a_file_of_another_account_or_day_is_refused(database_url: str, tmp_path: Path, ring: KeyRing) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, fiscal_account="6222") as window:
        answer = await bring(window, filed(window))
        assert answer.status_code == 422
        assert "不是财政专户6222的" in answer.json()["detail"]
    async with open_window(database_url, tmp_path / "other", ring) as window:
        window.clock.advance(timedelta(days=1))
        answer = await bring(window, filed(window, TOMORROW), day="2026-09-06")
        assert answer.status_code == 422
        assert "文件是2026-09-08的，不是2026-09-06的" in answer.json()["detail"]


async def test_what_is_no_file_at_all_is_the_day_befores_matter(window: Window) -> None:
    answer = await bring(window, signed_anew(window, b"\xff\xfe nonsense"))
    assert answer.status_code == 422
    assert answer.json()["day"] == "2026-09-06"
    asked = await bring(window, signed_anew(window, b"more nonsense"), day=TODAY.isoformat())
    assert asked.json()["day"] == TODAY.isoformat()


async def test_a_larger_body_than_any_file_is_not_read(window: Window) -> None:
    answer = await window.harness.client.post(
        "/statements", content=b" " * (8 * 1024 * 1024 + 1), headers=window.headers(Role.TREASURER, TREASURER)
    )
    assert answer.status_code == 413


# -- fetched -----------------------------------------------------------------------------------------------------------


async def files(window: Window) -> list[tuple[str, str]]:
    return [(str(row.day), row.state) for row in await window.rows("SELECT day, state FROM statements ORDER BY id")]


async def work(window: Window) -> None:
    """Timers and senders, until neither has anything to do."""
    while await window.harness.fire_timers() + await window.harness.run_senders():
        continue


async def test_each_morning_the_file_of_the_day_before_is_fetched(window: Window) -> None:
    await paid(window, 1, told=False)
    morning(window, TOMORROW, 5)
    await work(window)
    assert await files(window) == []
    morning(window, TOMORROW)
    await work(window)
    assert await files(window) == [("2026-09-07", "accepted")]
    shown = await day(window)
    assert (shown["state"], shown["statements"][0]["imported_by"]) == ("closed", None)
    morning(window, TOMORROW + timedelta(days=1))
    await work(window)
    assert [one for one, _state in await files(window)] == ["2026-09-07", "2026-09-08"]


async def test_days_that_were_missed_are_fetched_one_after_the_other(window: Window) -> None:
    await paid(window, 1)
    morning(window, TODAY + timedelta(days=4), 9)
    await work(window)
    assert [one for one, _state in await files(window)] == [f"2026-09-{n:02}" for n in (7, 8, 9, 10)]
    assert {row.state for row in await window.rows("SELECT state FROM days")} == {"closed"}
    assert await found(window) == []


@pytest.mark.parametrize("fault", [Fault.UNSIGNED, Fault.MISSIGNED, Fault.BUSY, Fault.DEAF])
async def test_a_file_without_a_good_answer_is_asked_for_again(window: Window, fault: Fault) -> None:
    await paid(window, 1)
    window.bank.arm(fault, TODAY.isoformat())
    morning(window, TOMORROW)
    await work(window)
    assert await files(window) == []
    window.clock.advance(timedelta(minutes=2))
    await work(window)
    assert await files(window) == [("2026-09-07", "accepted")]


async def test_a_file_that_does_not_come_is_somebodys_matter_until_it_comes(window: Window) -> None:
    await paid(window, 1)
    window.bank.arm(Fault.BUSY, TODAY.isoformat(), 9)
    morning(window, TOMORROW)
    for _ in range(9):
        await work(window)
        window.clock.advance(timedelta(hours=2, minutes=15))
    assert await found(window) == [("file", "", "open")]
    assert "没有取到该日的对账文件" in (await day(window))["differences"][0]["detail"]
    morning(window, TOMORROW + timedelta(days=1), 7)
    await work(window)
    assert await found(window) == [("file", "", "healed")]
    assert {one for one, _state in await files(window)} == {"2026-09-07", "2026-09-08"}


async def test_a_fetched_file_that_is_wrong_is_refused_like_any_other(window: Window) -> None:
    await paid(window, 1)
    filed(window, fault=Fault.WRONG_TOTAL)
    morning(window, TOMORROW)
    await work(window)
    assert await files(window) == [("2026-09-07", "refused")]
    window.bank.correct(TODAY)
    morning(window, TOMORROW + timedelta(days=1))
    await work(window)
    shown: Any = await files(window)
    assert shown == [("2026-09-07", "refused"), ("2026-09-07", "accepted"), ("2026-09-08", "accepted")]
    assert (await day(window))["state"] == "closed"
