"""The pages' own tests (hall/: vitest), their words, and what they know of the hall's names."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yimen.departments import DEPARTMENTS

ROOT = Path(__file__).parent.parent
HALL = ROOT / "hall"
SOURCES = HALL / "src"
WORDING = sorted(path.parent for path in SOURCES.glob("**/wording/zh.json"))
CHINESE, LATIN = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]")


def test_the_pages_own_tests_pass() -> None:
    node = subprocess.run(["sh", "tools/node.sh"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    run = subprocess.run(
        [f"{node}/npm", "test", "--silent"],
        cwd=HALL,
        capture_output=True,
        text=True,
        env={"PATH": f"{node}:/usr/bin:/bin"},
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]


def without_comments(source: Path) -> str:
    return re.sub(r"<!--.*?-->|/\*.*?\*/|//[^\n]*", "", source.read_text("utf-8"), flags=re.DOTALL)


def keys_of(words: dict[str, Any], before: str = "") -> Iterator[str]:
    for key, value in words.items():
        if isinstance(value, dict):
            yield from keys_of(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def sentences(words: dict[str, Any]) -> Iterator[str]:
    for value in words.values():
        if isinstance(value, dict):
            yield from sentences(value)
        else:
            yield str(value)


def read(folder: Path, language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{language}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("folder", WORDING, ids=lambda folder: str(folder.relative_to(SOURCES)))
def test_english_has_every_word_that_chinese_has(folder: Path) -> None:
    """An English sentence may give an example of what is typed in Chinese."""
    chinese, english = read(folder, "zh"), read(folder, "en")
    assert set(keys_of(chinese)) == set(keys_of(english))
    for sentence in sentences(english):
        assert len(CHINESE.findall(sentence)) < len(LATIN.findall(sentence)) or not CHINESE.search(sentence), sentence


@pytest.mark.parametrize("folder", WORDING, ids=lambda folder: str(folder.relative_to(SOURCES)))
def test_every_word_that_a_page_asks_for_is_there(folder: Path) -> None:
    """Keys that are written out; what is put together from a code is met by the pages' own tests."""
    kit = set(keys_of(read(SOURCES / "kit" / "wording", "zh")))
    area = folder.parent
    own = kit if area.name == "kit" else kit | {f"{area.name}.{key}" for key in keys_of(read(folder, "zh"))}
    asked = {
        key
        for source in area.rglob("*")
        if source.suffix in {".vue", ".ts"} and not source.name.endswith(".test.ts")
        for key in re.findall(r"\bt\(\s*'([\w.]+)'", without_comments(source))
    }
    assert asked <= own, asked - own


def test_no_page_has_words_of_its_own() -> None:
    """Chinese stands in the wording, not in templates and scripts. Routes, menus and departments name both languages."""
    for source in SOURCES.glob("*/areas/**/*.vue"):
        text = re.sub(r'<(\w+) lang="zh-CN">.*?</\1>', "", without_comments(source), flags=re.DOTALL)
        assert not CHINESE.findall(text), source.relative_to(SOURCES)


def test_pages_and_services_call_departments_by_the_same_names() -> None:
    text = (SOURCES / "kit" / "departments.ts").read_text("utf-8")
    assert dict(re.findall(r"(\w+): \{ zh: '([^']+)'", text)) == DEPARTMENTS
