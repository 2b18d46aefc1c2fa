"""Daily files: what was booked, as CSV and camt.053, frozen, in versions; and each way in which a file can lie."""

import codecs
import csv
import gzip
import hashlib
import io
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.bank import Books, Fault, KeyRing, Refused
from sim.bank.manners import FILE_FAULTS, LEADS_TO
from sim.tests.branch import CODE, START, Branch, asked, remittance

DAY = date(2026, 9, 7)
NEXT = DAY + timedelta(days=1)
EVENING = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def rows(branch: Branch, day: date = DAY, version: int | None = None) -> list[list[str]]:
    text = branch.bank.statement(day, "csv", version).body.decode()
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def found(root: ET.Element, path: str) -> list[str | None]:
    return [one.text for one in root.iterfind(path, {"": CAMT})]


def a_day(branch: Branch) -> list[dict[str, Any]]:
    """Two payments, a refund and a remittance: 300 分 in, 70 out."""
    payments = [branch.bank.take(CODE, 100), branch.bank.take("付,款", 200, "qr")]
    branch.bank.refund(asked(payments[0]["serial"], 30))
    branch.bank.settle()
    branch.bank.remit(remittance(40))
    branch.bank.settle()
    branch.clock.move_to(EVENING)
    return payments


async def test_the_csv_tells_the_day(branch: Branch) -> None:
    first, second = a_day(branch)
    refund = branch.bank.outgoing.show_refund("TK2026000001")["refund"]["bank_serial"]
    remitted = branch.bank.outgoing.show_remittance("HJ2026000001")["remittance"]["bank_serial"]
    at = "2026-09-07T09:00:00+08:00"
    assert rows(branch) == [
        ["H", "YIMEN-STATEMENT", "1", "代收银行", branch.bank.account, "CNY", "2026-09-07", "1", "0.00"],
        ["D", "1", first["serial"], "payment", CODE, "in", "1.00", "counter", at],
        ["D", "2", second["serial"], "payment", "付,款", "in", "2.00", "qr", at],
        ["D", "3", refund, "refund", "TK2026000001", "out", "0.30", "-", at],
        ["D", "4", remitted, "remittance", "HJ2026000001", "out", "0.40", "-", at],
        ["T", "2", "3.00", "2", "0.70", "2.30"],
    ]


async def test_the_xml_tells_the_same(branch: Branch) -> None:
    a_day(branch)
    lines = rows(branch)
    root = ET.fromstring(branch.bank.statement(DAY, "xml").body)
    statement = "BkToCstmrStmt/Stmt"
    account = branch.bank.account
    assert found(root, f"{statement}/Id") == [f"{account}-2026-09-07"]
    assert found(root, f"{statement}/ElctrncSeqNb") == ["1"]
    assert found(root, f"{statement}/Acct/Id/Othr/Id") == [account]
    assert found(root, f"{statement}/FrToDt/") == ["2026-09-06T17:00:00+08:00", "2026-09-07T17:00:00+08:00"]
    assert found(root, f"{statement}/Bal/Tp/CdOrPrtry/Cd") == ["OPBD", "CLBD"]
    assert found(root, f"{statement}/Bal/Amt") == ["0.00", "2.30"]
    assert found(root, f"{statement}/Bal/CdtDbtInd") == ["CRDT", "CRDT"]
    assert found(root, f"{statement}/TxsSummry//NbOfNtries") == ["2", "2"]
    assert found(root, f"{statement}/TxsSummry//Sum") == ["3.00", "0.70"]
    entry = f"{statement}/Ntry"
    columns = {
        "NtryRef": 1,
        "AcctSvcrRef": 2,
        "NtryDtls/TxDtls/Refs/EndToEndId": 4,
        "Amt": 6,
        "NtryDtls/TxDtls/AddtlTxInf": 7,
        "ValDt/DtTm": 8,
    }
    for path, column in columns.items():
        assert found(root, f"{entry}/{path}") == [line[column] for line in lines[1:-1]], path
    assert found(root, f"{entry}/CdtDbtInd") == ["CRDT", "CRDT", "DBIT", "DBIT"]
    assert found(root, f"{entry}/BkTxCd/Prtry/Cd") == ["PAYMENT", "PAYMENT", "REFUND", "REMITTANCE"]
    assert set(found(root, f"{entry}/BookgDt/Dt")) == {"2026-09-07"}
    assert set(found(root, f"{entry}/Sts/Cd")) == {"BOOK"}


async def test_a_file_is_signed_and_the_same_for_everybody_who_asks(branch: Branch) -> None:
    a_day(branch)
    async with branch.client() as client:
        for form in ("csv", "xml"):
            told = branch.bank.statement(DAY, form)
            answer = await client.get(f"/statements/2026-09-07.{form}")
            for headers, body in ((told.headers, told.body), (answer.headers, answer.content)):
                assert branch.verified(headers, body) == told.body
                assert headers["Statement-Sha256"] == hashlib.sha256(told.body).hexdigest()
                assert headers["Statement-Version"] == "1"
        for path in ("2026-09-07", "2026-09-07.pdf", "2026-13-01.csv", "2026-09-08.csv"):
            assert (await client.get(f"/statements/{path}")).status_code == 404


async def test_there_is_no_file_before_the_day_has_ended(branch: Branch) -> None:
    with pytest.raises(Refused, match="尚未日终"):
        branch.bank.statement(DAY)
    branch.clock.move_to(EVENING - timedelta(microseconds=1))
    branch.bank.take(CODE, 1)
    with pytest.raises(Refused):
        branch.bank.statement(DAY)
    branch.clock.move_to(EVENING)
    branch.bank.take(CODE, 2)
    assert [line[6] for line in rows(branch)[1:-1]] == ["0.01"]
    branch.clock.move_to(EVENING + timedelta(days=1))
    late = rows(branch, NEXT)
    assert (late[0][8], late[1][6], late[1][8]) == ("0.01", "0.02", "2026-09-07T17:00:00+08:00")


async def test_a_day_that_somebody_closes_has_ended(branch: Branch) -> None:
    branch.bank.take(CODE, 1)
    assert [branch.bank.close_day(DAY) for _ in range(2)] == [1, 1]
    branch.bank.take(CODE, 2)
    assert len(rows(branch)) == 3
    assert branch.bank.today() == NEXT
    for day in (NEXT + timedelta(days=1), date(2030, 1, 1)):
        with pytest.raises(Refused, match="还没有开始"):
            branch.bank.close_day(day)
    branch.bank.close_day(NEXT)
    assert rows(branch, NEXT)[1][6] == "0.02"
    branch.bank = branch.open()
    assert branch.bank.today() == NEXT + timedelta(days=1)


async def test_booking_days_never_go_back_though_the_cut_off_does(tmp_path: Path, bank_ring: KeyRing) -> None:
    branch = Branch(tmp_path, bank_ring, cut_off=time(8))
    branch.bank.take(CODE, 1)
    assert branch.bank.today() == NEXT
    branch.more["cut_off"] = time(20)
    branch.bank = branch.open()
    branch.bank.take(CODE, 2)
    assert len(branch.bank.ledger.lines(branch.bank.account, NEXT)) == 2


async def test_what_was_given_out_stays(branch: Branch) -> None:
    a_day(branch)
    told = branch.bank.statement(DAY).body
    branch.clock.advance(timedelta(days=3))
    branch.bank.take(CODE, 5)
    branch.bank = branch.open()
    assert branch.bank.statement(DAY).body == told


async def test_a_correction_is_a_further_version(branch: Branch) -> None:
    a_day(branch)
    with pytest.raises(Refused, match="无从更正"):
        branch.bank.correct(DAY)
    branch.bank.close_day(DAY, Fault.LINE_MISSING)
    with pytest.raises(Refused, match="更正文件"):
        branch.bank.close_day(DAY, Fault.LINE_EXTRA)
    wrong = branch.bank.statement(DAY)
    assert branch.bank.correct(DAY) == 2
    right = branch.bank.statement(DAY)
    assert (right.headers["Statement-Version"], rows(branch)[0][7], len(rows(branch))) == ("2", "2", 6)
    assert branch.bank.statement(DAY, version=1).body == wrong.body
    assert len(rows(branch, version=1)) == 5
    with pytest.raises(Refused, match="没有这个版本"):
        branch.bank.statement(DAY, version=3)


# -- files that lie -----------------------------------------------------------------------------------------------------


def readable(body: bytes) -> str | None:
    """As a patient reader makes it out; None for what is none of it."""
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


ALTERED = {
    Fault.LINE_MISSING: (1, 0),
    Fault.LINE_EXTRA: (0, 1),
    Fault.LINE_DOUBLED: (0, 1),
    Fault.LINE_AMOUNT: (1, 1),
    Fault.EMPTY_FILE: (4, 0),
}
"""How many true lines such a file lacks, and how many it has besides."""


def lying(branch: Branch, fault: Fault) -> tuple[list[list[str]], list[list[str]], Any]:
    """What the file says, what a true one says, and what the journal says of it."""
    a_day(branch)
    branch.bank.arm(fault, "2026-09-07")
    told = branch.bank.statement(DAY)
    assert branch.verified(told.headers, told.body) == told.body
    branch.bank.correct(DAY)
    [noted] = branch.faults()
    assert (noted["fault"], noted["day"], noted["version"]) == (fault, "2026-09-07", 1)
    assert noted["difference"] == LEADS_TO.get(fault)
    return list(csv.reader(io.StringIO(readable(told.body), newline=""))), rows(branch), noted["done"]


@pytest.mark.parametrize("fault", ALTERED)
async def test_lines_that_lie_leave_a_file_that_agrees_with_itself(branch: Branch, fault: Fault) -> None:
    lies, true, done = lying(branch, fault)
    said, right = (Counter(tuple(line[2:]) for line in told[1:-1]) for told in (lies, true))
    lacks, besides = right - said, said - right
    assert (lacks.total(), besides.total()) == ALTERED[fault]
    assert {line[0] for line in lacks | besides} == {one["serial"] for one in done}
    assert_sound(lies)


@pytest.mark.parametrize("fault", [Fault.WRONG_TOTAL, Fault.WRONG_OPENING])
async def test_sums_that_lie_leave_the_lines_true(branch: Branch, fault: Fault) -> None:
    lies, true, done = lying(branch, fault)
    assert lies[1:-1] == true[1:-1]
    told, stands = (row[2] if fault is Fault.WRONG_TOTAL else head[8] for head, *_, row in (lies, true))
    assert fen(told) - fen(stands) == done["off"] != 0
    assert (lies[-1][5] == true[-1][5]) is (fault is Fault.WRONG_TOTAL)


@pytest.mark.parametrize("fault", [Fault.GBK, Fault.BOM, Fault.GZIP, Fault.TRUNCATED])
async def test_bytes_that_lie_say_the_same_as_far_as_they_go(branch: Branch, fault: Fault) -> None:
    lies, true, _done = lying(branch, fault)
    if fault is Fault.TRUNCATED:
        assert lies[1:3] == true[1:3]
        assert "T" not in [line[0] for line in lies]
    else:
        assert (lies[0][:7], lies[1:]) == (true[0][:7], true[1:])


def test_each_lie_of_a_file_has_its_test() -> None:
    others = {Fault.WRONG_TOTAL, Fault.WRONG_OPENING, Fault.GBK, Fault.BOM, Fault.GZIP, Fault.TRUNCATED}
    assert set(FILE_FAULTS) == others | set(ALTERED)


async def test_encodings_are_what_they_are_called(branch: Branch) -> None:
    a_day(branch)
    branch.bank.close_day(DAY)
    plain = branch.bank.statement(DAY).body.decode()
    branch.bank.correct(DAY, Fault.GBK)
    assert branch.bank.statement(DAY).body.decode("gbk").splitlines()[1:] == plain.splitlines()[1:]
    assert branch.bank.statement(DAY, "xml").body.decode().startswith('<?xml version="1.0" encoding="UTF-8"?>')
    for form in ("csv", "xml"):
        branch.bank.correct(DAY, Fault.BOM)
        assert branch.bank.statement(DAY, form).body.startswith(codecs.BOM_UTF8)
        branch.bank.correct(DAY, Fault.GZIP)
        assert "YIMEN" in gzip.decompress(branch.bank.statement(DAY, form).body).decode() or form == "xml"


async def test_the_line_to_spoil_can_be_named(branch: Branch) -> None:
    _first, second = a_day(branch)
    branch.bank.close_day(DAY, Fault.LINE_AMOUNT, second["serial"])
    assert rows(branch)[2][6] == "2.01"


async def test_of_an_empty_day_nothing_can_be_missing(branch: Branch) -> None:
    for number, fault in enumerate((Fault.LINE_MISSING, Fault.LINE_DOUBLED, Fault.LINE_AMOUNT, Fault.EMPTY_FILE)):
        branch.bank.close_day(DAY + timedelta(days=number), fault)
    assert branch.faults() == []
    assert rows(branch)[1:] == [["T", "0", "0.00", "0", "0.00", "0.00"]]


async def test_a_balance_may_be_told_below_zero(branch: Branch) -> None:
    """Only by a file that lies: the bank pays out no more than it holds."""
    paid = branch.bank.take(CODE, 300)["serial"]
    branch.bank.refund(asked(paid, 300))
    branch.bank.settle()
    branch.bank.close_day(DAY, Fault.LINE_MISSING, paid)
    assert rows(branch)[-1] == ["T", "0", "0.00", "1", "3.00", "-3.00"]
    root = ET.fromstring(branch.bank.statement(DAY, "xml").body)
    assert found(root, "BkToCstmrStmt/Stmt/Bal/Amt") == ["0.00", "3.00"]
    assert found(root, "BkToCstmrStmt/Stmt/Bal/CdtDbtInd") == ["CRDT", "DBIT"]


# -- whatever happens, in whatever order, with whatever cut-off ---------------------------------------------------------


def fen(yuan: str) -> int:
    return int(yuan.replace(".", ""))


def assert_sound(told: list[list[str]]) -> None:
    lines = told[1:-1]
    sums = {way: [fen(line[6]) for line in lines if line[5] == way] for way in ("in", "out")}
    assert [int(line[1]) for line in lines] == list(range(1, len(lines) + 1))
    assert told[-1][1:5:2] == [str(len(sums["in"])), str(len(sums["out"]))]
    assert (fen(told[-1][2]), fen(told[-1][4])) == (sum(sums["in"]), sum(sums["out"]))
    assert fen(told[-1][5]) == fen(told[0][8]) + sum(sums["in"]) - sum(sums["out"])


ACTS = st.one_of(
    st.tuples(st.just("take"), st.integers(-5, 500)),
    st.tuples(st.just("elsewhere"), st.integers(1, 500)),
    st.tuples(st.just("refund"), st.integers(1, 500)),
    st.tuples(st.just("remit"), st.integers(1, 500)),
    st.tuples(st.just("wait"), st.integers(1, 60 * 60 * 40)),
    st.tuples(st.just("close"), st.just(0)),
    st.tuples(st.just("settle"), st.just(0)),
)


def act(branch: Branch, number: int, what: str, amount: int) -> None:
    bank, paid = branch.bank, branch.bank.books.payments()
    serial = paid[amount % len(paid)]["serial"] if paid else "none"
    acts: dict[str, Callable[[], object]] = {
        "take": lambda: bank.take(CODE, amount),
        "elsewhere": lambda: bank.take(CODE, amount, account="1"),
        "refund": lambda: bank.refund(asked(serial, amount, f"TK{number}")),
        "remit": lambda: bank.remit(remittance(amount, f"HJ{number}")),
        "wait": lambda: branch.clock.advance(timedelta(seconds=amount)),
        "close": lambda: bank.close_day(bank.today()),
        "settle": bank.settle,
    }
    with suppress(Refused):
        acts[what]()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=40), cut_off=st.times(), seed=st.integers(0, 99))
def test_every_closing_is_the_next_opening_and_the_last_one_is_the_balance(
    acts: list[tuple[str, int]], cut_off: time, seed: int, tmp_path: Path, bank_ring: KeyRing
) -> None:
    branch = Branch(tmp_path, bank_ring, books=Books(None), cut_off=cut_off, seed=seed)
    for number, (what, amount) in enumerate(acts):
        act(branch, number, what, amount)
    branch.bank.settle()
    last = branch.bank.today()
    branch.bank.close_day(last)
    day, closing, serials = START.date() - timedelta(days=1), "0.00", []
    while day <= last:
        told = rows(branch, day)
        assert_sound(told)
        assert told[0][8] == closing
        day, closing, serials = day + timedelta(days=1), told[-1][5], serials + [line[2] for line in told[1:-1]]
    assert fen(closing) == branch.bank.balance() >= 0
    booked = branch.bank.books.all("SELECT serial FROM entries WHERE account = ?", branch.bank.account)
    assert serials == [row["serial"] for row in booked]
