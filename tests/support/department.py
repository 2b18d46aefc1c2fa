"""A department's own system, served by an example of the integrators' guide in a process of its own; and a hall's bus."""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

import pika

from deploy.broker import Hall, definitions
from tests.support.parts import Part
from tests.support.sandbox import PrivateServer, Sandbox, wait_until
from yimen.bus.topology import EXCHANGE
from yimen.contracts import Event, Meta

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "integrators"
SUPPORT = Path(__file__).parent

WINDOWS = ("planning", "environment")
"""Departments behind the hall's own window, beside a fire brigade that has its own system."""

Place = tuple[str, str]


def with_packages(folder: Path) -> str:
    """The example in Node.js in this folder, its packages beside it; where node is."""
    with (ROOT / "tools" / "department.sh").open() as script:
        fcntl.flock(script, fcntl.LOCK_EX)  # other test workers install the same
        done = subprocess.run(["sh", script.name], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"npm ci failed: {done.stderr}"
        home = Path(done.stdout.strip())
        shutil.copytree(home, folder, dirs_exist_ok=True)
    return str(shutil.which("node", path=(home / "path").read_text().strip()))


class Department(PrivateServer):
    """`python department.py` or `node department.js`, told by its environment alone."""

    def __init__(self, sandbox: Sandbox, name: str, amqp_url: str, **environment: str) -> None:
        super().__init__(sandbox, name)
        self.environment = {**os.environ, "AMQP_URL": amqp_url, "STORE": str(self.store), **environment}

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def killed_at(self, step: str) -> int:
        """Runs until that step kills it; how it ended."""
        self.environment["DIE_AT"] = step
        self.launch()
        assert self._process is not None
        try:
            return self._process.wait(30)
        finally:
            del self.environment["DIE_AT"]
            self._forget()

    def start(self, timeout: float = 30) -> None:
        self._log.unlink(missing_ok=True)
        super().start(timeout)

    def _answers(self) -> bool:
        return "is served" in self._log.read_text()

    def wait(self, condition: Any, what: str) -> None:
        wait_until(condition, 30, lambda: self._last_words(f"waits for {what}"))

    # what it keeps

    def heard(self) -> Counter[tuple[str, str, int]]:
        """Each event that had its effect, and how often."""
        raise NotImplementedError

    def unreadable(self) -> int:
        raise NotImplementedError

    def waiting(self) -> int:
        """What it keeps and has not handled."""
        raise NotImplementedError

    def positions(self) -> dict[Place, int]:
        """How far each subject has come without a gap."""
        found: dict[Place, int] = defaultdict(int)
        for source, subject, sequence in sorted(self.heard()):
            assert sequence == found[source, subject] + 1, f"{source} {subject}: {sequence} out of order"
            found[source, subject] = sequence
        return dict(found)


class InPython(Department):
    def _command(self) -> tuple[list[str], dict[str, str]]:
        folder = EXAMPLES / "python"
        if "DIE_AT" in self.environment:
            return [sys.executable, str(SUPPORT / "dying.py"), str(folder)], self.environment
        return [sys.executable, str(folder / "department.py")], self.environment

    def _asked(self, query: str) -> list[tuple[Any, ...]]:
        if not self.store.exists():
            return []
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as db:
            return db.execute(query).fetchall()

    def heard(self) -> Counter[tuple[str, str, int]]:
        return Counter(self._asked("SELECT source, subject, sequence FROM heard"))

    def unreadable(self) -> int:
        return len(self._asked("SELECT 1 FROM unreadable"))

    def waiting(self) -> int:
        return len(self._asked("SELECT 1 FROM waiting"))


class InNode(Department):
    def _command(self) -> tuple[list[str], dict[str, str]]:
        node = with_packages(self.folder)
        dying = ["--import", str(SUPPORT / "dying.mjs")] if "DIE_AT" in self.environment else []
        return [node, *dying, "department.js"], self.environment

    def _lines(self, kind: str) -> list[Any]:
        whole = self.store.read_text().rpartition("\n")[0] if self.store.exists() else ""
        return [found[kind] for found in map(json.loads, whole.splitlines()) if kind in found]

    def heard(self) -> Counter[tuple[str, str, int]]:
        """In the order of their numbers: it keeps what waits as well."""
        found = Counter((one["source"], one["subject"], one["sequence"]) for one in self._lines("heard"))
        lasts: dict[Place, int] = defaultdict(int)
        for place in sorted(found):
            lasts[place[:2]] += place[2] == lasts[place[:2]] + 1
        return Counter({place: times for place, times in found.items() if place[2] <= lasts[place[:2]]})

    def unreadable(self) -> int:
        return len(self._lines("unreadable"))

    def waiting(self) -> int:
        return len(self._lines("heard")) - len(self.heard())


def account_of_fire(broker: Part, amqp_url: str) -> str:
    """The address for the fire brigade's own system, once the operators have let it in: its queue stands, and it has the
    rights of deploy/rabbitmq and no others. Where nobody may administer the broker, it comes in as the tests do."""
    if broker.management is None:
        return amqp_url
    hall, parts = Hall(windows={"window": WINDOWS}, systems=("fire",)), urlsplit(amqp_url)
    password = token_urlsafe(16)
    content = definitions(hall, {"dept.fire": password}, parts.path.removeprefix("/"))
    broker.management.post("/api/definitions", content)
    return parts._replace(netloc=f"dept.fire:{password}@{parts.hostname}:{parts.port}").geturl()


LANGUAGES: dict[str, type[Department]] = {"python": InPython, "node": InNode}


class PlayedHall:
    """The hall's end of the bus: what it says to departments, and every word of theirs that reaches the exchange."""

    TAP = "tap"

    def __init__(self, amqp_url: str) -> None:
        self._connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
        self._channel = self._connection.channel()
        self._channel.exchange_declare(EXCHANGE, passive=True)
        self._channel.queue_declare(self.TAP)
        self._channel.queue_bind(self.TAP, EXCHANGE, "approval.#")
        self.words: list[tuple[Meta, bytes]] = []

    def say(self, event: Event, meta: Meta) -> None:
        self.send(EXCHANGE, event.routing_key, meta.to_headers(), event.to_body())

    def send(self, exchange: str, key: str, headers: dict[str, str], body: bytes) -> None:
        self._channel.basic_publish(exchange, key, body, pika.BasicProperties(headers=dict(headers)))

    def listen(self) -> list[tuple[Meta, bytes]]:
        """All that was said by departments up to now, twice where it was said twice."""
        while (got := self._channel.basic_get(self.TAP, auto_ack=True))[0] is not None:
            self.words.append((Meta.from_headers(got[1].headers), got[2]))
        return self.words

    def take_away(self, queue: str, kind: str) -> bool:
        """Loses the first message of this type that waits in the queue; false while there is none."""
        kept = []
        found = False
        while not found and (got := self._channel.basic_get(queue))[0] is not None:
            if found := got[1].headers["cloudEvents_type"] == kind:
                self._channel.basic_ack(got[0].delivery_tag)
            else:
                kept.append(got[0].delivery_tag)
        for tag in kept:
            self._channel.basic_reject(tag, requeue=True)
        return found

    def close(self) -> None:
        self._connection.close()
