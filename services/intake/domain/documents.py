"""Numbers of statutory documents (文书编号): `受字〔2026〕12号`, counted per kind and year.

Guarantees: gapless, because a decision leaves its papers unnumbered and the number is taken from a counter in
the transaction that stores them. Does not: render the papers (notify does).
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from yimen.contracts import Event
from yimen.contracts.intake import CaseLicenceIssued
from yimen.contracts.parts import Document, DocumentKind, Paper
from yimen.worktime import local_date

UNNUMBERED = "待编号"
LICENCE = "licence"
DEFERRAL = "deferral"  # 容缺受理通知书 (R16)
DEFERRAL_LAPSED = "deferral_lapsed"  # 容缺材料逾期未补告知书 (R16)
RE_EXAMINATION = "re_examination"  # 复核决定书 (R17)
MINUTES = "minutes"  # 联合会审、踏勘纪要 (S06)
PROJECT = "project"  # 重大项目快速审批登记 (S07)
AGENCY_RECEIPT = "agency_receipt"  # 代办受理单 (R100)
JOINT_OPINION = "joint_opinion"  # 联合审查意见书 (R49)

_MARKS = {
    DocumentKind.RECEIPT: "收字",
    DocumentKind.ACCEPTANCE: "受字",
    DocumentKind.ONE_TIME_NOTICE: "补字",
    DocumentKind.REFUSAL: "不受字",
    DocumentKind.RETURN: "退字",
    DocumentKind.JOINT_NOTICE: "联字",
    DocumentKind.SPECIAL_PROCEDURE: "特字",
    DocumentKind.EXTENSION: "延字",
    DocumentKind.GRANT: "准字",
    DocumentKind.DENIAL: "不准字",
    DocumentKind.SERVICE: "送字",
    LICENCE: "证字",
    DEFERRAL: "容字",
    DEFERRAL_LAPSED: "容催字",
    RE_EXAMINATION: "复字",
    MINUTES: "会字",
    PROJECT: "重字",
    AGENCY_RECEIPT: "代字",
    JOINT_OPINION: "联审字",
}


_TYPED_LICENCE = re.compile(r"证字[〔\[(【]([0-9]{4})[〕\])】]([0-9]{1,9})号")


def unnumbered(kind: DocumentKind, dated: date) -> Document:
    return Document(kind=kind, number=UNNUMBERED, dated=dated)


def unnumbered_paper(kind: str, dated: date) -> Paper:
    return Paper(kind=kind, number=UNNUMBERED, dated=dated)


def number(kind: str, year: int, serial: int) -> str:
    return f"{_MARKS[kind]}〔{year}〕{serial}号"


def licence_number(typed: str) -> str | None:
    """The number of a licence as it is printed, from what somebody typed: brackets of any kind, blanks around it."""
    found = _TYPED_LICENCE.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    return number(LICENCE, int(found[1]), int(found[2])) if found else None


def counter(kind: str, year: int) -> str:
    """Name of the counter that a number of this kind and year comes from."""
    return f"{kind}/{year}"


def papers(event: Event) -> Iterator[tuple[str, int]]:
    """Kind and year of each number that the event still lacks."""
    document = getattr(event, "document", None)
    if document is not None and document.number == UNNUMBERED:
        yield document.kind, document.dated.year
    if isinstance(event, CaseLicenceIssued) and event.licence_number == UNNUMBERED:
        yield LICENCE, local_date(event.issued_at).year


def numbered(event: Event, number: str) -> Event:
    """The event with its paper's number filled in."""
    if isinstance(event, CaseLicenceIssued):
        return event.model_copy(update={"licence_number": number})
    document: Paper = event.document  # type: ignore[attr-defined]
    return event.model_copy(update={"document": document.model_copy(update={"number": number})})
