"""The broker's users, rights, queues and limits, made from what the services bind and who stands in this county.

    python -m deploy.broker                                  writes deploy/rabbitmq/definitions.json, without passwords
    python -m deploy.broker --secrets FOLDER --out FILE      for an installation: FOLDER holds a password file per user

Guarantees: nobody may declare, delete or consume what is another's, speak another's words or under another department's
name, or hear what design and privacy keep from it (docs/decisions/0064). A user without a password cannot log in.
"""

import argparse
import base64
import hashlib
import json
import re
import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.approval.app import bindings as approval_bindings
from services.fees.app import blueprint as fees
from services.intake.app import blueprint as intake
from services.monitor.app import blueprint as monitor
from services.notify.app import blueprint as notify
from yimen.bus.carrier import Queue
from yimen.bus.topology import EXCHANGE, EXCHANGE_ARGUMENTS, PARKED_ARGUMENTS, UNROUTED, UNROUTED_ARGUMENTS
from yimen.bus.topology import queue_arguments as arguments_of
from yimen.contracts.envelope import Code

FOLDER = Path(__file__).parent / "rabbitmq"
VHOST = "yimen"
NOTHING = "^$"

EVENTS_KEPT = 1_000_000
BYTES_KEPT = 4 * 1024**3
PARKED_KEPT = 100_000
"""More is refused, never dropped: it waits where it was, in an outbox or in the queue before."""


class Hall(BaseModel):
    """Who stands on the bus: windows with their departments, and departments with a system of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    windows: dict[Code, Annotated[tuple[Code, ...], Field(min_length=1)]]
    systems: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def each_once(self) -> Self:
        served = [department for departments in self.windows.values() for department in departments]
        if twice := sorted({one for one in served if served.count(one) > 1}):
            raise ValueError(f"served by two windows: {', '.join(twice)}")
        return self

    @classmethod
    def read(cls, path: Path = FOLDER / "hall.yaml") -> Self:
        return cls.model_validate(yaml.safe_load(path.read_text()))


@dataclass(frozen=True)
class User:
    """One account and its rights, as regular expressions. `queue`: the only one that it reads, besides its parking."""

    name: str
    queue: Queue | None = None
    speaks: str = NOTHING
    hears: str = NOTHING
    reads: str = NOTHING
    writes: str = NOTHING
    configures: str = NOTHING
    tags: tuple[str, ...] = ()

    def permission(self) -> dict[str, str]:
        """Nobody who speaks configures. Binding one's queue needs the right to write to it and to read the exchange."""
        if self.queue is None:
            return {"configure": self.configures, "write": self.writes, "read": self.reads}
        own = self.queue.name
        return {
            "configure": NOTHING,
            "write": _one_of(EXCHANGE, own),
            "read": _one_of(EXCHANGE, own, self.queue.parked),
        }


def _one_of(*names: str) -> str:
    return f"^({'|'.join(map(re.escape, names))})$"


def _service(name: str, bindings: Sequence[str]) -> User:
    return User(name, Queue(name, tuple(bindings)), speaks=rf"^{name}\.", hears=_one_of(*bindings))


def _of_reviews(departments: Iterable[str]) -> str:
    """What a window or a department's own system may say: of its departments' reviews, whatever happens to them."""
    return rf"^approval\.review\.[a-z_]+\.({'|'.join(map(re.escape, departments))})$"


def _window(name: str, departments: Sequence[str]) -> User:
    queue = Queue(f"approval.{name}", approval_bindings(departments))
    return User(queue.name, queue, speaks=_of_reviews(departments), hears=_one_of(*queue.bindings))


def system_bindings(department: str) -> tuple[str, ...]:
    """What a department's own system follows. It may bind less, or the two speakers of reviews apart."""
    reviews, lists, said = f"*.review.*.{department}", f"fees.list.*.{department}", f"monitor.*.*.{department}"
    return reviews, lists, said, "intake.calendar.*.all"


def _system(department: str) -> User:
    queue = Queue(f"dept.{department}", system_bindings(department))
    apart = (f"intake.review.*.{department}", f"approval.review.*.{department}")
    hears = _one_of(*queue.bindings, *apart)
    return User(queue.name, queue, speaks=_of_reviews([department]), hears=hears)


def users(hall: Hall) -> tuple[User, ...]:
    """`operator` looks and brings home what was parked; `scaler` may only ask how long a queue is; `restorer` tells a queue
    again what it missed."""
    readers = (
        *(_service(one.name, one.bindings) for one in (intake, fees, monitor, notify)),
        *(_window(name, departments) for name, departments in hall.windows.items()),
        *(_system(department) for department in hall.systems),
    )
    return (
        *readers,
        User("operator", reads=rf"^(.+\.parked|{re.escape(UNROUTED)})$", tags=("monitoring",)),
        User("scaler"),
        _restorer([user.queue.name for user in readers if user.queue]),
    )


def _restorer(queues: Sequence[str]) -> User:
    """Through exchanges of its own (yimen.operations.resending): past them it says nothing, and it hears nothing."""
    again = r"yimen\.again\..+"
    own = f"^{again}$"
    return User("restorer", writes=f"^({'|'.join([again, *map(re.escape, queues)])})$", reads=own, configures=own)


def definitions(hall: Hall, passwords: Mapping[str, str] | None = None, vhost: str = VHOST) -> dict[str, Any]:
    """For `rabbitmqctl import_definitions` or `load_definitions`; RabbitMQ 3.10 and 4."""
    everyone = users(hall)
    queues = [user.queue for user in everyone if user.queue]
    at = {"vhost": vhost}
    topics = [{"user": u.name, **at, "exchange": EXCHANGE, "write": u.speaks, "read": u.hears} for u in everyone]
    return {
        "vhosts": [{"name": vhost}],
        "users": [_account(user, (passwords or {}).get(user.name)) for user in everyone],
        "permissions": [{"user": user.name, **at, **user.permission()} for user in everyone],
        "topic_permissions": topics,
        "policies": [at | policy for policy in _policies()],
        "exchanges": [
            {"name": UNROUTED, **at, "type": "fanout", **_DURABLE, "arguments": {}},
            {"name": EXCHANGE, **at, "type": "topic", **_DURABLE, "arguments": EXCHANGE_ARGUMENTS},
        ],
        "queues": [at | queue for queue in _queues(queues)],
        "bindings": [at | binding for binding in _bindings(queues)],
    }


_DURABLE = {"durable": True, "auto_delete": False, "internal": False}


def _queues(queues: Sequence[Queue]) -> list[dict[str, Any]]:
    arguments = {UNROUTED: UNROUTED_ARGUMENTS}
    for queue in queues:
        arguments |= {queue.name: arguments_of(queue), queue.parked: PARKED_ARGUMENTS}
    return [
        {"name": name, "durable": True, "auto_delete": False, "arguments": told} for name, told in arguments.items()
    ]


def _bindings(queues: Sequence[Queue]) -> list[dict[str, Any]]:
    chosen = [(UNROUTED, UNROUTED, "")]
    chosen += [(EXCHANGE, queue.name, key) for queue in queues for key in queue.bindings]
    return [
        {"source": source, "destination": name, "destination_type": "queue", "routing_key": key, "arguments": {}}
        for source, name, key in chosen
    ]


def _policies() -> tuple[dict[str, Any], ...]:
    queues = {"max-length": EVENTS_KEPT, "max-length-bytes": BYTES_KEPT}
    parked = {"max-length": PARKED_KEPT, "overflow": "reject-publish"}
    return (
        {"name": "capacity", "pattern": r"^(?!yimen\.)", "apply-to": "queues", "priority": 0, "definition": queues},
        {"name": "parked", "pattern": r"\.parked$", "apply-to": "queues", "priority": 1, "definition": parked},
    )


def _account(user: User, password: str | None) -> dict[str, Any]:
    known = "" if password is None else hash_of(password)
    tags = list(user.tags)
    return {
        "name": user.name,
        "password_hash": known,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }


def hash_of(password: str) -> str:
    """As RabbitMQ keeps it (rabbit_password_hashing_sha256): four bytes of salt, and the digest of both. The salt follows
    from the password, a random one of 256 bits, so that what did not change is not written anew."""
    salt = hashlib.sha256(b"salt" + password.encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def read_passwords(folder: Path, hall: Hall, *, make: bool = False) -> dict[str, str]:
    """Of the users that have a file there, its name the user's. `make`: those that are missing are made."""
    found = {}
    for user in users(hall):
        path = folder / user.name
        if make and not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32))
        if path.is_file() and (password := path.read_text().strip()):
            found[user.name] = password
    return found


def text_of(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="deploy.broker", description=__doc__.partition("\n")[0])
    parser.add_argument("--hall", type=Path, default=FOLDER / "hall.yaml", help="who stands on the bus")
    parser.add_argument("--secrets", type=Path, help="a folder with a password file per user, named like the user")
    parser.add_argument("--make", action="store_true", help="make the password files that are missing in --secrets")
    parser.add_argument("--out", type=Path, default=FOLDER / "definitions.json")
    told = parser.parse_args(arguments)
    if told.make and not told.secrets:
        parser.error("--make needs --secrets")
    hall = Hall.read(told.hall)
    passwords = read_passwords(told.secrets, hall, make=told.make) if told.secrets else {}
    told.out.write_text(text_of(definitions(hall, passwords)))
    if told.secrets and (without := [user.name for user in users(hall) if user.name not in passwords]):
        print(f"Cannot log in, for want of a password file: {', '.join(without)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
