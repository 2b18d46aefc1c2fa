"""Which tests keep which rule of the field: `make rules` runs them and prints the table.

Runs every test that carries `@pytest.mark.rule("R05", …)` and no other. A skipped test keeps no rule. Exits with 1 when a
marked test fails, cannot be loaded, or names a rule that docs/rules.md does not have.
"""

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

RULES = Path(__file__).parents[1] / "docs" / "rules.md"
ROW = re.compile(r"^\| (R\d+) \| (.+?) \|", re.MULTILINE)
# The summary table takes the place of pytest's own.
QUIET = ["-q", "--no-header", "--tb=short", "--durations=0"]


class RuleKeeper:
    """The pytest plugin: leaves only marked tests, and remembers how each rule's tests ended."""

    def __init__(self) -> None:
        self.rules_of: dict[str, list[str]] = {}
        self.outcomes: dict[str, str] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        for item in items:
            rules = [rule for mark in item.iter_markers("rule") for rule in mark.args]
            if rules:
                self.rules_of[item.nodeid] = rules
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in self.rules_of])
        items[:] = [item for item in items if item.nodeid in self.rules_of]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The worst of set-up, call and tear-down; what was skipped never passes."""
        if report.outcome != "passed" or report.when == "call":
            self.outcomes[report.nodeid] = report.outcome if self.outcomes.get(report.nodeid) != "failed" else "failed"

    def tally(self) -> dict[str, Counter[str]]:
        """Rule → how its tests ended."""
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for test, rules in self.rules_of.items():
            for rule in set(rules):
                counted[rule][self.outcomes.get(test, "skipped")] += 1
        return counted


def table(titles: dict[str, str], tally: dict[str, Counter[str]]) -> list[str]:
    lines = [f"{'rule':<6}{'tests':>6}{'passed':>8}{'failed':>8}{'skipped':>9}  what it says"]
    for rule, title in titles.items():
        ended = tally.get(rule, Counter())
        counts = f"{ended['passed']:>8}{ended['failed']:>8}{ended['skipped']:>9}" if ended else f"{'no test yet':>25}"
        lines.append(f"{rule:<6}{ended.total():>6}{counts}  {title}")
    return lines


def kept(tally: dict[str, Counter[str]]) -> int:
    """Rules with a passing test, and with no failing one."""
    return sum(1 for ended in tally.values() if ended["passed"] and not ended["failed"])


def main(arguments: list[str]) -> int:
    titles = dict(ROW.findall(RULES.read_text(encoding="utf-8")))
    keeper = RuleKeeper()
    code = pytest.main([*QUIET, *arguments], plugins=[keeper])
    tally = keeper.tally()
    unknown = sorted(tally.keys() - titles.keys())
    print("", *table(titles, tally), sep="\n")
    for rule in unknown:
        print(f"{rule} is marked in a test but is not in {RULES.name}")
    print(f"\n{kept(tally)} rules with a passing test, of {len(titles)}")
    return int(bool(unknown) or code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
