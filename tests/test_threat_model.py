"""Every test that the threat model names is there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "threat-model.md"
NAMED = re.compile(r"`([\w./]+\.py)::(\w+)`")


@cache
def functions_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text("utf-8"))
    assert len(named) > 40
    assert [f"{file}::{test}" for file, test in named if test not in functions_in(file)] == []


def test_every_threat_says_what_holds_it_and_what_shows_that() -> None:
    rows = re.findall(r"^\| [STRIDE] \|.*$", PAGE.read_text("utf-8"), re.MULTILINE)
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    assert len(cells) > 30
    assert [row[1] for row in cells if len(row) < 4 or not all(row[:4])] == []
    assert {row[0] for row in cells} == set("STRIDE")
