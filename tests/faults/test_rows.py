"""The fault table is kept whole, and its report tells the truth."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.rows import MONEY_ROWS, ROWS, name_of
from tests.faults.table import FaultTable, Result


def test_every_row_of_the_fault_table_is_one_test_named_by_its_words() -> None:
    trees = (ast.parse(path.read_text()) for path in Path(__file__).parent.glob("test_*.py"))
    functions = (
        node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    found = Counter(function.name for function in functions)
    assert {row: found[name_of(row)] for row in ROWS} == dict.fromkeys(ROWS, 1)


def test_every_row_of_the_faults_of_money_is_named_by_a_test() -> None:
    """The file of rows is read for what tests say, so that a row without a test fails wherever it is left out."""
    root = Path(__file__).parents[2]
    sources = [
        path.read_text() for path in (*root.glob("services/fees/tests/**/test_*.py"), *root.glob("tests/**/test_*.py"))
    ]
    said = "".join(source for source in sources if "mark.fault(" in source)
    assert [row for row in MONEY_ROWS if f'"{row}"' not in said] == []


def _report(name: str, outcome: str, when: str = "call") -> pytest.TestReport:
    node = f"tests/faults/test_x.py::{name}"
    return pytest.TestReport(node, ("", 0, ""), {}, outcome, None, when, duration=1.5)  # type: ignore[arg-type]  # its words are literals to pytest


@pytest.mark.parametrize(
    ("reports", "shown"),
    [
        ([], "not run"),
        ([("passed", "setup"), ("passed", "call")], "passed"),
        ([("passed", "call"), ("failed", "teardown")], "FAILED"),
        ([("passed", "call"), ("failed", "call")], "FAILED"),
        ([("failed", "setup")], "FAILED"),
        ([("skipped", "setup")], "left out"),
        ([("passed", "call"), ("skipped", "setup")], "left out"),
    ],
)
def test_a_row_has_passed_only_if_all_of_it_ran_and_nothing_failed(reports: list[tuple[str, str]], shown: str) -> None:
    table = FaultTable(strict=True)
    for outcome, when in reports:
        table.pytest_runtest_logreport(_report(name_of(ROWS[0]) + "[some]", outcome, when))
    result = table.results[name_of(ROWS[0])]
    assert (str(result), result.passed) == (shown, shown == "passed")
    assert table.results[name_of(ROWS[1])] == Result()
