"""Papers as PDF, by typst: the layouts of `papers/`, the fonts of the lock, and data as JSON.

Guarantees: the same kind, data and template version give the same bytes, in any process, zone and language; nothing
that stands in the data is read as markup; each page is PDF/A-2a and PDF/UA-1; a character that no font has, and
anything that typst warns of, is an error, never a gap on paper. Whatever number of threads: each uses a compiler of its
own, and holds no lock that Python knows while it works.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pylopdf_fonts_zh_cn
import segno
import typst

from services.notify.layouts import LAYOUTS, versions
from yimen.errors import Permanent

FONTS = Path(str(pylopdf_fonts_zh_cn.__file__)).parent
STANDARDS: list[Any] = ["a-2a", "ua-1"]

_CHARACTER = re.compile(r'`"(?:\\u\{([0-9a-f]+)\}|(.+?))"`')

_idle: list[typst.Compiler] = []  # one is used by one thread at a time: typst refuses a second


class Unrenderable(Permanent):
    """The paper cannot be made from these data and this layout. The message tells an operator why."""


def render(kind: str, data: Mapping[str, Any]) -> bytes:
    """Blocks for some milliseconds: called in a thread. Adds the QR code that leads to `data["check"]["url"]`."""
    template_version(kind)
    check = {**data["check"], "qr": _qr_code(data["check"]["url"])}
    with _refusals(), _compiler() as compiler:
        content, warnings = compiler.compile_with_warnings(
            input=LAYOUTS / f"{kind}.typ",
            format="pdf",
            sys_inputs={"data": orjson.dumps({**data, "check": check}).decode()},
            pdf_standards=STANDARDS,
            timestamp=_stamp(data["paper"]["dated"]),
        )
    if warnings:
        raise Unrenderable(f"排版警告：{warnings[0].message}")
    assert isinstance(content, bytes)
    return content


def template_version(kind: str) -> int:
    """Raises `Unrenderable` for a kind without a layout."""
    known = versions().get(kind)
    if not known:
        raise Unrenderable(f"没有“{kind}”的版式")
    return max(known)


@cache
def _fonts() -> typst.Fonts:
    """Of the lock only: a machine's own fonts would make its papers differ from another's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@contextmanager
def _compiler() -> Iterator[typst.Compiler]:
    try:
        compiler = _idle.pop()
    except IndexError:
        compiler = typst.Compiler(root=LAYOUTS, font_paths=_fonts())
    try:
        yield compiler
    finally:
        _idle.append(compiler)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except typst.TypstError as error:
        raise Unrenderable(_reason(error.message)) from error
    except orjson.JSONEncodeError as error:  # half a character: no text at all
        raise Unrenderable(f"内容无法写成文字：{error}") from error


def _reason(message: str) -> str:
    found = _CHARACTER.search(message)
    if found is None or not ("displayed" in message or "codepoint" in message):
        return f"排版失败：{message}"
    character = chr(int(found[1], 16)) if found[1] else found[2]
    shown = character if character.isprintable() else unicodedata.name(character[0], "控制字符")
    return f"字体中没有字符“{shown}”（{' '.join(f'U+{ord(one):04X}' for one in character)}）"


def _qr_code(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", xmldecl=False)
    return drawn.getvalue().decode()


def _stamp(dated: str) -> int:
    return int(datetime.fromisoformat(dated[:10]).replace(tzinfo=UTC).timestamp())
