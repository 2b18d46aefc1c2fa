"""Which gateway a message goes to, and what follows from what a gateway answers. Values only.

Two gateways do not know each other's ids. A message that one of them may have taken is therefore asked for again at the
same one, which knows the id; handed to the other, it would be read twice. Only where the first surely has not taken it
does it go over at once; where that stays unknown, after `DOUBTS` questions: better twice than never.
"""

import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DOUBTS = 4
"""How often a gateway is asked whether it has the message, under the same id, before another gets it."""

FAILURES = 5
"""In a row; then a gateway gets nothing new for `SHUNNED`."""

SHUNNED = timedelta(seconds=60)


class Outcome(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"  # for good: no repetition will be taken
    NOT_TAKEN = "not_taken"  # surely: somebody else may be asked
    UNKNOWN = "unknown"  # it may have been


@dataclass(frozen=True, slots=True)
class Answer:
    """`detail`: what the other side said, without address or text of the message."""

    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a provider is given. `id` is the same at every repetition. `at`: when it was written."""

    id: str
    address: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """Of a gateway: how often it failed in a row, and until when it gets nothing new."""

    failures: int = 0
    shunned_until: datetime | None = None

    def failed(self, now: datetime) -> "Health":
        """At the limit it is shunned; when that is over, one more failure is enough."""
        failures = self.failures + 1
        return Health(failures, now + SHUNNED if failures >= FAILURES else None)

    def is_shunned(self, now: datetime) -> bool:
        return self.shunned_until is not None and now < self.shunned_until


def open_to(weights: Mapping[str, float], health: Mapping[str, Health], now: datetime) -> dict[str, float]:
    """Without who is shunned; but where all are, all are asked as usual: a sick gateway is better than none."""
    return {name: w for name, w in weights.items() if not health.get(name, Health()).is_shunned(now)} or dict(weights)


def draw(message_id: str, weights: Mapping[str, float], without: Collection[str] = ()) -> str | None:
    """By weight, and the same for the same message: each name draws a lot from the message's id, and a gateway that comes or
    goes moves only its own messages (weighted rendezvous hashing). One without weight is drawn when no other is left."""
    lots = {name: _lot(message_id, name, weight) for name, weight in weights.items() if name not in without}
    return max(lots, key=lambda name: (lots[name], name)) if lots else None


def _lot(message_id: str, name: str, weight: float) -> float:
    digest = hashlib.sha256(f"{message_id} {name}".encode()).digest()
    uniform = (int.from_bytes(digest[:8], "big") + 1) / (2**64 + 1)
    return -weight / math.log(uniform)  # nought, below every other lot, for a weight of nought


class Step(StrEnum):
    """What is done after a gateway did not take a message."""

    ASK_AGAIN = "ask_again"  # the same one, later
    GO_OVER = "go_over"  # to another, at once
    GO_OVER_IN_DOUBT = "go_over_in_doubt"  # to another, though the first may have it


def after(outcome: Outcome, *, in_doubt: bool, doubts: int) -> Step:
    """`in_doubt`: an earlier question of this gateway was left without an answer; that it surely did not take it now says
    nothing of then. `doubts`: how many questions were, before this one."""
    if outcome is Outcome.NOT_TAKEN and not in_doubt:
        return Step.GO_OVER
    return Step.GO_OVER_IN_DOUBT if doubts + 1 >= DOUBTS else Step.ASK_AGAIN
