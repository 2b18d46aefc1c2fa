"""The real parts are real: what the fixtures hand out works, is isolated, and comes back after being killed."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import psutil
import pytest

from tests.support.order import first_of_all
from tests.support.postgres import PrivatePostgres, run_sql
from tests.support.rabbit import PrivateRabbit
from tests.support.sandbox import wait_until

ROOT = Path(__file__).parents[1]
QUORUM = {"x-queue-type": "quorum"}


async def publish(url: str, queue_name: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue(queue_name, durable=True, arguments=QUORUM)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=queue_name)


async def consume(url: str, queue_name: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(queue_name, durable=True, arguments=QUORUM)
        async with queue.iterator() as messages:
            async with asyncio.timeout(20):
                message = await anext(messages)
            await message.ack()
            return message.body


async def test_a_message_on_a_quorum_queue_comes_back_from_the_real_broker(amqp_vhost_url: str) -> None:
    await publish(amqp_vhost_url, "window", "受理".encode())
    assert (await consume(amqp_vhost_url, "window")).decode() == "受理"


@pytest.fixture
def second_vhost_url(amqp_vhost_url: str, real_parts: object) -> str:
    management = real_parts.broker.get().management  # type: ignore[attr-defined]
    if management is None:
        pytest.skip("a given broker without management address has one virtual host")
    parts = urlsplit(amqp_vhost_url)
    return parts._replace(path="/" + management.create_vhost()).geturl()


async def test_one_tests_queues_do_not_exist_for_another(amqp_vhost_url: str, second_vhost_url: str) -> None:
    await publish(amqp_vhost_url, "window", b"mine")
    async with await aio_pika.connect(second_vhost_url) as connection:
        channel = await connection.channel()
        with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
            await channel.declare_queue("window", passive=True)


def test_each_database_is_fresh_and_its_own(postgres_database: Callable[..., str]) -> None:
    first, second = postgres_database(), postgres_database()
    run_sql(first, "CREATE TABLE cases (id int)")
    assert run_sql(first, "SELECT count(*) FROM cases") == 0
    assert run_sql(second, "SELECT to_regclass('cases')") is None


def test_a_template_is_filled_once_and_copied_for_each_test(
    postgres_template: Callable[..., str], postgres_database: Callable[..., str]
) -> None:
    filled: list[str] = []

    def fill(url: str) -> None:
        filled.append(url)
        run_sql(url, "CREATE TABLE items (code text)", "INSERT INTO items VALUES ('000104002000')")

    name = postgres_template("support", fill)
    assert postgres_template("support", fill) == name
    assert len(filled) == 1
    assert run_sql(postgres_database(template=name), "SELECT code FROM items") == "000104002000"


def test_what_postgres_confirmed_is_there_after_it_was_killed(mortal_postgres: PrivatePostgres) -> None:
    run_sql(mortal_postgres.url, "CREATE TABLE receipts (number int)", "INSERT INTO receipts VALUES (7)")
    first_pid = mortal_postgres.pid
    mortal_postgres.kill()
    with pytest.raises(ConnectionRefusedError):
        run_sql(mortal_postgres.url, "SELECT 1")
    mortal_postgres.start()
    assert mortal_postgres.pid != first_pid
    assert run_sql(mortal_postgres.url, "SELECT number FROM receipts") == 7


def test_a_frozen_postgres_is_silent_and_goes_on_when_thawed(mortal_postgres: PrivatePostgres) -> None:
    mortal_postgres.pause()
    with pytest.raises(TimeoutError):
        run_sql(mortal_postgres.url, "SELECT 1")
    mortal_postgres.resume()
    assert run_sql(mortal_postgres.url, "SELECT 1") == 1


async def test_what_the_broker_confirmed_is_there_after_it_was_killed(mortal_rabbit: PrivateRabbit) -> None:
    url = mortal_rabbit.new_vhost()
    await publish(url, "window-kept", b"kept")
    mortal_rabbit.wait_recorded("window-kept")
    first_pid = mortal_rabbit.pid
    mortal_rabbit.kill()
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await aio_pika.connect(url)
    mortal_rabbit.start()
    assert mortal_rabbit.pid != first_pid
    assert await consume(url, "window-kept") == b"kept"


async def test_a_frozen_broker_is_silent_and_goes_on_when_thawed(mortal_rabbit: PrivateRabbit) -> None:
    url = mortal_rabbit.new_vhost()
    mortal_rabbit.pause()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await aio_pika.connect(url)
    mortal_rabbit.resume()
    await publish(url, "window", b"thawed")
    assert await consume(url, "window") == b"thawed"


A_RUN = """
import signal
from tests.support.rabbit import NameServer
from tests.support.sandbox import Sandbox
sandbox = Sandbox()
server = NameServer(sandbox)
server.start()
print(server.pid, sandbox.base, flush=True)
signal.pause()
"""


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.real
def test_a_killed_run_leaves_no_server_and_no_folder_behind(pytestconfig: pytest.Config) -> None:
    with subprocess.Popen([sys.executable, "-c", A_RUN], stdout=subprocess.PIPE, cwd=pytestconfig.rootpath) as run:
        assert run.stdout is not None
        pid, base = run.stdout.readline().decode().split()
        assert not has_ended(int(pid))
        run.kill()
    wait_until(lambda: has_ended(int(pid)) and not Path(base).exists(), 30, lambda: f"{pid} or {base} is still there")


def test_the_files_that_come_first_in_a_run_are_there() -> None:
    assert [path for path in first_of_all() if not (ROOT / path).exists()] == []
