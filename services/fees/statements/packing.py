"""From the bytes of a file to its text: gzip or not; UTF-8 with or without a mark, or GB18030 (of which GBK is a part)."""

import codecs
import zlib
from typing import Final

from services.fees.domain.statements import StatementError

LARGEST_TEXT: Final = 64 * 1024 * 1024
"""A hundred thousand lines of XML. What unpacks to more is a bomb or a mistake."""

_GZIP: Final = b"\x1f\x8b"
_WITH_GZIP_HEADER: Final = 16 + zlib.MAX_WBITS


def unpack(body: bytes) -> str:
    """Raises `StatementError`."""
    if body.startswith(_GZIP):
        body = _gunzip(body)
    if len(body) > LARGEST_TEXT:
        raise _too_large()
    body = body.removeprefix(codecs.BOM_UTF8)
    for encoding in ("utf-8", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StatementError("文件的编码无法识别，应为UTF-8、GBK或GB18030。")


def _gunzip(body: bytes) -> bytes:
    packed = zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        plain = packed.decompress(body, LARGEST_TEXT + 1)
    except zlib.error as error:
        raise StatementError("压缩文件已损坏，无法解压。") from error
    if len(plain) > LARGEST_TEXT:
        raise _too_large()
    if not packed.eof:
        raise StatementError("压缩文件不完整。")
    if packed.unused_data or plain.startswith(_GZIP):
        raise StatementError("压缩文件中应当只有一个对账文件。")
    return plain


def _too_large() -> StatementError:
    return StatementError(f"文件解压后超过{LARGEST_TEXT // 1024 // 1024}兆字节。")
