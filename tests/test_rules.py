"""The table of rules counts what really ran: a skipped or failing test keeps no rule."""

from collections import Counter
from pathlib import Path

import pytest

from tests.rules import ROW, RULES, RuleKeeper, kept, main, table

pytest_plugins = ["pytester"]


def run(pytester: pytest.Pytester, source: str) -> RuleKeeper:
    pytester.makeini(INI)
    pytester.makepyfile(source)
    keeper = RuleKeeper()
    pytester.inline_run("-p", "no:playwright", plugins=[keeper])  # its scope of soft assertions cannot stand in another
    return keeper


INI = "[pytest]\nmarkers = rule(*ids): kept\nasyncio_default_fixture_loop_scope = function\n"

MIXED = """
import pytest

@pytest.mark.rule("R05", "R04")
def test_kept(): pass

@pytest.mark.rule("R05")
def test_broken(): assert False

@pytest.mark.rule("R07")
@pytest.mark.skip
def test_left_out(): pass

@pytest.fixture
def untidy():
    yield
    raise RuntimeError

@pytest.mark.rule("R08")
def test_fails_while_tidying_up(untidy): pass

def test_of_no_rule(): assert False
"""


def test_each_rule_is_counted_by_how_its_tests_ended(pytester: pytest.Pytester) -> None:
    tally = run(pytester, MIXED).tally()
    assert tally == {
        "R04": Counter(passed=1),
        "R05": Counter(passed=1, failed=1),
        "R07": Counter(skipped=1),
        "R08": Counter(failed=1),
    }


def test_only_a_rule_without_a_failing_test_is_kept() -> None:
    assert kept({"R04": Counter(passed=1), "R05": Counter(passed=1, failed=1), "R07": Counter(skipped=1)}) == 1


def test_every_rule_has_a_row_even_without_a_test() -> None:
    lines = table({"R01": "a receipt", "R05": "deemed"}, {"R05": Counter(passed=2)})
    assert [line.split()[0] for line in lines[1:]] == ["R01", "R05"]
    assert "no test yet" in lines[1]


def test_the_rules_are_numbered_once_and_titled() -> None:
    rows = ROW.findall(RULES.read_text(encoding="utf-8"))
    assert len({number for number, _ in rows}) == len(rows) == 85
    assert all(title.strip() for _, title in rows)


def test_a_rule_nobody_knows_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = tmp_path / "test_stranger.py"
    stranger.write_text("import pytest\n@pytest.mark.rule('R999')\ndef test_it(): pass\n")
    (tmp_path / "pytest.ini").write_text(INI)
    apart = ("-p", "no:cacheprovider", "-p", "no:playwright")
    assert main(["-c", str(tmp_path / "pytest.ini"), *apart, str(stranger)]) == 1
    assert "R999 is marked in a test but is not in rules.md" in capsys.readouterr().out
