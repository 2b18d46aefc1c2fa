"""The bank's daily files: whatever it writes is read as it was meant, and whatever is wrong is refused whole, in words."""

import codecs
import gzip
import re
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.fees.domain.statements import Statement, StatementError, check_head
from services.fees.statements import Format, read
from sim.bank.camt import to_camt
from sim.bank.ledger import Line
from sim.bank.statements import Statement as Told
from sim.bank.statements import to_csv

pytestmark = pytest.mark.rule("R57")

DAY, ACCOUNT = date(2026, 9, 7), "3607000000001002"
NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
KINDS = (("payment", "in"), ("refund", "out"), ("remittance", "out"))
PLAIN = st.sampled_from("缴款码ＡéЖ€㐀𠀀") | st.characters(min_codepoint=33, max_codepoint=126)


def told(*lines: Line, opening: int = 0, version: int = 1) -> Told:
    return Told("代收银行", ACCOUNT, DAY, version, opening, lines, NOON, (NOON, NOON))


def line(serial: str = "S1", amount: int = 16000, kind: str = "payment", reference: str = "TK2026000001") -> Line:
    return Line(serial, kind, reference, dict(KINDS)[kind], amount, "qr", NOON)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    kind, direction = draw(st.sampled_from(KINDS))
    return Line(
        serial=draw(st.text("ABCXYZ0189._-", min_size=1, max_size=80)),
        kind=kind,
        reference=draw(st.text(PLAIN | st.just(" "), max_size=80).filter(lambda it: not it or it.strip())),
        direction=direction,
        amount=draw(st.integers(1, 10**12)),
        method=draw(st.sampled_from(["qr", "counter", "card", "-", "bank_transfer"])),
        at=NOON + timedelta(seconds=draw(st.integers(-(10**6), 10**6)), microseconds=draw(st.integers(0, 999_999))),
    )


PACKED: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "in GB18030": lambda text: text.encode("gb18030"),
    "packed": lambda text: gzip.compress(text.encode()),
    "packed, in GB18030": lambda text: gzip.compress(text.encode("gb18030")),
    "with short line ends": lambda text: text.replace("\r\n", "\n").encode(),
    "with empty lines at its end": lambda text: (text + "\r\n\r\n").encode(),
}


def same(statement: Statement, meant: Told) -> None:
    assert (statement.account, statement.day, statement.version) == (meant.account, meant.day, meant.version)
    assert (statement.opening, statement.closing) == (meant.opening, meant.closing)
    assert (statement.count_in, statement.sum_in) == (meant.count("in"), meant.sum("in"))
    assert (statement.count_out, statement.sum_out) == (meant.count("out"), meant.sum("out"))
    read_lines = [
        (one.bank_serial, one.kind, one.reference, one.incoming, one.amount, one.method or "-", one.occurred_at)
        for one in statement.lines
    ]
    assert read_lines == [
        (one.serial, one.kind, one.reference, one.direction == "in", one.amount, one.method, one.at)
        for one in meant.lines
    ]


@pytest.mark.rule("R61")
@settings(max_examples=60, deadline=None)
@given(
    found=st.lists(lines(), max_size=6),
    opening=st.integers(-(10**12), 10**12),
    packed=st.sampled_from(sorted(PACKED)),
    write=st.sampled_from([to_csv, to_camt]),
)
def test_whatever_the_bank_writes_is_read_as_it_was_meant(
    found: list[Line], opening: int, packed: str, write: Callable[[Told], str]
) -> None:
    meant = told(*found, opening=opening)
    kind, statement = read(PACKED[packed](write(meant)))
    assert kind is (Format.CSV if write is to_csv else Format.CAMT)
    same(statement, meant)


@pytest.mark.parametrize("write", [to_csv, to_camt])
def test_an_empty_day_is_a_day(write: Callable[[Told], str]) -> None:
    _kind, statement = read(write(told(opening=-300)).encode())
    assert (statement.lines, statement.opening, statement.closing) == ((), -300, -300)


@pytest.mark.fault("file: truncated")
@settings(max_examples=80, deadline=None)
@given(data=st.data(), write=st.sampled_from([to_csv, to_camt]), packed=st.booleans())
def test_a_file_that_was_cut_anywhere_is_refused(
    data: st.DataObject, write: Callable[[Told], str], packed: bool
) -> None:
    whole = write(told(line(), line("S2", 1, "refund"))).rstrip().encode()
    if packed:
        whole = gzip.compress(whole)
    with pytest.raises(StatementError):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))])


@settings(max_examples=80, deadline=None)
@given(data=st.data(), write=st.sampled_from([to_csv, to_camt]))
def test_no_digit_of_an_amount_or_count_can_be_changed(data: st.DataObject, write: Callable[[Told], str]) -> None:
    text = write(told(line("S1", 16000), line("S2", 1234, "refund"), opening=500))
    places = [
        match.start() for match in re.finditer(r"(?<=[,>])[0-9]+\.[0-9]{2}|(?<=NbOfNtries>)[0-9]|(?<=T,)[0-9]", text)
    ]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[at]]))
    with pytest.raises(StatementError):
        read((text[:at] + other + text[at + 1 :]).encode())


WRONG: dict[str, tuple[str, str, str]] = {
    "another total": ("\nT,1,160.00", "\nT,1,160.01", "收入金额不符：文件合计为160.01元，逐笔计算为160.00元"),
    "another count": ("\nT,1,160.00", "\nT,2,160.00", "收入笔数不符：文件合计为2笔，逐笔计算为1笔"),
    "another total out": ("1,0.30,", "1,0.31,", "支出金额不符"),
    "another closing": (",159.70\r", ",159.71\r", "期末余额不符：文件为159.71元，按期初余额加收入减支出应为159.70元"),
    "no totals": ("\nT,1,", "\nD,3,", "第4行：字段个数或行的种类不符合约定"),
    "no lines": ("D,", "X,", "第2行：字段个数或行的种类不符合约定"),
    "thousands": ("160.00,qr", '"1,600.00",qr', "第2行：“1,600.00”不是有效的金额|第2行：.*不是有效的金额"),
    "a sign": (",160.00,qr", ",+160.00,qr", "第2行：.*不是有效的金额"),
    "a float": (",160.00,qr", ",1.6e2,qr", "第2行：.*不是有效的金额"),
    "three places": (",160.00,qr", ",160.000,qr", "第2行：.*不是有效的金额"),
    "no amount": (",160.00,qr", ",0.00,qr", "第2行：金额须大于零"),
    "full width": (",160.00,qr", ",１６０.00,qr", "第2行：.*不是有效的金额"),
    "another currency": (",CNY,", ",USD,", "第1行：币种“USD”不是人民币"),
    "another format": ("YIMEN-STATEMENT,1", "YIMEN-STATEMENT,2", "第1行：不是约定的对账文件"),
    "no day": ("2026-09-07,1,", "2026-02-30,1,", "第1行：“2026-02-30”不是有效的日期"),
    "a week's day": ("2026-09-07,1,", "2026-W37-1,1,", "第1行：.*不是有效的日期"),
    "a number left out": ("D,2,", "D,3,", "第3行：序号应为2，文件为3"),
    "a number twice": ("D,2,", "D,1,", "第3行：序号应为2，文件为1"),
    "an unknown kind": (",payment,", ",gift,", "第2行：业务种类“gift”不在约定之内"),
    "a refund that comes in": ("refund,TK2026000001,out", "refund,TK2026000001,in", "第3行：退款的收支方向不符"),
    "no time": ("12:00:00+08:00", "12:00:00", "第2行：.*不是有效的时间"),
    "a serial of another shape": (",S1,", ",S 1,", "第2行：银行流水号“S 1”不符合约定"),
    "a control character": (",TK2026000001,in", ",TK\x002026,in", "第2行：缴款码或指令编号.*不符合约定"),
    "a method of another shape": (",qr,", ",刷卡,", "第2行：缴款方式“刷卡”不符合约定"),
    "a quote left open": (",qr,", ',"qr,', "第2行：不是有效的CSV格式"),
    "more after the totals": (",159.70\r\n", ",159.70\r\nT,0,0.00,0,0.00,0.00\r\n", "第5行：合计行之后还有内容"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_said_with_its_line(fault: str) -> None:
    text = to_csv(told(line(), line("S2", 30, "refund")))
    old, new, says = WRONG[fault]
    assert old in text
    with pytest.raises(StatementError, match=says) as refused:
        read(text.replace(old, new, 1).encode())
    assert refused.value.detail.endswith("。")


IN_XML: dict[str, tuple[str, str, str]] = {
    "another total": ("<Sum>160.00", "<Sum>160.01", "收入金额不符"),
    "another closing": ('<Amt Ccy="CNY">159.70', '<Amt Ccy="CNY">159.71', "期末余额不符"),
    "another currency": ('<NtryRef>2</NtryRef><Amt Ccy="CNY">', '<NtryRef>2</NtryRef><Amt Ccy="USD">', "第2笔：币种"),
    "another account's currency": ("<Ccy>CNY<", "<Ccy>USD<", "币种“USD”不是人民币"),
    "not booked": ("<Cd>BOOK<", "<Cd>PDNG<", "第1笔：不是已入账的款项"),
    "reversed": ("<NtryRef>1</NtryRef>", "<NtryRef>1</NtryRef><RvslInd>true</RvslInd>", "第1笔：含有冲正标志"),
    "another day's entry": ("<BookgDt><Dt>2026-09-07", "<BookgDt><Dt>2026-09-08", "第1笔：记账日期不是2026-09-07"),
    "two amounts": ("<NtryRef>1</NtryRef>", '<NtryRef>1</NtryRef><Amt Ccy="CNY">1.00</Amt>', "第1笔：.*不止一次"),
    "no reference": ("<AcctSvcrRef>S1</AcctSvcrRef>", "", "第1笔：缺少AcctSvcrRef"),
    "no closing": ("CLBD", "ITBD", "缺少对账单或期末余额"),
    "no opening": ("OPBD", "ITBD", "缺少期初余额"),
    "another direction": (
        "<CdtDbtInd>DBIT</CdtDbtInd><Sts>",
        "<CdtDbtInd>CRDT</CdtDbtInd><Sts>",
        "第2笔：退款的收支方向不符",
    ),
    "another version": ("camt.053.001.08", "camt.053.001.02", "不是camt.053.001.08格式"),
    "two statements": ("</Stmt>", "</Stmt><Stmt></Stmt>", "一个文件只能有一份对账单"),
    "a tag left open": ("</BkToCstmrStmt>", "", "XML不完整或有误"),
}


@pytest.mark.parametrize("fault", IN_XML)
def test_what_is_wrong_in_xml_is_said_with_its_entry(fault: str) -> None:
    text = to_camt(told(line(), line("S2", 30, "refund")))
    old, new, says = IN_XML[fault]
    assert old in text
    with pytest.raises(StatementError, match=says):
        read(text.replace(old, new, 1).encode())


def test_a_refusal_knows_of_which_day_the_file_is() -> None:
    for write, old, new in ((to_csv, "\nT,1", "\nT,2"), (to_camt, "<Sum>160.00", "<Sum>1.00"), (to_csv, ",qr,", ",?,")):
        with pytest.raises(StatementError) as refused:
            read(write(told(line(), version=3)).replace(old, new).encode())
        assert refused.value.head is not None
        assert (refused.value.head.account, refused.value.head.day, refused.value.head.version) == (ACCOUNT, DAY, 3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe\x00H",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"{}",
        b"<html></html>",
        b"\x00" * 99,
    ],
)
def test_what_is_no_statement_is_refused(body: bytes) -> None:
    with pytest.raises(StatementError):
        read(body)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300) | st.text('HDT,\r\n"<>/?!&;x\0', max_size=99).map(str.encode))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with pytest.raises(StatementError):
        read(body)


# -- attacks -----------------------------------------------------------------------------------------------------------


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (200 * 1024 * 1024), 1)
    tracemalloc.start()
    with pytest.raises(StatementError, match="解压后超过64兆字节"):
        read(bomb)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 140 * 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [gzip.compress(gzip.compress(b"H")), gzip.compress(b"H") * 2, b"\x1f\x8b\x08nonsense"],
    ids=["nested", "joined", "broken"],  # gzip writes the hour into its bytes
)
def test_nested_joined_and_broken_archives_are_refused(body: bytes) -> None:
    with pytest.raises(StatementError, match="压缩文件"):
        read(body)


DTDS = {
    "many laughs": '<!DOCTYPE Document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    "a file of ours": '<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "a page elsewhere": '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
    "a parameter": '<!DOCTYPE Document [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
    "none at all": "<!DOCTYPE Document>",
}


@pytest.mark.parametrize("dtd", DTDS)
def test_a_document_type_is_refused_at_its_first_word(dtd: str) -> None:
    head, _, rest = to_camt(told(line())).partition("\n")
    with pytest.raises(StatementError, match="DOCTYPE"):
        read(f"{head}\n{DTDS[dtd]}\n{rest}".encode())


def test_no_depth_of_elements_is_followed() -> None:
    with pytest.raises(StatementError, match="层次过深"):
        read(to_camt(told()).replace("<GrpHdr>", "<GrpHdr>" + "<x>" * 100_000, 1).encode())


# -- whose file it is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"account": "6222"}, "文件是账户3607000000001002的，不是财政专户6222的。"),
        ({"today": DAY - timedelta(days=1)}, "文件日期2026-09-07尚未到来。"),
        ({"asked": date(2026, 9, 6)}, "文件是2026-09-07的，不是2026-09-06的。"),
        ({"newest": 2}, "2026-09-07的第2版文件已经导入，第1版不再采用。"),
    ],
)
def test_a_file_that_is_not_for_us_is_refused(changed: dict[str, Any], says: str) -> None:
    _kind, statement = read(to_csv(told(line())).encode())
    right: dict[str, Any] = {"account": ACCOUNT, "today": DAY, "asked": None, "newest": 0}
    check_head(statement.head, **right)
    with pytest.raises(StatementError) as refused:
        check_head(statement.head, **(right | changed))
    assert refused.value.detail == says
