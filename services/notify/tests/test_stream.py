"""The live stream: nothing missed after a pause, and each department sees its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import httpx
import orjson
import pytest

from services.notify.desks.showing import SWEEP
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, start
from services.notify.tests.played import serving
from tests.support.driving import working
from tests.support.one_look import OneLook
from yimen.contracts.notify import DocumentRendered
from yimen.web import Role

RENDERED = DocumentRendered(
    document_id="P1",
    case_number="C1",
    kind="receipt",
    number="办字〔2026〕12号",
    event_id="E1",
    title="收件凭证",
    dated=date(2026, 3, 2),
    template_version=1,
    sha256="0" * 64,
    size=1,
    rendered_at=samples.AT,
)


@dataclass
class Told:
    id: int
    type: str
    data: dict[str, object]


class Reader:
    """An event source: it keeps what it is told."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.comments = 0

    async def next(self) -> Told:
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line == "" and "data" in fields:
                    return Told(int(fields.get("id", "0")), fields["event"], orjson.loads(fields["data"]))
                self.comments += line.startswith(":")
                fields[name] = value
        raise AssertionError("the stream ended")

    async def place(self, least: int) -> int:
        """The first place that it is told from there on."""
        async with asyncio.timeout(20):
            async for line in self._lines:
                if line.startswith("id: ") and int(line[4:]) >= least:
                    return int(line[4:])
        raise AssertionError("the stream ended")

    async def take(self, count: int) -> list[Told]:
        return [await self.next() for _ in range(count)]


def blocks_of(portion: str) -> list[dict[str, str]]:
    """What a piece of the stream says, block by block: field by field."""
    blocks = (block for block in portion.split("\n\n") if block)
    return [dict(line.partition(": ")[::2] for line in block.split("\n")) for block in blocks]


async def read(stream: AsyncIterator[bytes]) -> list[Told]:
    """Every event that a stream tells until it ends."""
    blocks = blocks_of(b"".join([part async for part in stream]).decode())
    return [Told(int(one.get("id", "0")), one["event"], orjson.loads(one["data"])) for one in blocks if "data" in one]


@asynccontextmanager
async def reading(
    messenger: Messenger, *roles: Role, departments: tuple[str, ...] = (), after: int | None = None
) -> AsyncIterator[Reader]:
    headers = messenger.harness.as_(*roles, departments=departments)
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    app = messenger.harness.service.app
    async with serving(app) as port, httpx.AsyncClient(trust_env=False) as client:
        async with client.stream("GET", f"http://127.0.0.1:{port}/stream", headers=headers) as response:
            assert response.status_code == 200
            yield Reader(response)


async def test_what_happens_is_told_as_it_happens(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted("C0"), source="/intake")
    async with reading(messenger, Role.SUPERVISOR) as reader:
        await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
        told = await reader.next()
    assert told.type == "intake.case.submitted.v1"
    assert told.data["subject"] == "case/C1"
    assert told.data["specversion"] == "1.0"


async def test_a_reader_who_comes_back_misses_nothing_and_hears_nothing_twice(messenger: Messenger) -> None:
    cases = [f"C{n}" for n in range(1, 31)]
    await messenger.harness.deliver(*map(samples.submitted, cases[:10]), source="/intake")
    async with reading(messenger, Role.LEADER, after=0) as reader:
        heard = await reader.take(7)
    await messenger.harness.deliver(*map(samples.submitted, cases[10:20]), source="/intake")
    async with reading(messenger, Role.LEADER, after=heard[-1].id) as reader:
        heard += await reader.take(13)
        await messenger.harness.deliver(*map(samples.submitted, cases[20:]), source="/intake")
        heard += await reader.take(10)
    assert [told.data["correlationid"] for told in heard] == cases


async def test_what_another_replica_stored_is_told_too(messenger: Messenger) -> None:
    """The other replica's commit wakes nobody here: the reader finds it by looking."""
    async with reading(messenger, Role.SUPERVISOR) as reader:
        messenger.harness.service.context.hub.wake = lambda: None
        await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
        assert (await reader.next()).data["subject"] == "case/C1"
        del messenger.harness.service.context.hub.wake


async def test_a_department_sees_its_own_reviews_and_the_cases_on_which_it_works(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted("C1"), samples.submitted("C2"), source="/intake")
    await messenger.harness.deliver(samples.review_received("fire", "R1", "C1"), source="/approval/fire")
    await messenger.harness.deliver(samples.review_received("health", "R2", "C1"), source="/approval/health")
    await messenger.harness.deliver(samples.decided(case="C1"), samples.decided(case="C2"), source="/intake")
    await messenger.harness.deliver(samples.notice(case="C1"), source="/fees")
    async with reading(messenger, Role.SECTION_OFFICER, departments=("fire",), after=0) as reader:
        heard = [(told.type.rpartition(".")[0], told.data["correlationid"]) for told in await reader.take(3)]
    assert heard == [
        ("approval.review.received", "C1"),
        ("intake.case.decided", "C1"),
        ("fees.notice.issued", "C1"),
    ]


async def test_the_lead_department_sees_its_case_from_the_beginning(messenger: Messenger) -> None:
    async with reading(messenger, Role.WINDOW_CLERK, departments=("market",)) as reader:
        await messenger.harness.deliver(samples.submitted("C1", "health"), source="/intake")
        await messenger.harness.deliver(samples.submitted("C2", "market"), source="/intake")
        assert (await reader.next()).data["correlationid"] == "C2"


async def test_the_fee_window_sees_every_notice_and_no_review(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.harness.deliver(samples.list_rejected(), samples.notice(), source="/fees")
    async with reading(messenger, Role.FEE_OFFICER, after=0) as reader:
        types = [told.type for told in await reader.take(2)]
    assert types == ["fees.list.rejected.v1", "fees.notice.issued.v1"]


async def test_a_contact_is_shown_to_nobody(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    async with reading(messenger, Role.SUPERVISOR, after=0) as reader:
        assert (await reader.next()).type == "intake.case.submitted.v1"


async def test_a_screen_that_waits_for_a_paper_hears_when_it_is_ready(messenger: Messenger) -> None:
    """Over the messenger's own outbox, queue and inbox, like everyone's words."""
    service = messenger.harness.service
    await messenger.harness.deliver(samples.review_received("fire", "R1", "C1"), source="/approval/fire")
    before = len(await messenger.harness.emitted())
    async with reading(messenger, Role.SECTION_OFFICER, departments=("fire",)) as reader:
        async with messenger.harness.units.begin() as unit:
            unit.emit(RENDERED)
        async with working(service.worker, service.relay):
            assert (await reader.next()).data["subject"] == "document/P1"
    assert before == len(await messenger.harness.emitted()) == 0, "nothing is said because of it"


async def test_nobody_of_another_department_hears_of_a_paper(messenger: Messenger) -> None:
    await messenger.harness.deliver(RENDERED, source="/notify")
    await messenger.harness.deliver(samples.review_received("health", "R1", "C9"), source="/approval/health")
    async with reading(messenger, Role.SECTION_OFFICER, departments=("health",), after=0) as reader:
        assert (await reader.next()).data["subject"] == "review/R1"


@pytest.mark.parametrize(
    ("query", "hears"),
    [
        ("entities=review&entities=notice", ["review/R1", "notice/N1"]),
        ("case_number=C2", ["case/C2"]),
        ("departments=fire", ["review/R1"]),
        ("departments=fire&entities=notice&after=0", []),
    ],
)
async def test_a_screen_hears_what_it_asks_for(messenger: Messenger, query: str, hears: list[str]) -> None:
    await messenger.harness.deliver(samples.submitted("C2", "health"), source="/intake")
    await messenger.harness.deliver(samples.review_received("fire", "R1", "C1"), source="/approval/fire")
    await messenger.harness.deliver(samples.notice(case="C3"), source="/fees")
    context = messenger.harness.service.context
    context.hub = OneLook(messenger.harness.service.database)
    headers = messenger.harness.as_(Role.SUPERVISOR)
    answer = await messenger.harness.client.get(f"/stream?after=0&{query}", headers=headers)
    blocks = [one for one in blocks_of(answer.text) if "data" in one]
    assert [orjson.loads(one["data"])["subject"] for one in blocks] == hears


async def test_what_nobody_speaks_of_cannot_be_asked_for(messenger: Messenger) -> None:
    headers = messenger.harness.as_(Role.SUPERVISOR)
    answer = await messenger.harness.client.get("/stream?entities=cases", headers=headers)
    assert answer.status_code == 422
    assert "case" in answer.json()["detail"]


async def test_a_quiet_reader_is_told_where_it_stands(database_url: str) -> None:
    """So that it resumes from there: here nothing is kept of what it was never told, and it misses nothing."""
    async for messenger in start(database_url, stream_heartbeat=0.02, stream_keep=100):
        async with reading(messenger, Role.FEE_OFFICER) as reader:
            cases = [samples.submitted(f"C{n}") for n in range(1, 3 * SWEEP + 1)]
            await messenger.harness.process([messenger.harness.message(case, "/intake") for case in cases])
            at = await reader.place(3 * SWEEP)
        await messenger.harness.deliver(samples.notice(), source="/fees")
        async with reading(messenger, Role.FEE_OFFICER, after=at) as reader:
            assert (await reader.next()).type == "fees.notice.issued.v1"


async def test_a_stream_ends_after_its_time_so_that_a_token_is_shown_again(database_url: str) -> None:
    async for messenger in start(database_url, stream_life=0.05, stream_heartbeat=0.02):
        async with reading(messenger, Role.SUPERVISOR) as reader:
            async with asyncio.timeout(20):
                async for _ in reader.response.aiter_lines():
                    pass
        assert messenger.harness.service.context.hub.count() == 0


async def test_the_answer_says_when_to_come_back_and_that_it_must_not_be_buffered(messenger: Messenger) -> None:
    async with reading(messenger, Role.SUPERVISOR) as reader:
        assert reader.response.headers["x-accel-buffering"] == "no"
        assert reader.response.headers["cache-control"] == "no-store"
        async with asyncio.timeout(20):
            async for line in reader.response.aiter_lines():
                if line.startswith("retry: "):
                    break
        assert line == "retry: 3000"


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.INTEGRATOR])
async def test_the_stream_is_for_staff(messenger: Messenger, role: Role) -> None:
    answer = await messenger.harness.client.get("/stream", headers=messenger.harness.as_(role, departments=["fire"]))
    assert answer.status_code == 403


async def test_a_malformed_last_event_id_is_refused(messenger: Messenger) -> None:
    headers = messenger.harness.as_(Role.SUPERVISOR) | {"Last-Event-ID": "yesterday"}
    assert (await messenger.harness.client.get("/stream", headers=headers)).status_code == 422


async def test_a_quiet_stream_beats(database_url: str) -> None:
    async for messenger in start(database_url, stream_heartbeat=0.02):
        async with reading(messenger, Role.SUPERVISOR) as reader:
            async with asyncio.timeout(20):
                async for line in reader.response.aiter_lines():
                    if line.startswith(":"):
                        break


async def test_old_rows_are_let_go_and_whoever_missed_them_is_told(database_url: str) -> None:
    async for messenger in start(database_url, stream_keep=100):
        cases = [samples.submitted(f"C{n}") for n in range(1, 3 * SWEEP + 1)]
        await messenger.harness.process([messenger.harness.message(case, "/intake") for case in cases])
        async with reading(messenger, Role.SUPERVISOR, after=5) as reader:
            missed, first, *_ = await reader.take(101)
        assert missed.type == "missed"
        assert missed.data == {"from": 6, "to": 3 * SWEEP - 100}
        assert first.id == 3 * SWEEP - 99


async def test_a_stopping_service_ends_its_streams(messenger: Messenger) -> None:
    async with reading(messenger, Role.SUPERVISOR) as reader:
        messenger.harness.service.context.hub.stop()
        async with asyncio.timeout(20):
            async for _ in reader.response.aiter_lines():
                pass
