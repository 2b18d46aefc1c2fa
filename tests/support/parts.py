"""Which broker and which database this run uses: decided once, started when first wanted, both side by side.

In this order: the addresses given in YIMEN_TEST_AMQP_URL and YIMEN_TEST_POSTGRES_URL; containers, when a Docker engine
answers; private servers from installed binaries; none.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import aio_pika
from sqlalchemy import make_url

from tests.support.postgres import PrivatePostgres, blocking, postgres_folder, run_sql
from tests.support.rabbit import Management, PrivateRabbit, rabbitmq_script
from tests.support.sandbox import Sandbox

MISSING = (
    "no real {what}: set YIMEN_TEST_AMQP_URL and YIMEN_TEST_POSTGRES_URL, start Docker,"
    " or install the packages rabbitmq-server and postgresql"
)


@dataclass(frozen=True)
class Part:
    """A running broker or database: where it is, which one, and how we came by it (given, container, private)."""

    name: str
    url: str
    version: str
    way: str
    management: Management | None = None
    close: Callable[[], None] = lambda: None

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.way})"


class LazyPart:
    """Chooses its way when first asked about, and starts in the background when first wanted, once."""

    def __init__(self, choose: Callable[[], Callable[[], Part] | None]) -> None:
        self._choose = choose
        self._thread = ThreadPoolExecutor(1)
        self._future: Future[Part] | None = None

    @cached_property
    def _begin(self) -> Callable[[], Part] | None:
        return self._choose()

    @property
    def possible(self) -> bool:
        return self._begin is not None

    @property
    def started(self) -> bool:
        return self._future is not None and self._future.done() and self._future.exception() is None

    def want(self) -> None:
        if self._future is None and self._begin is not None:
            self._future = self._thread.submit(self._begin)

    def get(self) -> Part:
        self.want()
        assert self._future is not None, "nobody can start this part here"
        return self._future.result()

    def close(self) -> None:
        self._thread.shutdown()
        if self.started:
            self.get().close()


class RealParts:
    """Everything real that this run may use."""

    def __init__(self) -> None:
        self.broker = LazyPart(self._broker_way)
        self.database = LazyPart(self._database_way)

    @cached_property
    def sandbox(self) -> Sandbox:
        return Sandbox()

    def missing(self) -> str | None:
        """One plain line, when a broker or a database cannot be had."""
        lacking = [
            name for name, part in (("RabbitMQ", self.broker), ("PostgreSQL", self.database)) if not part.possible
        ]
        return MISSING.format(what=" and no real ".join(lacking)) if lacking else None

    def close(self) -> None:
        self.broker.close()
        self.database.close()
        if "sandbox" in self.__dict__:
            self.sandbox.close()

    def _broker_way(self) -> Callable[[], Part] | None:
        if "YIMEN_TEST_AMQP_URL" in os.environ:
            return given_broker
        if docker_answers():
            return container_broker
        return self._private_broker if rabbitmq_script("rabbitmq-server") else None

    def _database_way(self) -> Callable[[], Part] | None:
        if "YIMEN_TEST_POSTGRES_URL" in os.environ:
            return given_database
        if docker_answers():
            return container_database
        return self._private_database if postgres_folder() else None

    def _private_broker(self) -> Part:
        server = PrivateRabbit(self.sandbox)
        server.start()
        return _broker(server.amqp_url, "private", server.management, server.close)

    def _private_database(self) -> Part:
        server = PrivatePostgres(self.sandbox)
        server.start()
        return _database(server.url, "private", server.close)


@cache
def docker_answers() -> bool:
    from tests.support import containers  # Docker's client is loaded only where it can matter

    return containers.docker_answers()


def given_broker() -> Part:
    """Without YIMEN_TEST_AMQP_MANAGEMENT_URL beside it, tests share the address's own virtual host."""
    management = os.environ.get("YIMEN_TEST_AMQP_MANAGEMENT_URL")
    return _broker(os.environ["YIMEN_TEST_AMQP_URL"], "given", Management(management) if management else None)


def given_database() -> Part:
    url = make_url(os.environ["YIMEN_TEST_POSTGRES_URL"]).set(drivername="postgresql+asyncpg")
    return _database(url.render_as_string(hide_password=False), "given")


def container_broker() -> Part:
    from tests.support.containers import RabbitContainer

    server = RabbitContainer()
    server.start()
    return _broker(server.amqp_url, "container", server.management, server.close)


def container_database() -> Part:
    from tests.support.containers import PostgresContainer

    server = PostgresContainer()
    server.start()
    return _database(server.url, "container", server.close)


def _broker(url: str, way: str, management: Management | None, close: Callable[[], None] = lambda: None) -> Part:
    async def greeting() -> Any:
        async with await aio_pika.connect(url) as connection:
            assert connection.transport is not None
            return connection.transport.connection.server_properties["version"]

    return Part("RabbitMQ", url, str(blocking(greeting())), way, management, close)


def _database(url: str, way: str, close: Callable[[], None] = lambda: None) -> Part:
    version = str(run_sql(url, "SHOW server_version")).split()[0]
    return Part("PostgreSQL", url, version, way, None, close)
