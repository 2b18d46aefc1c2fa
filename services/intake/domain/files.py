"""What may be uploaded (上传材料): a few kinds of documents, told by their content.

Guarantees: neither the name nor the content type that the sender gave counts; what is more than one kind at once
(a polyglot) is refused, because whoever opens it would not see what was examined. Does not: look for malice inside
a document of a kind that is let in; it is only ever answered as an attachment, never to be sniffed.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

import puremagic

from services.intake.domain.values import Value
from yimen.errors import Unfit

OOXML = "application/vnd.openxmlformats-officedocument"
PDF, JPEG, PNG, ZIP = "application/pdf", "image/jpeg", "image/png", b"PK\x03\x04"
EXTENSIONS = {
    PDF: "pdf",
    JPEG: "jpg",
    PNG: "png",
    "application/ofd": "ofd",
    f"{OOXML}.wordprocessingml.document": "docx",
    f"{OOXML}.spreadsheetml.sheet": "xlsx",
}
"""The kinds that are let in, and how a file of each is named."""

_MAIN_PARTS = {
    "OFD.xml": "application/ofd",
    "word/document.xml": f"{OOXML}.wordprocessingml.document",
    "xl/workbook.xml": f"{OOXML}.spreadsheetml.sheet",
}
_FOREIGN_PARTS = ("META-INF/", "ppt/")
_PDF_STARTS_WITHIN = 1024
"""Readers accept a PDF's header anywhere in its first kilobyte."""


_FILE_ID = re.compile(r"file-[0-9a-f]{32}")


def new_file_id() -> str:
    return f"file-{uuid4().hex}"


def is_file_id(text: str) -> bool:
    """Whether it can name an upload; a document's number cannot."""
    return _FILE_ID.fullmatch(text) is not None


class StoredFile(Value):
    """An upload. Its bytes are in the object store under `sha256`."""

    file_id: str
    sha256: str
    media_type: str
    size: int
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True)
class Examined:
    media_type: str
    sha256: str


def examine(content: bytes) -> Examined:
    """Kind and sha256. Reads every byte, some of them twice: too long for an event loop. Raises `Unfit`."""
    if not content:
        raise Unfit("file-empty", "文件是空的", "收到的文件没有内容，请检查文件后重新上传。")
    return Examined(_media_type(content), sha256(content).hexdigest())


def _media_type(content: bytes) -> str:
    if content.startswith(ZIP):
        return _kind_of_zip(content)
    try:
        found = {str(match.mime_type) for match in puremagic.magic_string(content) if match.offset == 0}
    except puremagic.PureError:
        found = set()
    kinds = found & {PDF, JPEG, PNG}
    if len(kinds) != 1:
        raise _unknown_kind()
    kind = kinds.pop()
    if _opens_as_zip(content) or (kind != PDF and _starts_as_pdf(content)):
        raise _two_kinds()
    return kind


def _starts_as_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:_PDF_STARTS_WITHIN]


def _kind_of_zip(content: bytes) -> str:
    names = _names_in(content)
    kinds = {_MAIN_PARTS[name] for name in names & _MAIN_PARTS.keys()}
    if not kinds:
        raise _unknown_kind()
    if len(kinds) > 1 or _starts_as_pdf(content) or any(name.startswith(_FOREIGN_PARTS) for name in names):
        raise _two_kinds()
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unfit("file-with-macros", "文件含有宏", "不得上传含有宏的文档，请另存为不含宏的文档或PDF后上传。")
    return kinds.pop()


def _names_in(content: bytes) -> set[str]:
    try:
        with ZipFile(BytesIO(content)) as archive:
            return set(archive.namelist())
    except (BadZipFile, ValueError, NotImplementedError) as broken:
        raise _unknown_kind() from broken


def _opens_as_zip(content: bytes) -> bool:
    try:
        return bool(_names_in(content))
    except Unfit:
        return False


def _unknown_kind() -> Unfit:
    kinds = "、".join(EXTENSIONS.values())
    return Unfit(
        "file-kind", "文件格式不支持", f"按内容识别，这不是完好的可收文件。只能上传{kinds}文件，请转换格式后重新上传。"
    )


def _two_kinds() -> Unfit:
    return Unfit("file-kind", "文件内容不单一", "该文件同时是另一种格式，不得上传。请重新扫描或另存为PDF后上传。")
