"""Messages as nobody means to send them: a valid one of any event type, bent in a few places.

Headers and bodies as a broker may hand them over: any field type of AMQP in a header, any bytes in a body. Everything that a
database or a parser is known to choke on comes up often: NUL, halves of characters, numbers beyond 64 bits, deep nesting.

By plain dice, not by Hypothesis: its engine spends fifty times as long on a message as what is tried here.
"""

import json
import random
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

SAMPLES = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[2] / "contracts" / "samples").glob("*.json"))
]
MOST_BENDS = 4
DEEP = 100_000
"""Levels; a parser that recurses dies of it."""

ODD_TEXTS = (
    *(
        "",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud800",
        "\U0010ffff",
        "\u202e",
        "९",
        "²",
        " 1 ",
        "+1",
        "1_000",
        "0x1",
        "1e3",
    ),
    *(
        "NaN",
        "-1",
        "0",
        str(2**31),
        str(2**63),
        str(-(2**63) - 1),
        "9" * 4000,
        "9" * 5000,
        "x" * 101,
        "x" * 201,
        "长" * 70_000,
    ),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-09-28T01:30:00", "2026-W40", "20260928"),
    *("intake.case.withdrawn.v1", "intake.case.withdrawn.v9", "/intake", "case/1", "{}", "urn:uuid:" + "0" * 32),
    "00000000-0000-0000-0000-000000000000",
)
ODD_FIELDS: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63 - 1, 1.5, float("nan"), float("inf"), Decimal("1.1"), b"", b"\xff\xfe", b"\x00"),
    *([], [1, [2]], {}, {"a": {"b": b"\xff"}}, datetime(2026, 9, 28, tzinfo=UTC)),
)
"""What else an AMQP table can hold, as the client hands it over."""

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, [], {}, [[]], {"": None}, 0, -1, 2**63, 10**300, -(10**300), 1e308, 0.1, float("nan"), float("-inf")),
    *ODD_TEXTS,
)
ODD_BODIES = (
    *(
        b"",
        b"\x00",
        b"null",
        b"[]",
        b"{}",
        b'"',
        b"{",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a":1}{"a":2}',
        b"1e999",
    ),
    *(b"[" * DEEP, b"[" * DEEP + b"]" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP, b" " * 300_000, b"9" * 300_000),
    *(b'"\\ud800"', b'{"\\u0000":"\\u0000"}', b'{"a":NaN}', b'{"a":"\xff"}', b"/* */{}", b'"' + b"a" * 300_000 + b'"'),
)


@dataclass
class Draft:
    """A message in the making. `body` is bent as a document first, then as bytes."""

    key: str
    headers: dict[str, Any]
    body: Any
    raw: bytes | None = None
    twice: list[str] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        text = json.dumps(self.body, ensure_ascii=False)
        for name in self.twice:  # the same name once more: which one counts?
            text = text.replace("{", f"{{{json.dumps(name)}: null, ", 1)
        return text.encode("utf-8", "surrogatepass")


def _text(throw: random.Random) -> str:
    if throw.random() < 0.5:
        return throw.choice(ODD_TEXTS)
    return "".join(
        chr(throw.choice((throw.randrange(0x250), throw.randrange(0x110000)))) for _ in range(throw.randrange(30))
    )


def _field(throw: random.Random) -> Any:
    more = (throw.choice(ODD_FIELDS), throw.randint(-(2**70), 2**70), throw.randbytes(throw.randrange(20)))
    return throw.choice((_text(throw), _text(throw), *more))


def _value(throw: random.Random) -> Any:
    return throw.choice(
        (deepcopy(throw.choice(ODD_VALUES)), _text(throw), throw.randint(-(2**70), 2**70), throw.uniform(-1e300, 1e300))
    )


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    found, waiting = [], [value]
    while waiting:
        container = waiting.pop()
        for key in list(container) if isinstance(container, dict) else range(len(container)):
            found.append((container, key))
            if isinstance(container[key], dict | list):
                waiting.append(container[key])
    return found


def header_changed(draft: Draft, throw: random.Random) -> None:
    if draft.headers:
        draft.headers[throw.choice(sorted(draft.headers))] = _field(throw)


def header_lost(draft: Draft, throw: random.Random) -> None:
    if draft.headers:
        del draft.headers[throw.choice(sorted(draft.headers))]


def header_added(draft: Draft, throw: random.Random) -> None:
    draft.headers[throw.choice(("", "cloudEvents_", "x-")) + _text(throw)] = _field(throw)


def value_changed(draft: Draft, throw: random.Random) -> None:
    if places := _places(draft.body):
        container, key = throw.choice(places)
        container[key] = _value(throw)


def value_lost(draft: Draft, throw: random.Random) -> None:
    if places := _places(draft.body):
        container, key = throw.choice(places)
        del container[key]


def value_deepened(draft: Draft, throw: random.Random) -> None:
    if places := _places(draft.body):
        container, key = throw.choice(places)
        for _ in range(throw.randrange(1, 80)):
            container[key] = {"a": [container[key]]}


def name_doubled(draft: Draft, throw: random.Random) -> None:
    if draft.body:
        draft.twice.append(throw.choice(sorted(draft.body)))


def name_added(draft: Draft, throw: random.Random) -> None:
    draft.body[_text(throw)] = _value(throw)


def body_replaced(draft: Draft, throw: random.Random) -> None:
    draft.raw = throw.choice((*ODD_BODIES, throw.randbytes(throw.randrange(60))))


def body_spliced(draft: Draft, throw: random.Random) -> None:
    content = draft.content
    start, cut = throw.randrange(len(content) + 1), throw.choice((0, 1, 2, 60))
    put = throw.choice((b"", b"\x00", b"{", b"\xed\xa0\x80", b"\xff", throw.randbytes(throw.randrange(4))))
    draft.raw = content[:start] + put + content[start + cut :]


def key_changed(draft: Draft, throw: random.Random) -> None:
    draft.key = throw.choice((_text(throw), "k" * 255))


BENDS = (
    *(
        header_changed,
        header_changed,
        header_lost,
        header_added,
        value_changed,
        value_changed,
        value_lost,
        value_deepened,
    ),
    *(name_doubled, name_added, body_replaced, body_spliced, key_changed),
)


def draft(throw: random.Random) -> Draft:
    """A sample of some type, bent in a few places; in none, sometimes."""
    sample = json.loads(throw.choice(SAMPLES))
    bent = Draft(sample["routing_key"], sample["headers"], sample["body"])
    for bend in throw.choices(BENDS, k=throw.randrange(MOST_BENDS + 1)):
        bend(bent, throw)
    return bent
