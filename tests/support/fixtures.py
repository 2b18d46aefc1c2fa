"""Fixtures that give a test a real broker and database. A test that uses one is `real` without saying so.

Where none can be had, real tests are skipped with one plain line, and fail when CI=true: a build must not pass for want
of a broker. The last line of a run says what was used.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url

from tests.support.parts import MISSING, RealParts
from tests.support.postgres import PrivatePostgres, postgres_folder, run_sql
from tests.support.rabbit import PrivateRabbit, rabbitmq_script

PARTS = pytest.StashKey[RealParts]()
REPORT = "yimen_real_parts"
NEEDS_BROKER = {"amqp_url", "amqp_vhost_url"}
NEEDS_DATABASE = {"postgres_url", "postgres_database", "postgres_template"}
NEEDS_MORTALS = {"mortal_rabbit", "mortal_postgres", "private_rabbit"}


class RealTests:
    """The plugin: marks, skips, starts side by side, reports."""

    def __init__(self, parts: RealParts) -> None:
        self.parts = parts
        self.wanted: list[str] = []
        self.skipped = 0
        self.told: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if _fixtures(item) & (NEEDS_BROKER | NEEDS_DATABASE | NEEDS_MORTALS):
                item.add_marker(pytest.mark.real)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        used = {name for item in session.items for name in _fixtures(item)}
        self.use_both = bool(used & NEEDS_BROKER and used & NEEDS_DATABASE)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.get_closest_marker("real") is None:
            return
        if reason := self.parts.missing():
            self.skipped += 1
            _refuse(reason)
        if self.use_both and _fixtures(item) & (NEEDS_BROKER | NEEDS_DATABASE):
            self.parts.broker.want()
            self.parts.database.want()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """After the terminal's own summary, so that what the run stood on is its last word."""
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output[REPORT] = self._report()  # a worker of several tells the one that speaks
        yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if isinstance(reporter, pytest.TerminalReporter) and session.testscollected:
            for line in sorted(self.told or {self._report()}):
                reporter.write_line(line)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.told.add(getattr(node, "workeroutput", {}).get(REPORT, "real parts: a worker fell before it could say"))

    def pytest_unconfigure(self) -> None:
        self.parts.close()

    def _report(self) -> str:
        if self.skipped:
            return f"real parts: {self.skipped} tests left out, {self.parts.missing()}"
        used = [str(part.get()) for part in (self.parts.broker, self.parts.database) if part.started]
        return f"real parts: {', '.join(used) or 'no test asked for the shared ones'}"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PARTS] = RealParts()
    config.pluginmanager.register(RealTests(config.stash[PARTS]), "yimen-real-tests")


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def _refuse(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_parts(pytestconfig: pytest.Config) -> RealParts:
    return pytestconfig.stash[PARTS]


@pytest.fixture(scope="session")
def amqp_url(real_parts: RealParts) -> str:
    """The broker's default virtual host. Shared by all tests: prefer `amqp_vhost_url`."""
    return real_parts.broker.get().url


@pytest.fixture
def amqp_vhost_url(real_parts: RealParts) -> Iterator[str]:
    """A fresh virtual host for this test; of a given broker without management address, the address as given."""
    broker = real_parts.broker.get()
    if broker.management is None:
        yield broker.url
        return
    name = broker.management.create_vhost()
    yield urlsplit(broker.url)._replace(path=f"/{name}").geturl()
    broker.management.drop_vhost(name)


@pytest.fixture(scope="session")
def postgres_url(real_parts: RealParts) -> str:
    """The administrative database, `postgresql+asyncpg://…`."""
    return real_parts.database.get().url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Callable[..., str]]:
    """`postgres_database(template=…)` makes a fresh database and gives its address. Dropped after the test."""
    made: list[str] = []

    def make(template: str = "template1") -> str:
        made.append(f"t_{secrets.token_hex(6)}")
        return _create_database(postgres_url, made[-1], template)

    yield make
    run_sql(postgres_url, "SELECT 1", *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in made))


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[Callable[[str, Callable[[str], None]], str]]:
    """`postgres_template("intake", migrate)` fills a database once per run by `migrate(url)`; its name, to copy."""
    made: dict[str, str] = {}

    def prepare(key: str, fill: Callable[[str], None]) -> str:
        if key not in made:
            name = f"template_{secrets.token_hex(6)}"
            fill(_create_database(postgres_url, name, "template1"))
            made[key] = name
        return made[key]

    yield prepare
    run_sql(postgres_url, "SELECT 1", *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in made.values()))


def _create_database(admin_url: str, name: str, template: str) -> str:
    """By copying files, which takes half of what copying page by page through the log does."""
    run_sql(admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def private_rabbit(real_parts: RealParts) -> Iterator[Callable[..., PrivateRabbit]]:
    """`private_rabbit("b", names=a.names)` makes a node that is not started yet; for clusters. Ended with the run."""
    if rabbitmq_script("rabbitmq-server") is None:
        _refuse(MISSING.format(what="RabbitMQ that tests may kill"))
    made: list[PrivateRabbit] = []

    def make(name: str, **options: object) -> PrivateRabbit:
        made.append(PrivateRabbit(real_parts.sandbox, name, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture(scope="session")
def _mortal_rabbit(private_rabbit: Callable[..., PrivateRabbit]) -> PrivateRabbit:
    server = private_rabbit("mortal-rabbit")
    server.start()
    return server


@pytest.fixture
def mortal_rabbit(_mortal_rabbit: PrivateRabbit) -> Iterator[PrivateRabbit]:
    """A broker to freeze, stop and kill: nobody else uses it, and after each test it is brought back."""
    yield _mortal_rabbit
    _mortal_rabbit.revive()


@pytest.fixture(scope="session")
def _mortal_postgres(real_parts: RealParts) -> Iterator[PrivatePostgres]:
    if postgres_folder() is None:
        _refuse(MISSING.format(what="PostgreSQL that tests may kill"))
    server = PrivatePostgres(real_parts.sandbox, "mortal-postgres")
    server.start()
    yield server
    server.close()


@pytest.fixture
def mortal_postgres(_mortal_postgres: PrivatePostgres) -> Iterator[PrivatePostgres]:
    """A database server to freeze, stop and kill: nobody else uses it, and after each test it is brought back."""
    yield _mortal_postgres
    _mortal_postgres.revive()
