"""One attempt at a job: what came of it, what is kept of it, and when the next one is due."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yimen.errors import Transient
from yimen.queues import Claimed

LONGEST_WAIT = 24 * 3600.0
"""Seconds: the other side may ask to be left alone, but not for ever."""


@dataclass(slots=True)
class Outcome:
    """The other side's answer, or the error; `milliseconds` that it took."""

    answer: dict[str, Any] | None = None
    error: Exception | None = None
    milliseconds: int | None = None

    @property
    def retry_after(self) -> float:
        """Seconds for which the other side wants to be left alone."""
        asked = self.error.retry_after if isinstance(self.error, Transient) else 0
        return min(asked, LONGEST_WAIT)

    def kept(self) -> dict[str, Any]:
        """A failure has an answer too, where the other side gave one."""
        said = self.error.answer if isinstance(self.error, Transient) else self.answer
        error = None if self.error is None else repr(self.error)
        return {"answer": said, "error": error, "milliseconds": self.milliseconds}


def next_try(ladder: Sequence[float], claimed: Claimed, outcome: Outcome, now: datetime) -> datetime:
    """By the ladder, or as late as the other side asked for. A job that was tried before its hour keeps its hour."""
    asked = now + timedelta(seconds=outcome.retry_after)
    if claimed.early is not None:
        return max(claimed.early, asked)
    wait = ladder[claimed.attempt - 1] * random.uniform(1.0, 1.1)  # noqa: S311 - jitter
    return max(now + timedelta(seconds=wait), asked)
