"""A ledger as a table for spreadsheets: CSV in UTF-8 with the mark that spreadsheets know it by, Chinese headings.

Guarantees: no cell is read as a formula; one page is held at a time.
"""

import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Callable
from datetime import datetime
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from services.intake.api.ledger_lines import LedgerLine
from yimen.contracts.parts import Channel, Due, Kind, Outcome, Paper
from yimen.worktime import SHANGHAI

MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
KINDS = {Kind.INSTANT: "即办件", Kind.COMMITTED: "承诺件", Kind.JOINT: "联办件", Kind.FORWARDED: "上报件"}
CHANNELS = {
    Channel.WEB: "网上",
    Channel.WINDOW: "窗口",
    Channel.TOWNSHIP: "乡镇便民服务站",
    Channel.VILLAGE: "村级代办",
}
OUTCOMES = {Outcome.GRANTED: "准予许可", Outcome.DENIED: "不予许可"}

COLUMNS: dict[str, Callable[[LedgerLine], object]] = {
    "办件编号": lambda line: line.case_number,
    "收件时间": lambda line: _local(line.submitted_at),
    "收件方式": lambda line: CHANNELS[line.channel],
    "申请人": lambda line: line.applicant_name,
    "证件号码": lambda line: line.masked_id,
    "事项": lambda line: line.item_name,
    "办件类型": lambda line: KINDS[line.kind],
    "办理窗口": lambda line: line.department_name,
    "文书": lambda line: _papers(line.documents),
    "受理日期": lambda line: line.accepted_on,
    "视为受理": lambda line: "是" if line.deemed else "",
    "承诺办结日期": lambda line: _due(line.promised_due),
    "状态": lambda line: line.state_words,
    "办理结果": lambda line: "" if line.outcome is None else OUTCOMES[line.outcome],
    "决定日期": lambda line: line.decided_on,
    "证照编号": lambda line: line.licence_number,
    "送达期限": lambda line: _due(line.serve_by),
    "送达方式": lambda line: line.service_way,
    "签收人": lambda line: line.receiver,
    "与申请人关系": lambda line: _proved(line, "relation"),
    "代收理由": lambda line: _proved(line, "proxy_reason"),
    "送达文书": lambda line: "；".join(line.service_proof.documents) if line.service_proof else "",
    "送达地点": lambda line: _proved(line, "place"),
    "见证人": lambda line: _proved(line, "witness"),
    "承运单位": lambda line: _posted(line, "carrier"),
    "运单号": lambda line: _posted(line, "waybill"),
    "交邮或公告日期": lambda line: _posted(line, "posted_on"),
    "送达备注": lambda line: _proved(line, "remark"),
    "送达时间": lambda line: _local(line.served_at),
    "办结时间": lambda line: _local(line.ended_at),
}


class CsvResponse(StreamingResponse):
    media_type = "text/csv"


def named(name: str) -> dict[str, str]:
    """The header by which a browser keeps the sheet under its name."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


async def sheet(pages: AsyncIterable[list[LedgerLine]]) -> AsyncIterator[str]:
    yield MARK + _rows([list(COLUMNS)])
    async for lines in pages:
        yield _rows([[show(line) for show in COLUMNS.values()] for line in lines])


def _rows(rows: list[list[object]] | list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([[safe(cell) for cell in row] for row in rows])
    return written.getvalue()


def safe(cell: object) -> str:
    """A spreadsheet would run what begins like a formula; an apostrophe in front makes it text."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _local(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _due(due: Due | None) -> str:
    return "" if due is None else f"{due.on}{'（暂定）' if due.provisional else ''}"


def _proved(line: LedgerLine, name: str) -> object:
    return getattr(line.service_proof, name, None)


def _posted(line: LedgerLine, name: str) -> object:
    """As it was proved; until then as it was last handed to the post."""
    return _proved(line, name) or (getattr(line.postings[-1], name) if line.postings and not line.served_at else None)


def _papers(papers: list[Paper]) -> str:
    return "；".join(f"{paper.number} {paper.dated}" for paper in papers)
