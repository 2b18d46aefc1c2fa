"""The daily file as ISO 20022 camt.053.001.08 (BankToCustomerStatement): one statement of one account.

Read as a stream of elements by expat itself: a document type is refused at its first word, so no entity is ever declared
or followed, and no tree is held. Elements that we do not know are passed over; one that we read may not stand twice.
"""

from typing import Final
from xml.parsers import expat

from services.fees.domain.statements import (
    CURRENCY,
    Head,
    Line,
    Statement,
    StatementError,
    account_of,
    amount_of,
    count_of,
    day_of,
    make_line,
)

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_STATEMENT: Final = ["Document", "BkToCstmrStmt", "Stmt"]
_DEEPEST: Final = 20
_GROUPS: Final = {"Bal", "Ntry"}
_DIRECTIONS: Final = {"CRDT": "in", "DBIT": "out"}
Texts = dict[str, str]


def read_camt(text: str) -> Statement:
    """Raises `StatementError`, with the number of the entry where it is about one."""
    reading = _Reading()
    # Whatever the declaration says, it is text by now. The separator cannot stand in a name.
    parser = expat.ParserCreate("utf-8", namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
        return reading.statement()
    except expat.ExpatError as error:
        broken = StatementError(f"XML不完整或有误（第{error.lineno}行）。")
        broken.head = reading.head_if_known()
        raise broken from None
    except StatementError as error:
        error.head = error.head or reading.head_if_known()
        raise


def _refuse_doctype(*_declared: object) -> None:
    raise StatementError("文件含有文档类型声明（DOCTYPE），不予读取。")


class _Reading:
    """What has been read so far: the texts of the statement's leaves by path, those of a balance or entry by themselves."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._buffer: list[str] = []
        self._statement: Texts | None = None
        self._group: Texts | None = None
        self._balances: dict[str, Texts] = {}
        self._lines: list[Line] = []
        self._day: str | None = None

    # -- what expat sees ------------------------------------------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition("}")
        depth = len(self._path)
        if namespace != NAMESPACE and not depth:
            raise StatementError("不是camt.053.001.08格式的对账文件。")
        if depth >= _DEEPEST:
            raise StatementError("XML的层次过深。")
        self._path.append(local if namespace == NAMESPACE else "?")
        self._buffer.clear()
        if depth == 2 and self._path == _STATEMENT:
            if self._statement is not None:
                raise StatementError("一个文件只能有一份对账单。")
            self._statement = {}
        elif depth == 3 and local in _GROUPS and self._path[:3] == _STATEMENT:
            self._group = {}
        if attributes and "Ccy" in attributes:
            self._keep("@Ccy", attributes["Ccy"])

    def text(self, data: str) -> None:
        self._buffer.append(data)

    def end(self, _name: str) -> None:
        if self._buffer:
            self._keep("", "".join(self._buffer))
            self._buffer.clear()
        if len(self._path) == 4 and self._group is not None:
            self._close_group(self._path[-1], self._group)
            self._group = None
        self._path.pop()

    def _keep(self, suffix: str, text: str) -> None:
        if self._statement is None or not text.strip():
            return
        texts, depth = (self._statement, 3) if self._group is None else (self._group, 4)
        where = "/".join(self._path[depth:]) + suffix
        if where in texts:
            raise self._about_entry(f"{self._path[-1]}出现了不止一次。")
        texts[where] = text

    def _close_group(self, name: str, texts: Texts) -> None:
        if name == "Bal":
            code = texts.get("Tp/CdOrPrtry/Cd", "")
            if code in self._balances:
                raise StatementError(f"余额{code[:10]}出现了不止一次。")
            self._balances[code] = texts
            return
        try:
            self._lines.append(self._entry(texts))
        except StatementError as error:
            raise self._about_entry(error.detail) from None

    def _about_entry(self, detail: str) -> StatementError:
        return StatementError(detail if self._group is None else f"第{len(self._lines) + 1}笔：{detail}")

    # -- what it comes to -----------------------------------------------------------------------------------------------

    def _entry(self, texts: Texts) -> Line:
        if texts.get("RvslInd") in ("true", "1"):
            raise StatementError("含有冲正标志，约定的对账文件不含冲正。")
        if _text(texts, "Sts/Cd") != "BOOK":
            raise StatementError("不是已入账的款项。")
        if count_of(_text(texts, "NtryRef")) != len(self._lines) + 1:
            raise StatementError(f"序号应为{len(self._lines) + 1}。")
        # Balances stand before entries, so the day is known; where they do not, the first entry says it.
        self._day = self._day or self._balances.get("CLBD", {}).get("Dt/Dt") or _text(texts, "BookgDt/Dt")
        if _text(texts, "BookgDt/Dt") != self._day:
            raise StatementError(f"记账日期不是{self._day[:10]}。")
        return make_line(
            serial=_text(texts, "AcctSvcrRef"),
            kind=_text(texts, "BkTxCd/Prtry/Cd").lower(),
            reference=texts.get("NtryDtls/TxDtls/Refs/EndToEndId", ""),
            direction=_DIRECTIONS.get(_text(texts, "CdtDbtInd"), "?"),
            amount=_in_yuan(texts, "Amt"),
            method=_text(texts, "NtryDtls/TxDtls/AddtlTxInf"),
            at=_text(texts, "ValDt/DtTm"),
        )

    def statement(self) -> Statement:
        texts, head = self._statement or {}, self._head()
        if self._day not in (None, head.day.isoformat()) or self._opening().get("Dt/Dt") != head.day.isoformat():
            raise StatementError("余额与明细的日期不一致。")
        return Statement(
            head.account,
            head.day,
            head.version,
            _balance(self._opening()),
            tuple(self._lines),
            count_of(_text(texts, "TxsSummry/TtlCdtNtries/NbOfNtries")),
            amount_of(_text(texts, "TxsSummry/TtlCdtNtries/Sum")),
            count_of(_text(texts, "TxsSummry/TtlDbtNtries/NbOfNtries")),
            amount_of(_text(texts, "TxsSummry/TtlDbtNtries/Sum")),
            _balance(self._balances["CLBD"]),
        )

    def _opening(self) -> Texts:
        if "OPBD" not in self._balances:
            raise StatementError("缺少期初余额（OPBD）。")
        return self._balances["OPBD"]

    def _head(self) -> Head:
        if self._statement is None or "CLBD" not in self._balances:
            raise StatementError("文件不完整：缺少对账单或期末余额（CLBD）。")
        account = account_of(_text(self._statement, "Acct/Id/Othr/Id"), _text(self._statement, "Acct/Ccy"))
        version = count_of(_text(self._statement, "ElctrncSeqNb"))
        return Head(account, day_of(_text(self._balances["CLBD"], "Dt/Dt")), version)

    def head_if_known(self) -> Head | None:
        try:
            return self._head()
        except StatementError:
            return None


def _text(texts: Texts, path: str) -> str:
    if path not in texts:
        raise StatementError(f"缺少{path}。")
    return texts[path]


def _in_yuan(texts: Texts, path: str) -> str:
    if _text(texts, f"{path}@Ccy") != CURRENCY:
        raise StatementError("币种不是人民币（CNY）。")
    return _text(texts, path)


def _balance(texts: Texts) -> int:
    sign = {"CRDT": 1, "DBIT": -1}.get(_text(texts, "CdtDbtInd"))
    if sign is None:
        raise StatementError("余额的借贷方向不符合约定。")
    return sign * amount_of(_in_yuan(texts, "Amt"))
