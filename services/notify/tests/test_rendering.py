"""Papers as PDF: the same bytes everywhere, data that is never read as markup, and nothing missing in silence."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from services.notify import layouts, rendering
from services.notify.rendering import Unrenderable, render, template_version
from services.notify.tests.sheets import DOCUMENT_ID, NUMBER, URL, receipt, text_of

ROOT = Path(__file__).parents[3]
MARKUP = r'#sys.inputs *a* $x^2$ _b_ `c` <d> @e // f \ #import "base.typ" ] } = g - h'
PRINT = (
    "from hashlib import sha256; from services.notify.rendering import render;"
    "from services.notify.tests.sheets import receipt; print(sha256(render('receipt', receipt())).hexdigest())"
)


@pytest.mark.parametrize("kind", layouts.kinds())
def test_a_changed_layout_is_a_new_version(kind: str) -> None:
    """Whoever changes a layout has the new version written down: `python -m services.notify.layouts`."""
    known = layouts.versions()[kind]
    assert known[template_version(kind)] == layouts.layout_hash(kind)
    assert sorted(known) == list(range(1, template_version(kind) + 1))


def test_every_version_is_of_a_layout() -> None:
    assert sorted(layouts.versions()) == layouts.kinds()


def test_a_changed_import_is_another_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(layouts, "LAYOUTS", tmp_path)
    for name, text in (("base", "1"), ("a", '#import "base.typ": *'), ("b", "b")):
        (tmp_path / f"{name}.typ").write_text(text)
    before = layouts.renewed({}, amend=False)
    (tmp_path / "base.typ").write_text("2")
    after = layouts.renewed(before, amend=False)
    assert (sorted(before["a"]), sorted(after["a"])) == ([1], [1, 2])
    assert after["b"] == before["b"]
    assert layouts.renewed(before, amend=True)["a"] == {1: after["a"][2]}


def test_another_process_in_another_place_makes_the_same_bytes() -> None:
    places = (
        {"TZ": "America/Lima", "LC_ALL": "C", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1"},
        {"TZ": "Asia/Shanghai", "LC_ALL": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8", "PYTHONHASHSEED": "2"},
    )
    outside = {name: value for name, value in os.environ.items() if name not in ("TZ", "LC_ALL", "LANG")}
    made = {
        subprocess.run(
            [sys.executable, "-c", PRINT], cwd=ROOT, env=outside | place, check=True, capture_output=True, text=True
        ).stdout.strip()
        for place in places
    }
    assert made == {sha256(render("receipt", receipt())).hexdigest()}


def test_threads_make_the_same_bytes_as_one_alone() -> None:
    papers = [receipt(f"申请人{number}") for number in range(8)]
    alone = [render("receipt", paper) for paper in papers]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda paper: render("receipt", paper), papers * 3))
    assert together == alone * 3


async def test_the_loop_goes_on_while_a_long_paper_is_rendered() -> None:
    """The compiler holds no lock of Python's: another task has its turns."""
    turns = 0
    paper = asyncio.create_task(asyncio.to_thread(render, "receipt", receipt(copies=2000)))
    while not paper.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 50
    assert "材料1999" in text_of(await paper)


def test_a_paper_is_archival_tagged_and_of_the_right_size() -> None:
    pdf = render("receipt", receipt(copies=60))
    for mark in (b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A</pdfaid:conformance>", b"<pdfuaid:part>1<"):
        assert mark in pdf
    with pypdfium2.PdfDocument(pdf) as document:
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        assert document.get_metadata_value("Title") == f"收件凭证 {NUMBER}"
        assert document.get_metadata_value("CreationDate").startswith("D:20260302")
        assert len(document) > 1
        assert {tuple(round(side * 25.4 / 72) for side in document[place].get_size()) for place in (0, 1)} == {
            (210, 297)
        }


def test_what_it_says_can_be_read_off_and_how_to_check_it() -> None:
    text = text_of(render("receipt", receipt()))
    for said in ("收件凭证", NUMBER, "赵一", "食品经营许可", "2026年3月2日", "模拟文书", DOCUMENT_ID, "/notify/check"):
        assert said in text


def test_the_code_leads_to_its_own_check_page() -> None:
    assert "qr" not in receipt()["check"]
    other = receipt()
    other["check"]["url"] = URL.replace("0c0ff0c1", "0c0ff0c2")
    assert render("receipt", receipt()) != render("receipt", other)


@pytest.mark.parametrize("typed", [MARKUP, "\\", '"', "甲\n乙", "甲\t乙", "{{x}}", "%s", "</svg>"])
def test_nothing_typed_is_read_as_markup(typed: str) -> None:
    assert "".join(typed.split()) in text_of(render("receipt", receipt(typed)))


def test_a_name_of_ten_thousand_characters_fills_pages_and_loses_none() -> None:
    pdf = render("receipt", receipt("赵" * 10_000))
    assert text_of(pdf).count("赵") == 3 * 10_000, "addressee, applicant, contact"


@pytest.mark.parametrize("rare", ["𬱖", "㐂", "堃", "䶮"])
def test_rare_characters_of_names_are_set(rare: str) -> None:
    assert rare in text_of(render("receipt", receipt(f"欧阳{rare}")))


def test_marks_that_turn_the_direction_do_not_hide_what_follows() -> None:
    assert "abc" in text_of(render("receipt", receipt("\u202aabc\u202c赵一")))


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        ("王𠮷", "“𠮷”（U+20BB7）"),
        ("喜😀", "U+1F600"),
        ("a\x00b", "U+0000"),
        ("a\x07b", "U+0007"),
        ("\ufeff", "U+FEFF"),
        ("\U000f0000", "U+F0000"),
    ],
)
def test_a_character_that_no_font_has_is_named(odd: str, named: str) -> None:
    with pytest.raises(Unrenderable) as refused:
        render("receipt", receipt(odd))
    assert named in str(refused.value)
    assert render("receipt", receipt()), "the compiler goes on as if nothing had been"


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(Unrenderable):
        render("receipt", receipt("\ud800"))


@pytest.mark.parametrize("kind", ["invoice", "base", "../settings", ""])
def test_a_kind_without_a_layout_is_refused(kind: str) -> None:
    with pytest.raises(Unrenderable):
        render(kind, receipt())


def test_a_field_that_is_missing_is_refused() -> None:
    paper = receipt()
    del paper["addressee"]
    with pytest.raises(Unrenderable, match="addressee"):
        render("receipt", paper)


def test_a_warning_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "faded.typ").write_text('#set text(font: "No Such Font")\n#set document(title: "x")\nx')
    monkeypatch.setattr(rendering, "LAYOUTS", tmp_path)
    monkeypatch.setattr(rendering, "_idle", [])
    monkeypatch.setattr(rendering, "versions", lambda: {"faded": {1: "x"}})
    with pytest.raises(Unrenderable, match="unknown font"):
        render("faded", receipt())
