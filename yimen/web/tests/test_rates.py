"""Who comes too often waits; who guesses at many things is not answered any more, and nobody else suffers for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from yimen.web import NotFound, Principal, Role, allow, allow_anyone, create_app, new_router
from yimen.web.app import Shell
from yimen.web.rates import HEAVY, MOST_KEYS, WRITING, Buckets, Rates, is_heavy
from yimen.web.testing import TestIssuer
from yimen.web.tests.test_problems import check_shape

RATES = Rates(anonymous_per_minute=30, person_per_minute=40, wrong_per_hour=5)
HERE, THERE, SELF = "203.0.113.7", "203.0.113.8", "127.0.0.1"


class Hall:
    def __init__(self) -> None:
        self.issuer, self.registry = TestIssuer(), CollectorRegistry()
        router = new_router()

        @router.get("/things/{code}", dependencies=[allow_anyone()])
        async def look(code: str) -> dict[str, str]:
            if code != "right":
                raise NotFound
            return {"code": code}

        @router.post("/things", dependencies=[allow_anyone()])
        async def write() -> dict[str, str]:
            return {}

        @router.get("/list", dependencies=[allow_anyone(), is_heavy()])
        async def everything() -> dict[str, str]:
            return {}

        @router.get("/mine")
        async def mine(caller: Annotated[Principal, allow(Role.CITIZEN)]) -> dict[str, str]:
            return {"id": caller.id}

        self.app = create_app(
            title="大厅",
            version="1",
            routers=[router],
            verifier=self.issuer.verifier,
            registry=self.registry,
            shell=Shell(rates=RATES),
        )

    def at(self, address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=(address, 4711)), base_url="http://hall"
        )

    def shed(self, reason: str) -> float:
        return self.registry.get_sample_value("http_requests_shed_total", {"reason": reason}) or 0.0


@pytest.fixture
def hall() -> Hall:
    return Hall()


async def statuses(client: httpx.AsyncClient, method: str, path: str, times: int, **options: Any) -> list[int]:
    return [(await client.request(method, path, **options)).status_code for _ in range(times)]


async def test_an_address_that_asks_too_often_waits_and_others_do_not(hall: Hall) -> None:
    async with hall.at(HERE) as often, hall.at(THERE) as seldom:
        assert set(await statuses(often, "GET", "/things/right", RATES.anonymous_per_minute)) == {200}
        refused = await often.get("/things/right")
        check_shape(refused, 429, "too-many-requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert await statuses(seldom, "GET", "/things/right", 1) == [200]
        assert await statuses(often, "GET", "/healthz", 1) == [200]
    assert hall.shed("address") == 1


@pytest.mark.parametrize(("method", "path", "cost"), [("POST", "/things", WRITING), ("GET", "/list", HEAVY)])
async def test_what_costs_more_counts_for_more(hall: Hall, method: str, path: str, cost: int) -> None:
    async with hall.at(HERE) as client:
        times = RATES.anonymous_per_minute // cost
        assert await statuses(client, method, path, times + 1) == [200] * times + [429]


async def test_persons_are_counted_wherever_they_sit(hall: Hall) -> None:
    one, other = (hall.issuer.headers(Role.CITIZEN, id=name) for name in ("li", "wang"))
    async with hall.at(HERE) as here, hall.at(THERE) as there:
        assert set(await statuses(here, "GET", "/mine", RATES.person_per_minute, headers=one)) == {200}
        assert await statuses(there, "GET", "/mine", 1, headers=one) == [429]
        assert await statuses(here, "GET", "/mine", 1, headers=other) == [200], "the same office, somebody else"
    assert hall.shed("person") == 1


async def test_guessing_at_many_different_things_ends(hall: Hall) -> None:
    signed_in = hall.issuer.headers(Role.CITIZEN, id="li")
    async with hall.at(HERE) as guesser, hall.at(THERE) as neighbour:
        for number in range(RATES.wrong_per_hour):
            assert (await guesser.get(f"/things/{number}")).status_code == 404
        refused = await guesser.get("/things/right")
        check_shape(refused, 429, "too-many-guesses")
        assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert await statuses(neighbour, "GET", "/things/right", 1) == [200]
        assert await statuses(guesser, "GET", "/mine", 1, headers=signed_in) == [200], "who signed in guesses nothing"
    assert hall.shed("guesses") == 1


async def test_right_answers_are_no_guesses(hall: Hall) -> None:
    async with hall.at(HERE) as client:
        assert set(await statuses(client, "GET", "/things/right", RATES.wrong_per_hour * 2)) == {200}


async def test_this_machine_itself_is_not_counted(hall: Hall) -> None:
    async with hall.at(SELF) as client:
        assert set(await statuses(client, "GET", "/things/wrong", 60)) == {404}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
async def test_a_household_has_one_address(hall: Hall, one: str, other: str, same: bool) -> None:
    async with hall.at(one) as first, hall.at(other) as second:
        await statuses(first, "GET", "/things/right", RATES.anonymous_per_minute)
        assert await statuses(second, "GET", "/things/right", 1) == [429 if same else 200]


@contextmanager
def clocked(most: int, seconds: float) -> Iterator[tuple[Buckets, Callable[[float], None]]]:
    now = [1000.0]

    def later(by: float) -> None:
        now[0] += by

    yield Buckets(most, seconds, lambda: now[0]), later


def test_a_bucket_fills_up_steadily_and_never_over() -> None:
    with clocked(10, 100.0) as (buckets, later):
        assert [buckets.take("a") for _ in range(11)] == [0.0] * 10 + [pytest.approx(10.0)]
        later(10.0)
        assert (buckets.take("a"), buckets.take("a")) == (0.0, pytest.approx(10.0))
        later(10_000.0)
        assert buckets.take("a", 10) == 0.0
        assert buckets.wait("a") > 0
        assert buckets.take("b", 99) == 0.0, "what costs more than a bucket holds takes a full one"


def test_so_many_keys_and_no_more_are_remembered() -> None:
    with clocked(1, 1e9) as (buckets, _later):
        for number in range(MOST_KEYS + 10):
            buckets.take(str(number))
        assert len(buckets._left) == MOST_KEYS
        assert buckets.take(str(MOST_KEYS)) > 0
