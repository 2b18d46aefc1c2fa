"""What a receipt says, for the tests that render one; papers that are rendered; and what can be read off a PDF."""

from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pypdfium2

from services.notify.domain.documents import number_key
from services.notify.domain.papers.handing_in import Receipt
from services.notify.domain.papers.shapes import Matter, Piece
from services.notify.tables import documents
from yimen.ids import case_number
from yimen.testing import Harness

NUMBER = "收字〔2026〕12号"
DOCUMENT_ID = "0c0ff0c1-8d3e-5d6f-9b52-0d3a7b1f4c11"
CASE = case_number("450721", date(2026, 3, 2), "L", 1)
URL = f"http://127.0.0.1:8080/notify/documents/check/{DOCUMENT_ID}"


def receipt(applicant: str = "赵一", copies: int = 1, **paper: Any) -> dict[str, Any]:
    head = {
        "kind": "receipt",
        "title": "收件凭证",
        "number": NUMBER,
        "dated": "2026-03-02",
        "organ": "市场监督管理局",
        "hall": "行政服务中心",
        "demonstration": True,
    }
    return {
        "paper": head | paper,
        "check": {"document_id": DOCUMENT_ID, "url": URL, "page": "http://127.0.0.1:8080/notify/check"},
        **asdict(_receipt(applicant, copies)),
    }


def _receipt(applicant: str, copies: int) -> Receipt:
    who = {"applicant": applicant, "masked_id": "3607**********0011", "id_label": "证件号码", "you": "你", "agent": ""}
    matter = Matter(
        case_number=CASE, item="食品经营许可", item_code="I1", contact=applicant, department="market", **who
    )
    materials = tuple(Piece(name=f"材料{place}", due="1", given="1") for place in range(copies))
    doors = {"agency": "", "renews": "", "situations": "", "kind": "承诺件", "channel": "大厅窗口"}
    days = {"received_on": "2026年3月2日", "answer_by": "2026年3月9日"}
    return Receipt(
        organ="市场监督管理局", addressee=applicant, matter=matter, materials=materials, copies=copies, **doors, **days
    )


def text_of(pdf: bytes) -> str:
    """Without blanks and line ends, which the layout puts where it likes."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [document[place].get_textpage().get_text_range() for place in range(len(document))]
    return "".join("".join(pages).split())


async def keep_paper(harness: Harness, content: bytes = b"%PDF-1.7 paper", **changes: Any) -> str:
    """A paper as it stands once it is rendered; its id."""
    values: dict[str, Any] = {
        "id": str(uuid4()),
        "event_id": uuid4(),
        "type": "intake.case.accepted.v1",
        "kind": "acceptance",
        "number": "受字〔2026〕7号",
        "title": "受理通知书",
        "department": "market",
        "case_number": CASE,
        "dated": date(2026, 3, 2),
        "event": {},
        "data": {},
        "state": "rendered",
        "template_version": 1,
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "created_at": harness.clock.now(),
        "rendered_at": harness.clock.now(),
    }
    values |= changes
    values["number_key"] = number_key(values["number"])
    await harness.service.context.papers.put(values["sha256"], content)
    async with harness.units.begin() as unit:
        await unit.execute(documents.insert(), values)
    return str(values["id"])
