"""The same day as ISO 20022 camt.053.001.08 (BankToCustomerStatement), in UTF-8."""

import re
from xml.sax.saxutils import escape

from sim.bank.ledger import Line
from sim.bank.statements import Statement, local
from yimen.money import format_yuan

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIDES = {"in": "CRDT", "out": "DBIT"}


def to_camt(told: Statement) -> str:
    made = _one("CreDtTm", local(told.made_at))
    head = _one("MsgId", f"{told.account}-{told.day}-{told.version}") + made
    start, end = told.period
    statement = [
        _one("Id", f"{told.account}-{told.day}"),
        _one("ElctrncSeqNb", told.version),
        made,
        f"<FrToDt>{_one('FrDtTm', local(start))}{_one('ToDtTm', local(end))}</FrToDt>",
        f"<Acct><Id><Othr>{_one('Id', told.account)}</Othr></Id>{_one('Ccy', 'CNY')}</Acct>",
        _balance("OPBD", told.opening, told),
        _balance("CLBD", told.closing, told),
        _summary(told),
        *(_entry(number, line, told) for number, line in enumerate(told.lines, 1)),
    ]
    document = f"<BkToCstmrStmt><GrpHdr>{head}</GrpHdr><Stmt>{''.join(statement)}</Stmt></BkToCstmrStmt>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}">{document}</Document>\n'


def _balance(code: str, fen: int, told: Statement) -> str:
    side = "CRDT" if fen >= 0 else "DBIT"
    kind = f"<Tp><CdOrPrtry>{_one('Cd', code)}</CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_amount(abs(fen))}{_one('CdtDbtInd', side)}<Dt>{_one('Dt', told.day)}</Dt></Bal>"


def _summary(told: Statement) -> str:
    came = _one("NbOfNtries", told.count("in")) + _one("Sum", format_yuan(told.total_in))
    went = _one("NbOfNtries", told.count("out")) + _one("Sum", format_yuan(told.sum("out")))
    return f"<TxsSummry><TtlCdtNtries>{came}</TtlCdtNtries><TtlDbtNtries>{went}</TtlDbtNtries></TxsSummry>"


def _entry(number: int, line: Line, told: Statement) -> str:
    parts = (
        _one("NtryRef", number),
        _amount(line.amount),
        _one("CdtDbtInd", _SIDES[line.direction]),
        f"<Sts>{_one('Cd', 'BOOK')}</Sts>",
        f"<BookgDt>{_one('Dt', told.day)}</BookgDt>",
        f"<ValDt>{_one('DtTm', local(line.at))}</ValDt>",
        _one("AcctSvcrRef", line.serial),
        f"<BkTxCd><Prtry>{_one('Cd', line.kind.upper())}</Prtry></BkTxCd>",
        f"<NtryDtls><TxDtls>{_details(line)}</TxDtls></NtryDtls>",
    )
    return f"<Ntry>{''.join(parts)}</Ntry>"


def _details(line: Line) -> str:
    return f"<Refs>{_one('EndToEndId', line.reference)}</Refs>{_one('AddtlTxInf', line.method)}"


def _amount(fen: int) -> str:
    return f'<Amt Ccy="CNY">{format_yuan(fen)}</Amt>'


def _one(name: str, value: object) -> str:
    return f"<{name}>{escape(_NO_XML.sub('�', str(value)))}</{name}>"
