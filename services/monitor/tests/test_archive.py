"""The journal outside its database: what was archived is what was recorded, and it can be told again to any queue."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.monitor import archive
from services.monitor.archive import main
from services.monitor.tests.harness import rows, supervisor
from services.monitor.tests.samples import at
from services.monitor.tests.test_rebuild import everything
from yimen.bus import Message, Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.testing import Harness

pytestmark = pytest.mark.real


@pytest.fixture
def told(blue: Harness, amqp_vhost_url: str, monkeypatch: pytest.MonkeyPatch) -> Harness:
    url = blue.service.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("YIMEN_MONITOR_DATABASE_URL", url)
    monkeypatch.setenv("YIMEN_BUS_URL", amqp_vhost_url)
    return blue


def run(capsys: Any, *words: str) -> tuple[int, str, str]:
    code = main(words)
    said = capsys.readouterr()
    return code, said.out, said.err


async def heard(url: str, queue: Queue, count: int) -> list[Message]:
    found: list[Message] = []
    async with RabbitCarrier(url).subscriber(queue) as subscriber:
        while len(found) < count:
            batch = await subscriber.batch(200, 0.01)
            found += [incoming.message for incoming in batch]
            await subscriber.settle(batch)
    return found


def test_each_file_goes_on_where_the_last_one_ended(told: Harness, tmp_path: Path, capsys: Any) -> None:
    code, said, _ = run(capsys, "write", str(tmp_path / "a"))
    assert (code, said.split(" ")[0]) == (0, "3")
    assert run(capsys, "write", str(tmp_path / "a"))[:2] == (0, "nothing new since 3\n")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["journal-000000000001-000000000003.jsonl.gz"]


@pytest.mark.parametrize("kept", ["database", "archive"])
async def test_a_monitor_that_lost_everything_is_told_again(
    kept: str,
    told: Harness,
    amqp_vhost_url: str,
    migrated: Callable[[str, str], str],
    tmp_path: Path,
    capsys: Any,
) -> None:
    """By its queue alone; then it has the same journal, cases and counts, and has raised the same alert."""
    queue = Queue("monitor", ())
    await RabbitCarrier(amqp_vhost_url).declare(queue)
    words = ["send", "monitor"]
    if kept == "archive":
        await archive.write(tmp_path / "a")
        words += ["--archive", str(tmp_path / "a")]
    command, bound, _ = archive.app.parse_args(words, exit_on_error=False, print_error=False)
    await command(*bound.args, **bound.kwargs)
    assert "3 events sent to monitor" in capsys.readouterr().out
    messages = await heard(amqp_vhost_url, queue, 3)
    journal = "SELECT event_id, type, source, subject, sequence, scope, time, case_number, body, hash FROM journal"
    expected, state = await rows(told, f"{journal} ORDER BY position"), await everything(told)
    assert [message.key for message in messages] == [f"{row['type'][:-3]}.{row['scope']}" for row in expected]
    fresh = tmp_path / "fresh.db"
    async with supervisor(f"sqlite+aiosqlite:///{fresh}", at(3, 13, 0)) as other:
        await other.process([*messages, *messages[:2]])
        await other.fire_timers()
        found = await everything(other)
        assert len(await rows(other, journal)) == 3
        if told.units.database.is_sqlite:
            assert await rows(other, f"{journal} ORDER BY position") == expected
            assert {name: found[name] for name in ("case_counts", "stage_counts")} == {
                name: state[name] for name in ("case_counts", "stage_counts")
            }
        assert [row["number"] for row in await rows(other, "SELECT number FROM cases")] == ["K1"]


async def test_only_what_is_followed_and_late_enough_is_told(told: Harness, amqp_vhost_url: str, capsys: Any) -> None:
    await RabbitCarrier(amqp_vhost_url).declare(Queue("one", ()))
    for words, count in (
        ({"follow": ["intake.case.#"]}, 3),
        ({"follow": ["intake.review.#", "fees.#"]}, 0),
        ({"since": at(3, 3)}, 0),
        ({"since": at(3, 1), "follow": ["intake.*.*.all"]}, 3),
    ):
        await archive.send("one", **words)  # type: ignore[arg-type]
        assert capsys.readouterr().out == f"{count} events sent to one\n"


def test_an_archive_that_was_changed_is_not_told(told: Harness, tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "a"
    assert run(capsys, "write", str(folder))[0] == 0
    [path] = folder.iterdir()
    lines = gzip.decompress(path.read_bytes()).splitlines()
    whole = [orjson.loads(line) for line in lines]
    changed = [*whole[:1], whole[1] | {"body": whole[1]["body"].replace("K1", "K2")}, *whole[2:]]
    for harmed in (changed, whole[1:], [whole[0], whole[2]]):
        path.write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, harmed))))
        code, _, said = run(capsys, "send", "monitor", "--archive", str(folder))
        assert (code, "is missing or was changed" in said) == (1, True)
    path.write_bytes(path.read_bytes()[:-20])
    assert "cannot be read" in run(capsys, "send", "monitor", "--archive", str(folder))[2]
    assert "no archive" in run(capsys, "send", "monitor", "--archive", str(tmp_path / "none"))[2]


def test_it_says_what_is_missing(told: Harness, capsys: Any) -> None:
    assert run(capsys, "send", "nobody")[::2] == (1, "the broker has no queue nobody\n")
    assert run(capsys, "send", "monitor", "--since", "2026-03-02T08:00:00")[0] == 2
