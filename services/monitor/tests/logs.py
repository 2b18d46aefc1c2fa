"""A department's own log, as its old system writes it."""

from typing import Any

HEADER = "业务编号,事项编码,事项名称,类型,收件日期,受理日期,承诺天数,法定天数,办结时间,初审时间,申请人"
MAPPING: dict[str, Any] = {
    "own_number": "业务编号",
    "item_code": "事项编码",
    "item_name": "事项名称",
    "kind": "类型",
    "received": "收件日期",
    "accepted": "受理日期",
    "promised_days": "承诺天数",
    "statutory_days": "法定天数",
    "closed": "办结时间",
    "steps": [{"activity": "初审", "column": "初审时间"}],
    "kinds": {"普通": "committed"},
}


def line(number: Any = 1, **changes: str) -> str:
    cells = {
        "own": f"旧{number}",
        "code": "450721P09",
        "name": "临时占道许可",
        "kind": "普通",
        "received": "2026-03-01",
        "accepted": "2026-03-02",
        "promised": "5",
        "statutory": "20个工作日",
        "closed": "",
        "step": "2026/3/3 09:30",
        "applicant": "张三",
    }
    return ",".join((cells | changes).values())


def log(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join((header, *lines, "")).encode()
