"""What a first visit to a page weighs (hall.md §1): the JavaScript that it loads, gzipped as a server sends it."""

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from deploy.pages import BUILT

KILOBYTE = 1000
ENTRIES = {"portal": "index.html", "staff": "staff.html", "screen": "screen.html"}
BUDGETS = {"portal": 200 * KILOBYTE, "staff": 260 * KILOBYTE, "screen": 450 * KILOBYTE}
WITH_CHARTS = 450 * KILOBYTE
CHARTS = "src/kit/components/charts.ts"
Manifest = dict[str, dict[str, Any]]


@cache
def manifest() -> Manifest:
    found: Manifest = json.loads((BUILT / ".vite" / "manifest.json").read_text("utf-8"))
    return found


@cache
def weight(file: str) -> int:
    return len(gzip.compress((BUILT / file).read_bytes(), 6))


def closure(key: str, seen: set[str]) -> set[str]:
    """The chunk and whatever it imports at once."""
    if key not in seen:
        seen.add(key)
        for other in manifest()[key].get("imports", ()):
            closure(other, seen)
    return seen


def pages_of(site: str) -> Iterator[tuple[str, set[str]]]:
    """Each page of the site with the chunks of a first visit: entry, page, and a chart's engine where it draws one."""
    entry = closure(ENTRIES[site], set())
    kit = {one for key in entry for one in manifest()[key].get("dynamicImports", ())}
    for key in sorted(kit):
        if key.endswith((".vue", "Page.vue")):
            chunks = closure(key, set(entry))
            if any(CHARTS in manifest()[one].get("dynamicImports", ()) for one in chunks):
                chunks = closure(CHARTS, chunks)
            yield key, chunks
    yield ENTRIES[site], entry


@pytest.mark.parametrize("site", ENTRIES)
def test_a_first_visit_stays_within_its_budget(site: str) -> None:
    over = {}
    for page, chunks in pages_of(site):
        size = sum(weight(manifest()[key]["file"]) for key in chunks if manifest()[key]["file"].endswith(".js"))
        allowed = WITH_CHARTS if CHARTS in chunks else BUDGETS[site]
        if size > allowed:
            over[page] = f"{size / KILOBYTE:.0f} kB, allowed {allowed / KILOBYTE:.0f} kB"
    assert not over


def test_no_site_loads_another_sites_code() -> None:
    """A citizen never loads staff code, nor the other way round."""
    for site in ENTRIES:
        others = {f"src/{other}/" for other in ENTRIES if other != site}
        for _page, chunks in pages_of(site):
            assert not [key for key in chunks for other in others if key.startswith(other)]


def test_nothing_that_is_built_names_a_foreign_address() -> None:
    """Fonts, scripts and pictures all come from here: style sheets fetch from nowhere else."""
    for file in BUILT.glob("assets/*.css"):
        assert not re.findall(r"url\((?!data:)[^)]*//[^)]*\)|@import", file.read_text("utf-8")), file.name
