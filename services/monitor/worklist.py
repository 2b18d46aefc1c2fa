"""What waits for a person (待办): every area says what it has for whoever asks, by role and department.

Guarantees: the earliest limit first. Does not: keep anything; a task is gone when what it asks for is done.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.monitor.context import Context
from yimen.bus import View
from yimen.web import Principal


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `kind`: what is to be done with it; `path`: where it stands; `due`: the last day that is in time."""

    kind: str
    title: str
    subject: str
    department: str
    path: str
    due: date | None
    case_number: str | None = None

    @property
    def place(self) -> tuple[date, str, str]:
        return self.due or date.max, self.kind, self.subject


Provider = Callable[[View[Context], Principal, int], Awaitable[list[Task]]]
_PROVIDERS: Final[list[Provider]] = []


def waits(provider: Provider) -> Provider:
    """`@waits` on a function that answers with its earliest tasks for this caller, at most so many."""
    _PROVIDERS.append(provider)
    return provider


async def worklist(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    found = [task for provider in _PROVIDERS for task in await provider(view, caller, limit)]
    return sorted(found, key=lambda task: task.place)[:limit]
