"""Least rights on the bus, on a real RabbitMQ that was started with what deploy/rabbitmq has.

The table says who may do what; whoever is not named in a row is refused by the broker itself.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ProbableAuthenticationError
from aiormq.exceptions import ChannelAccessRefused

from deploy.broker import FOLDER, VHOST, Hall, definitions, read_passwords, system_bindings, text_of
from services.approval.app import build as build_approval
from services.approval.settings import ApprovalSettings
from services.approval.tests.desk import CONSENT, Desk
from services.intake.app import build as build_intake
from services.intake.domain.item import Stage
from services.intake.publishing import publish
from services.intake.settings import IntakeSettings
from services.intake.tests.hall import Hall as IntakeHall
from services.intake.tests.samples import JOINT, MONDAY
from tests.faults.dose import LONG
from tests.support.driving import until
from tests.support.rabbit import PrivateRabbit
from tests.support.replay import a_day
from tests.support.tap import chosen, meta_of
from yimen.bus.carrier import Message, Publisher, Queue, Subscriber
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.topology import EXCHANGE, UNROUTED
from yimen.clock import FrozenClock
from yimen.contracts import read_event
from yimen.departments import DEPARTMENTS
from yimen.errors import CarrierDown
from yimen.service import Build, Parts
from yimen.settings import ServiceSettings
from yimen.testing import Harness
from yimen.web.testing import TestIssuer

WINDOWS = {"planning": ("planning",), "fire": ("fire",), "small": ("culture", "religion")}
HALL = Hall(windows=WINDOWS, systems=("fire", "market"))
SERVICES = {"intake", "fees", "monitor", "notify"}
DESKS = {"approval.planning", "approval.fire", "approval.small"}
SYSTEMS = {"dept.fire", "dept.market"}
SPEAKERS = {*SERVICES, *DESKS, *SYSTEMS}
EVERYONE = {*SPEAKERS, "operator", "scaler", "restorer"}
QUEUES = sorted(SPEAKERS)

Act = Callable[[AbstractChannel], Awaitable[object]]


def reading(queue: str) -> Act:
    async def act(channel: AbstractChannel) -> None:
        await (await channel.get_queue(queue, ensure=False)).get(fail=False)

    return act


def declaring(queue: str, **arguments: str) -> Act:
    return lambda channel: channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum", **arguments})


def making_exchange(name: str) -> Act:
    return lambda channel: channel.declare_exchange(name, aio_pika.ExchangeType.FANOUT)


def deleting(queue: str) -> Act:
    return lambda channel: channel.queue_delete(queue)


def binding(key: str, queue: str) -> Act:
    async def act(channel: AbstractChannel) -> None:
        await (await channel.get_queue(queue, ensure=False)).bind(EXCHANGE, key)

    return act


def saying(key: str, exchange: str = EXCHANGE) -> Act:
    async def act(channel: AbstractChannel) -> None:
        target = channel.default_exchange if exchange == "" else await channel.get_exchange(exchange, ensure=False)
        await target.publish(aio_pika.Message(b"{}"), key)

    return act


async def binding_exchanges(channel: AbstractChannel) -> None:
    exchange = await channel.get_exchange(EXCHANGE, ensure=False)
    await exchange.bind(UNROUTED, "fees.notice.paid.all")


async def telling_again(channel: AbstractChannel) -> None:
    exchange = await channel.declare_exchange("yimen.again.once", aio_pika.ExchangeType.TOPIC, auto_delete=True)
    queue = await channel.get_queue("fees", ensure=False)
    await queue.bind(exchange, "#")
    await exchange.publish(aio_pika.Message(b"{}"), "intake.case.accepted.all")
    await queue.unbind(exchange, "#")


async def deleting_exchange(channel: AbstractChannel) -> None:
    await channel.exchange_delete(EXCHANGE)


NOBODY: set[str] = set()
WORDS = {
    "intake.case.accepted.all": {"intake"},
    "intake.review.requested.fire": {"intake"},
    "approval.review.decided.fire": {"approval.fire", "dept.fire"},
    "approval.review.decided.planning": {"approval.planning"},
    "approval.review.decided.religion": {"approval.small"},
    "approval.review.decided.market": {"dept.market"},
    "approval.review.decided.fire.planning": NOBODY,
    "approval.case.decided.fire": NOBODY,
    "fees.notice.paid.all": {"fees"},
    "monitor.alert.raised.fire": {"monitor"},
    "notify.message.sent.all": {"notify"},
    "intakes.case.accepted.all": NOBODY,
}
KEYS = {
    "#": NOBODY,
    "intake.#": NOBODY,
    "*.contact.#": NOBODY,
    "intake.contact.#": {"notify"},
    "intake.contact.*.all": NOBODY,
    "intake.credential.#": {"monitor", "notify"},
    "intake.case.#": {"fees", "monitor", "notify"},
    "intake.calendar.#": {"fees", "monitor", "notify", *DESKS},
    "intake.calendar.*.all": SYSTEMS,
    "intake.review.*.fire": {"approval.fire", "dept.fire"},
    "intake.review.*.planning": {"approval.planning"},
    "intake.review.*.culture": {"approval.small"},
    "intake.review.requested.fire": NOBODY,
    "*.review.*.fire": {"dept.fire"},
    "*.review.*.planning": NOBODY,
    "*.review.*.*": NOBODY,
    "approval.review.#": {"intake", "fees"},
    "fees.list.*.fire": {"approval.fire", "dept.fire"},
    "fees.notice.#": {"intake"},
    "monitor.#": {"monitor", "notify"},
    "monitor.*.*.fire": {"dept.fire"},
    "monitor.*.*.planning": NOBODY,
}


def acts_of(user: str) -> dict[str, tuple[Act, set[str]]]:
    """What everybody tries, and who may. Some of it is tried on one's own queue."""
    own = user if user in SPEAKERS else "intake"
    return {
        "ask whether another's queue stands": (lambda c: c.get_queue("fees", ensure=True), EVERYONE),
        **{f"read {queue}": (reading(queue), {queue}) for queue in QUEUES},
        **{f"read {queue}.parked": (reading(f"{queue}.parked"), {queue, "operator"}) for queue in QUEUES},
        f"read {UNROUTED}": (reading(UNROUTED), {"operator"}),
        **{f"say {key}": (saying(key), allowed) for key, allowed in WORDS.items()},
        **{f"bind {key}": (binding(key, own), allowed) for key, allowed in KEYS.items()},
        "bind another's queue": (binding("intake.calendar.#", "fees" if own != "fees" else "intake"), NOBODY),
        "say into a queue past the exchange": (saying("intake", exchange=""), NOBODY),
        "say what nobody follows, past the exchange": (saying("", exchange=UNROUTED), NOBODY),
        "tell a queue again what it missed": (telling_again, {"restorer"}),
        "declare one's own queue": (declaring(own), NOBODY),
        "declare one's own queue to speak by dead letters": (
            declaring(own, **{"x-dead-letter-exchange": EXCHANGE, "x-dead-letter-routing-key": "fees.notice.paid.all"}),
            NOBODY,
        ),
        "declare another's queue": (declaring("fees" if own != "fees" else "intake"), NOBODY),
        "declare a queue without a name": (lambda c: c.declare_queue(exclusive=True), NOBODY),
        "make an exchange of one's own name, to speak through it": (making_exchange(own), NOBODY),
        "bind the exchange to another": (binding_exchanges, NOBODY),
        "delete one's own queue": (deleting(own), NOBODY),
        "delete another's queue": (deleting("fees" if own != "fees" else "intake"), NOBODY),
        "delete the exchange": (deleting_exchange, NOBODY),
    }


@dataclass(frozen=True)
class Broker:
    server: PrivateRabbit
    folder: Path
    passwords: dict[str, str]

    def url(self, user: str, vhost: str = VHOST) -> str:
        return f"amqp://{user}:{self.passwords[user]}@127.0.0.1:{self.server.port}/{vhost}"


@pytest.fixture(scope="module")
def broker(private_rabbit: Callable[..., PrivateRabbit], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """As an operator starts it, but for ports, and for an administrator whom the tests' own tools know."""
    folder = tmp_path_factory.mktemp("passwords")
    passwords = read_passwords(folder, HALL, make=True)
    assert read_passwords(folder, HALL) == passwords
    server = private_rabbit("rights")
    content = definitions(HALL, passwords)
    guest = {"name": "guest", "password": "guest", "tags": ["administrator"]}
    content["users"].append(guest)
    (server.folder / "definitions.json").write_text(text_of(content))
    told = (FOLDER / "rabbitmq.conf").read_text()
    told = told.replace("/etc/rabbitmq/definitions.json", str(server.folder / "definitions.json"))
    told = re.sub(r"(?m)^disk_free_limit.*$", "disk_free_limit.absolute = 50MB", told)
    own = (server.folder / "rabbitmq.conf").read_text().splitlines()
    ports = [line for line in own if "tcp" in line] + ["prometheus.tcp.ip = 127.0.0.1", "prometheus.tcp.port = 0"]
    (server.folder / "rabbitmq.conf").write_text("\n".join([told, *ports]))
    (server.folder / "enabled_plugins").write_text((FOLDER / "enabled_plugins").read_text())
    server.start()
    yield Broker(server, folder, passwords)
    server.close()


async def attempt(connection: AbstractConnection, act: Act) -> bool:
    """Whether the broker let it be done. Each on a channel of its own, which a refusal closes."""
    channel = await connection.channel(publisher_confirms=True)
    try:
        async with asyncio.timeout(10):
            await act(channel)
    except ChannelAccessRefused:
        return False
    await channel.close()
    return True


@pytest.fixture
async def open_as(broker: Broker) -> AsyncIterator[Callable[[str], Awaitable[AbstractConnection]]]:
    opened: list[AbstractConnection] = []

    async def connect(user: str) -> AbstractConnection:
        opened.append(await aio_pika.connect(broker.url(user)))
        return opened[-1]

    yield connect
    for connection in opened:
        await connection.close()


@pytest.mark.parametrize("user", sorted(EVERYONE))
async def test_each_user_may_do_what_the_table_says_and_nothing_else(
    open_as: Callable[[str], Awaitable[AbstractConnection]], user: str
) -> None:
    connection = await open_as(user)
    found = {name: await attempt(connection, act) for name, (act, _allowed) in acts_of(user).items()}
    assert found == {name: user in allowed for name, (_act, allowed) in acts_of(user).items()}


async def test_who_has_no_password_cannot_log_in_and_nobody_leaves_the_hall(broker: Broker) -> None:
    """`main` says who has none; RabbitMQ takes no password for them, the empty one neither."""
    with pytest.raises(ProbableAuthenticationError):
        await aio_pika.connect(broker.url("intake").replace(broker.passwords["intake"], "guess"))
    with pytest.raises(CONNECTION_EXCEPTIONS):
        await aio_pika.connect(broker.url("intake", vhost=""))
    without = {name: word for name, word in broker.passwords.items() if name != "scaler"}
    path = broker.server.folder / "without.json"
    path.write_text(text_of(definitions(HALL, without)))
    broker.server.ctl("import_definitions", str(path))
    with pytest.raises(ProbableAuthenticationError):
        await aio_pika.connect(broker.url("scaler"))


async def test_what_is_missing_is_named(broker: Broker) -> None:
    """A service whose queue was not imported, and one that is newer than the rights that were."""
    carrier = RabbitCarrier(broker.url("fees"))
    with pytest.raises(CarrierDown, match=r"no queue 'fees\.new\.parked'.*import the definitions"):
        await carrier.declare(Queue("fees.new", ("intake.case.#",)))
    with pytest.raises(CarrierDown, match=r"a right is missing.*'intake\.contact\.#'.*'yimen\.events'"):
        await carrier.declare(Queue("fees", ("intake.case.#", "intake.contact.#")))
    async with carrier.publisher() as publisher:
        with pytest.raises(CarrierDown, match=r"'intake\.case\.closed\.all'.*refused"):
            await publisher.publish([Message("intake.case.closed.all", {}, b"{}")])


# -- the whole hall under its own names -------------------------------------------------------------------------------


class CarrierOfEach:
    """Each service's own carrier: a queue tells whose it is, a publisher the name of the task that it runs in."""

    def __init__(self, urls: Mapping[str, str], speaks_as: Mapping[str, str]) -> None:
        self._carriers = {user: RabbitCarrier(url) for user, url in urls.items()}
        self._speaks_as = speaks_as

    async def declare(self, queue: Queue) -> None:
        await self._carriers[queue.name].declare(queue)

    def publisher(self) -> AbstractAsyncContextManager[Publisher]:
        task = asyncio.current_task()
        assert task is not None
        instance = task.get_name().partition(":")[0]
        return self._carriers[self._speaks_as.get(instance, instance)].publisher()

    def subscriber(self, queue: Queue) -> AbstractAsyncContextManager[Subscriber]:
        return self._carriers[queue.name].subscriber(queue)


ITEM = JOINT.model_copy(
    update={
        "code": f"{JOINT.code[:-1]}9",
        "stages": (Stage(name="联合审查", departments=("fire", "market"), limit_days=7),),
    }
)


@asynccontextmanager
async def serving(build: Build, settings: ServiceSettings, url: str) -> AsyncIterator[Harness]:
    """The service with all its loops, for callers whom it knows."""
    issuer, clock = TestIssuer(), FrozenClock(MONDAY)
    parts = Parts(carrier=RabbitCarrier(url), clock=clock, verifier=issuer.verifier, windows={})
    service = build(parts, settings)
    async with service.running():
        yield Harness(service, issuer, clock)


async def test_a_case_is_reviewed_by_a_window_and_by_a_departments_own_system(broker: Broker, tmp_path: Path) -> None:
    """Each as its own user, in no order of starting: what they hear stood on the broker before them."""
    own = RabbitCarrier(broker.url("dept.market"))
    store = {name: f"sqlite+aiosqlite:///{tmp_path / name}.db" for name in ("intake", "fire")}
    door = IntakeSettings(database_url=store["intake"], materials=tmp_path.as_uri())
    window = ApprovalSettings(database_url=store["fire"], departments=("fire",))
    async with serving(build_intake, door, broker.url("intake")) as intake:
        async with intake.units.begin() as unit:
            await publish(unit, (ITEM,))
        hall = IntakeHall(intake)
        number = await hall.accepted(ITEM)
        async with serving(build_approval, window, broker.url("approval.fire")) as approval:
            desk, review = Desk(approval), f"{number}.1.fire"
            known = desk.url(review)
            await until(lambda: _answers(approval, known, desk.headers()))
            answers = [hall.received(number, "market"), hall.decided(number, "market")]
            said = [intake.message(answer, "/approval/market") for answer in answers]
            await _take_the_first_number(intake, own, said[0], f"review/{review}")
            await desk.done("receipt", review_id=review)
            await desk.done("decision", CONSENT, review_id=review)
            asked = await _heard(own, Queue("dept.market", system_bindings("market")), "intake.review.requested.market")
            assert read_event(meta_of(asked).type, asked.body).review_id == f"{number}.1.market"
            async with own.publisher() as publisher:
                assert await publisher.publish(said) == [True, True]

            async def answered() -> bool:
                return all(one["answer"] for one in (await hall.case(number))["reviews"])

            await until(answered)


async def _take_the_first_number(intake: Harness, carrier: RabbitCarrier, word: Message, subject: str) -> None:
    """Of another's source, under one's own key: the broker lets it through, for it looks at the key alone."""
    stolen = {"cloudEvents_source": "/approval/fire", "cloudEvents_subject": subject, "cloudEvents_sequence": "1"}
    async with carrier.publisher() as publisher:
        assert await publisher.publish([replace(word, headers=word.headers | stolen)]) == [True]

    async def parked() -> bool:
        return any(one.error == "source /approval/fire does not speak for market" for one in await intake.parked())

    await until(parked)


async def _answers(harness: Harness, path: str, headers: dict[str, str]) -> bool:
    return (await harness.client.get(path, headers=headers)).is_success


async def _heard(carrier: RabbitCarrier, queue: Queue, key: str) -> Message:
    async with carrier.subscriber(queue) as subscriber, asyncio.timeout(20):
        while True:
            for incoming in await subscriber.batch(100, 0.01):
                await subscriber.settle([incoming])
                if incoming.message.key == key:
                    return incoming.message


@pytest.mark.skipif(not LONG, reason="a whole day is played in make faults")
@pytest.mark.slow
async def test_a_whole_day_goes_through_under_these_rights(broker: Broker, tmp_path: Path) -> None:
    """Every service as its own user; the fire brigade's answers are those of its own system, which hears all that is its."""
    each = Hall(windows={code: (code,) for code in DEPARTMENTS}, systems=("fire",))
    passwords = read_passwords(broker.folder, each, make=True)
    (tmp_path / "definitions.json").write_text(text_of(definitions(each, passwords, vhost="day")))
    broker.server.ctl("import_definitions", str(tmp_path / "definitions.json"))
    urls = {user: Broker(broker.server, broker.folder, passwords).url(user, "day") for user in passwords}
    played, tap, _now = await a_day(tmp_path, CarrierOfEach(urls, {"approval.fire": "dept.fire"}))
    assert played.faults == []
    assert {name: end.faults for name, end in played.ends.items()} == dict.fromkeys(played.ends, ())

    own = Queue("dept.fire", system_bindings("fire"))
    meant = {meta_of(message).id for message in chosen(own, tap.messages)}
    heard: set[UUID] = set()
    async with RabbitCarrier(urls["dept.fire"]).subscriber(own) as subscriber, asyncio.timeout(10):
        while heard != meant:
            batch = await subscriber.batch(100, 0.01)
            heard |= {meta_of(incoming.message).id for incoming in batch}
            await subscriber.settle(batch)
    assert {"intake", "approval"} <= {message.key.split(".")[0] for message in chosen(own, tap.messages)}
