"""Small whole files of each kind that may be uploaded, and of kinds that may not."""

import struct
import zlib
from io import BytesIO
from zipfile import ZipFile

from services.intake.domain.files import OOXML


def zipped(*names: str) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
DOCX = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
OFD = zipped("OFD.xml", "Doc_0/Document.xml")

KINDS = {
    "application/pdf": PDF,
    "image/png": PNG,
    "image/jpeg": JPEG,
    "application/ofd": OFD,
    f"{OOXML}.wordprocessingml.document": DOCX,
    f"{OOXML}.spreadsheetml.sheet": XLSX,
}
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"

REFUSED = {
    "html": HTML,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "xml": b'<?xml version="1.0"?><a/>',
    "exe": b"MZ\x90\x00" + bytes(500),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(500),
    "script": b"#!/bin/sh\nrm -rf /\n",
    "text": "申请表".encode(),
    "gif": b"GIF89a" + bytes(50),
    "plain zip": zipped("a.txt"),
    "jar": zipped("META-INF/MANIFEST.MF", "A.class"),
    "pptx": zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "half a zip": DOCX[: len(DOCX) // 2],
    "zip that lies about its place": DOCX[:-22] + b"PK\x05\x06" + b"\xff" * 18,
    "half a magic": PNG[:4],
    "zeros": bytes(1000),
    "html before pdf": HTML + PDF,
    "docx with a document that is a sheet too": zipped("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"),
    "docx that is a jar": zipped("word/document.xml", "META-INF/MANIFEST.MF", "A.class"),
    "docx with macros": zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "pdf with a zip at its end": PDF + zipped("A.class"),
    "png with a zip at its end": PNG + DOCX,
    "jpeg with a zip at its end": JPEG + zipped("a.txt"),
    "png that readers open as pdf": PNG + PDF,
    "zip that readers open as pdf": zipped("%PDF-1.7", "word/document.xml"),
    "exe with a docx at its end": b"MZ\x90\x00" + bytes(500) + DOCX,
}
