"""Why a move is not made.

Refusal
├── NotNow    the review is not in a state for it: another move has to come first, or it is too late
└── Unfit     what was handed in cannot stand: something is missing from it, or names what does not exist
"""

from typing import Any


class Refusal(Exception):
    """`code` for programs; `title` and `detail` for the official at the screen; `extensions` for what can be listed."""

    def __init__(self, code: str, title: str, detail: str, **extensions: Any) -> None:
        super().__init__(code)
        self.code = code
        self.title = title
        self.detail = detail
        self.extensions = extensions


class NotNow(Refusal):
    pass


class Unfit(Refusal):
    pass
