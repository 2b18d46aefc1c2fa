"""The kit's exceptions; the roots say how the bus treats them.

    YimenError
    ├── Transient          tried again: at once, then later; the subject waits
    │   └── CarrierDown    the broker cannot be reached, or its session ended
    ├── Permanent          a business rule says never: parked with its reason, the subject is held
    │   └── Refusal        the same, said to the person who asked: what forbids it, and what to do next
    │       ├── NotNow     the thing is not in a state for it (409)
    │       └── Unfit      what was handed in cannot stand (422)
    └── Unavailable        the database cannot be reached: nothing is acknowledged, nothing is lost

Any other exception is a defect of ours: tried once more, then parked.
"""

from typing import Any


class YimenError(Exception):
    """Root of what the kit raises on purpose."""


class Transient(YimenError):
    """May succeed later without anybody's help.

    `retry_after`: seconds for which the other side asked to be left alone; `answer`: what it said, kept with the attempt."""

    def __init__(self, *args: object, retry_after: float = 0, answer: dict[str, Any] | None = None) -> None:
        super().__init__(*args)
        self.retry_after = retry_after
        self.answer = answer


class CarrierDown(Transient):
    """The session with the broker ended or could not be opened."""


class Permanent(YimenError):
    """Will never succeed as it stands; a person has to look at it."""


class Refusal(Permanent):
    """Raised by domains. `code` for programs; `title` and `detail` are Chinese sentences for the person at the screen;
    `extensions` for what can be listed. In a request it becomes a problem document (yimen.web)."""

    def __init__(self, code: str, title: str, detail: str, **extensions: Any) -> None:
        super().__init__(f"{code}: {title}")
        self.code = code
        self.title = title
        self.detail = detail
        self.extensions = extensions


class NotNow(Refusal):
    """Another step has to come first, or it is too late."""


class Unfit(Refusal):
    """Something is missing from what was handed in, or it names what does not exist."""


class Unavailable(YimenError):
    """The database cannot be reached."""
