"""The operator's console: what it shows, what it does, and in which words and with which exit code it refuses."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from sqlalchemy import select

from tests.support.driving import until
from tests.support.ledger import NINE, Ledger, message, open_ledger
from yimen.bus import Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.errors import Permanent
from yimen.operate import main
from yimen.operations.looks import looks

SIGNED = ("--by", "yun", "--reason", "the catalogue is mended")
QUEUE = Queue("ledger", ("intake.#",))


class Hands:
    """A ledger's database, and the console on it."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self._capsys = capsys

    def ledger(self, work: Callable[[Ledger], Awaitable[Any]]) -> Any:
        async def go() -> Any:
            async with open_ledger(self.url) as opened:
                return await work(opened)

        outcome = asyncio.run(go())
        self._capsys.readouterr()  # what the inbox logged is not the console's word
        return outcome

    def say(self, *arguments: str) -> str:
        assert main(arguments) == 0
        return self._capsys.readouterr().out

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, what was printed, what was complained of."""
        code = main([*arguments, "--database-url", self.url])
        return code, *self._capsys.readouterr()

    def asked(self, *arguments: str) -> Any:
        code, out, complaint = self.run(*arguments, "--json")
        assert (code, complaint) == (0, ""), complaint
        return json.loads(out)

    def effects(self) -> Any:
        """Once the service has gone on, which lives in the console's time and after it."""

        async def go_on(ledger: Ledger) -> Any:
            await ledger.later((datetime.now(UTC) - NINE).total_seconds() + 1)
            return await ledger.effects()

        return self.ledger(go_on)


@pytest.fixture
def hands(database_url: str, capsys: pytest.CaptureFixture[str]) -> Hands:
    """Case a: its first event is parked, its second waits. Case b has come to its end."""

    async def park(ledger: Ledger) -> None:
        ledger.script.failures["a", 1] = [Permanent("no such item")] * 2
        await ledger.inbox.process([message("a", 1), message("a", 2), message("b", 1)])

    made = Hands(database_url, capsys)
    made.ledger(park)
    return made


def test_what_is_parked_and_what_waits_is_listed_and_shown(hands: Hands) -> None:
    (parked,) = hands.asked("parked")
    assert (parked["kind"], parked["subject"], parked["sequence"]) == ("permanent", "case/a", 1)
    (waiting,) = hands.asked("deferred")
    assert (waiting["subject"], waiting["held"], waiting["first"], waiting["waiting"]) == ("case/a", True, 2, 1)
    whole = hands.asked("show", parked["id"], *SIGNED)
    assert whole["waiting_behind"] == 1
    assert json.loads(whole["body"])["case_number"] == "a"
    for command in (("parked",), ("show", parked["id"], *SIGNED)):
        code, out, _ = hands.run(*command)
        assert code == 0
        assert parked["id"] in out
        assert "no such item" in out
    assert hands.run("jobs") == (0, "Nothing.\n", "")
    assert hands.asked("parked", "--kind", "defect") == []


def test_a_look_at_what_a_message_says_is_signed_and_recorded(hands: Hands) -> None:
    (parked,) = hands.asked("parked")
    code, out, complaint = hands.run("show", parked["id"])
    assert (code, out) == (2, "")
    assert "--by" in complaint
    assert '"case_number":"a"' in hands.run("show", parked["id"], *SIGNED)[1].replace(" ", "")
    (act,) = hands.asked("acts")
    assert (act["who"], act["why"], act["act"], act["target_id"]) == ("yun", SIGNED[3], "show", parked["id"])

    async def seen(ledger: Ledger) -> Any:
        async with ledger.units.view() as view:
            return [(row.who, row.about, row.what) for row in await looks(view)]

    assert hands.ledger(seen) == [("yun", f"parked/{parked['id']}", ["body"])]


def test_replay_lets_the_service_try_again_and_the_act_is_kept(hands: Hands) -> None:
    (parked,) = hands.asked("parked")
    code, out, _ = hands.run("replay", parked["id"], *SIGNED)
    assert code == 0
    assert out.startswith("replayed")
    assert hands.effects() == [("case/b", 1), ("case/a", 1), ("case/a", 2)]
    (act,) = hands.asked("acts")
    assert (act["who"], act["why"], act["act"]) == ("yun", "the catalogue is mended", "replay")
    assert act["target_id"] == parked["id"]


def test_skip_lets_the_subject_go_on_and_discard_is_refused_while_it_waits(hands: Hands) -> None:
    (parked,) = hands.asked("parked")
    code, out, complaint = hands.run("discard", parked["id"], *SIGNED)
    assert (code, out) == (1, "")
    assert "use skip" in complaint
    assert hands.run("skip", parked["id"], *SIGNED)[0] == 0
    assert hands.effects() == [("case/b", 1), ("case/a", 2)]
    code, _, complaint = hands.run("replay", parked["id"], *SIGNED)
    assert (code, complaint) == (1, "It was settled before: list again.\n")


def test_what_cannot_be_read_is_discarded(hands: Hands) -> None:
    hands.ledger(lambda ledger: ledger.inbox.process([message("x", 1, cloudEvents_time="yesterday")]))
    (parked,) = hands.asked("parked", "--kind", "unreadable")
    code, _, complaint = hands.run("replay", parked["id"], *SIGNED)
    assert code == 1
    assert complaint.startswith("It still cannot be read and stays parked: ")
    assert hands.run("discard", parked["id"], *SIGNED)[0] == 0
    assert hands.asked("parked", "--kind", "unreadable") == []


def test_jobs_and_timers_that_failed_are_tried_again(hands: Hands) -> None:
    async def fail(ledger: Ledger) -> None:
        async with ledger.units.begin() as unit:
            common = {"run_at": unit.now, "payload": {}, "attempt": 7}
            job = {"kind": "sms", "key": "m/1", "created_at": unit.now, "state": "unsettled"}
            await unit.execute(unit.table("outgoing").insert(), common | job)
            timer = {"name": "limit", "key": "a", "due_at": unit.now, "parked": True, "error": "broke"}
            await unit.execute(unit.table("timers").insert(), common | timer)

    async def states(ledger: Ledger) -> Any:
        async with ledger.units.view() as view:
            o, t = view.table("outgoing"), view.table("timers")
            job = (await view.execute(select(o.c.state, o.c.attempt))).one()
            return tuple(job), tuple((await view.execute(select(t.c.parked, t.c.attempt))).one())

    hands.ledger(fail)
    assert [(one["kind"], one["state"]) for one in hands.asked("jobs")] == [("sms", "unsettled")]
    assert [(one["name"], one["error"]) for one in hands.asked("timers")] == [("limit", "broke")]
    assert hands.run("retry-job", "sms", "m/1", *SIGNED)[0] == hands.run("retry-timer", "limit", "a", *SIGNED)[0] == 0
    assert hands.ledger(states) == (("waiting", 0), (False, 0))
    assert [one["target_id"] for one in hands.asked("acts")] == ["limit/a", "sms/m/1"]
    assert "not given up" in hands.run("retry-job", "sms", "m/1", *SIGNED)[2]
    assert "not parked" in hands.run("retry-timer", "limit", "a", *SIGNED)[2]
    assert hands.run("retry-job", "sms", "other", *SIGNED)[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("skip", str(uuid4())),
        ("skip", str(uuid4()), "--by", "yun"),
        ("skip", str(uuid4()), "--by", "yun", "--reason", "  "),
        ("skip", "no-uuid", *SIGNED),
        ("polish",),
        ("parked", "--service", "intake"),
    ],
)
def test_wrong_usage_is_2_and_changes_nothing(hands: Hands, arguments: tuple[str, ...]) -> None:
    code, out, complaint = hands.run(*arguments)
    assert (code, out) == (2, "")
    assert complaint
    assert hands.asked("acts") == []


@pytest.mark.parametrize("act", ["show", "replay", "skip", "discard"])
def test_what_is_not_there_is_1_and_said_plainly(hands: Hands, act: str) -> None:
    code, out, complaint = hands.run(act, str(uuid4()), *SIGNED)
    assert (code, out) == (1, "")
    assert complaint.startswith("No parked message")


def test_a_service_is_named_by_its_variable(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parked", "--service", "tiny"]) == 2
    assert "YIMEN_TINY_DATABASE_URL" in capsys.readouterr().err
    monkeypatch.setenv("YIMEN_TINY_DATABASE_URL", hands.url)
    assert "case/a" in hands.say("parked", "--service", "tiny")


def test_a_database_that_is_away_is_1_and_tells_no_password(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for url in (f"sqlite+aiosqlite:///{tmp_path / 'none.db'}", "postgresql+asyncpg://yun:hush@127.0.0.1:9/none"):
        assert main(["parked", "--database-url", url]) == 1
        assert "hush" not in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "looking makes nothing"


# -- what the broker set aside ------------------------------------------------------------------------------------------


async def _kill_workers(url: str, *cases: tuple[str, int]) -> None:
    """Events whose every delivery ends their worker, until the broker sets them aside."""
    carrier = RabbitCarrier(url)
    await carrier.declare(QUEUE)
    async with carrier.publisher() as publisher:
        assert all(await publisher.publish([message(case, number) for case, number in cases]))
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        alive, parked = await channel.get_queue(QUEUE.name), QUEUE.parked

        async def all_set_aside() -> bool:
            while (delivery := await alive.get(fail=False)) is not None:
                await delivery.reject(requeue=True)
            declared = await channel.declare_queue(parked, passive=True)
            return declared.declaration_result.message_count == len(cases)

        await until(all_set_aside)


def test_what_the_broker_set_aside_comes_home_and_is_skipped_there(hands: Hands, amqp_vhost_url: str) -> None:
    """c: poison with a follower; a: the broker's copy of what is parked already; b: of what was handled long ago."""
    broker = ("--bus-url", amqp_vhost_url)
    asyncio.run(_kill_workers(amqp_vhost_url, ("c", 1), ("a", 1), ("b", 1)))
    hands.ledger(lambda ledger: ledger.inbox.process([message("c", 2)]))
    assert hands.say("returned", "ledger", *broker) == "3\n"
    assert hands.asked("bring-back", "ledger", *broker, *SIGNED) == {"parked": 1, "known": 1, "handled": 1}
    (poison,) = hands.asked("parked", "--kind", "poison")
    assert (poison["subject"], poison["sequence"]) == ("case/c", 1)
    assert hands.asked("show", poison["id"], *SIGNED)["key"] == "intake.case.withdrawn.all"
    assert hands.effects() == [("case/b", 1)], "what it holds back waits"
    assert hands.run("skip", poison["id"], *SIGNED)[0] == 0
    assert hands.effects() == [("case/b", 1), ("case/c", 2)]
    assert hands.say("returned", "ledger", *broker) == "0\n"
    assert [one["act"] for one in hands.asked("acts")] == ["skip", "show", "bring_back"]


def test_a_queue_that_is_not_there_is_1(hands: Hands, amqp_vhost_url: str) -> None:
    code, _, complaint = hands.run("bring-back", "nobody", "--bus-url", amqp_vhost_url, *SIGNED)
    assert (code, complaint) == (1, "the broker has no queue nobody.parked\n")
