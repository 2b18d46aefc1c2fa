"""What a receipt says, for the tests that render one, and what can be read off a PDF."""

from typing import Any

import pypdfium2

NUMBER = "收字〔2026〕12号"
DOCUMENT_ID = "0c0ff0c1-8d3e-5d6f-9b52-0d3a7b1f4c11"
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
        "organ": "市场监督管理局",
        "applicant": applicant,
        "item": "食品经营许可",
        "case_number": "45072120260302L0000013",
        "materials": [{"name": f"材料{place}", "copies": 1} for place in range(copies)],
    }


def text_of(pdf: bytes) -> str:
    """Without blanks and line ends, which the layout puts where it likes."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [document[place].get_textpage().get_text_range() for place in range(len(document))]
    return "".join("".join(pages).split())
