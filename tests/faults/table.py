"""A pytest plugin that ends a run with the fault tables: each row passed, failed or not run, and its seconds.

A test that has a table of its own gives it as a property, `record_property("table", [title, *lines])`.
With `--every-row` a row that did not pass fails the run, also one that has no test or was left out; of the services' tests
only those that play a fault are run.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.faults.dose import LONG, SEED
from tests.faults.rows import MONEY_ROWS, ROWS, name_of


@dataclass
class Result:
    """Of all tests of a row: one, or one for each of its parameters."""

    seconds: float = 0.0
    ran: bool = False
    failed: bool = False
    skipped: bool = False

    def add(self, report: pytest.TestReport) -> None:
        self.seconds += report.duration
        self.ran |= report.when == "call"
        self.failed |= report.failed
        self.skipped |= report.skipped

    @property
    def passed(self) -> bool:
        return self.ran and not (self.failed or self.skipped)

    def __str__(self) -> str:
        if self.failed:
            return "FAILED"
        return "passed" if self.passed else "left out" if self.skipped else "not run"


class FaultTable:
    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self.results = {name_of(row): Result() for row in ROWS}
        self.of_money = {row: Result() for row in MONEY_ROWS}
        self.tables: list[list[str]] = []

    def pytest_report_header(self) -> str:
        return f"faults: the {'long' if LONG else 'short'} form, YIMEN_FAULTS_SEED={SEED}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path, _, test = report.nodeid.rpartition("::")
        result = self.results.get(test.partition("[")[0])
        if result is not None and path.startswith("tests/faults/"):
            result.add(report)
        for name, value in report.user_properties:
            if name == "fault":
                self.of_money[str(value)].add(report)
            elif name == "table" and report.when == "call":
                self.tables.append(list(map(str, value)))  # type: ignore[call-overload]  # object to pytest

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        rows = (*self.results.values(), *self.of_money.values())
        if self._strict and not all(result.passed for result in rows):
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        yield

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        of_the_bus = {row: self.results[name_of(row)] for row in ROWS}
        for title, table in ((f"faults, seed {SEED}", of_the_bus), ("faults of money", self.of_money)):
            if self._strict or any(result.ran for result in table.values()):
                terminalreporter.section(title)
                for row, result in table.items():
                    terminalreporter.write_line(f"{row:<52} {result!s:<9} {result.seconds:7.1f} s")
        for title, *lines in self.tables:
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.write_line(line)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The rows that a test names travel with its report. A row that is not in the table fails the run."""
    if config.getoption("--every-row"):
        _leave_out([item for item in items if _plays_none(item)], config, items)
    for item in items:
        for row in (row for mark in item.iter_markers("fault") for row in mark.args):
            if row not in MONEY_ROWS:
                raise pytest.UsageError(f"{item.nodeid} names a fault that is not in the table: {row}")
            item.user_properties.append(("fault", row))


def _plays_none(item: pytest.Item) -> bool:
    return item.nodeid.startswith("services/") and item.get_closest_marker("fault") is None


def _leave_out(some: list[pytest.Item], config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if item not in some]
    config.hook.pytest_deselected(items=some)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-row", action="store_true", help="fail unless every row of the fault table passed")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker's results come together where it was started
        config.pluginmanager.register(FaultTable(strict=config.getoption("--every-row")), "yimen-fault-table")
