"""The frame around a program for operators: its exit code, and one sentence on stderr for whatever it did not do."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import Final

from cyclopts import App, CycloptsError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from yimen.errors import CarrierDown, Unavailable

DONE, REFUSED, USAGE = 0, 1, 2

UNUSABLE: Final = (DBAPIError, Unavailable)
"""What a database says that is away, full or not the one that was meant."""


class Usage(Exception):
    """The command cannot be understood."""


class Refused(Exception):
    """A plain sentence for the operator."""


def program(name: str, told: str | None) -> App:
    """One whose commands give back what they did, so that `run` can tell; TOLD is its help."""
    return App(name=name, help=told, version_flags=[], result_action="return_value")


def run(
    app: App,
    arguments: Sequence[str] | None,
    *,
    usage: tuple[type[Exception], ...] = (),
    refused: tuple[type[Exception], ...] = (),
    said: Callable[[Exception], str] = str,
) -> int:
    """The exit code: what the command gave back if that is a number, else DONE.

    `usage` and `refused` are errors of this program; `said` puts the refused into words where their own do not do.
    """
    wrong_use: tuple[type[Exception], ...] = (CycloptsError, ValidationError, Usage, *usage)
    try:
        command, bound, _ignored = app.parse_args(arguments, exit_on_error=False, print_error=False)
        outcome = command(*bound.args, **bound.kwargs)
        if asyncio.iscoroutine(outcome):
            outcome = asyncio.run(outcome)
    except wrong_use as wrong:
        return excuse(USAGE, str(wrong))
    except (Refused, CarrierDown) as reason:
        return excuse(REFUSED, str(reason))
    except refused as reason:
        return excuse(REFUSED, said(reason))
    except UNUSABLE as unusable:
        return excuse(REFUSED, f"The database cannot be used: {first_line(unusable)}")
    return outcome if isinstance(outcome, int) else DONE


def excuse(code: int, sentence: str) -> int:
    """The code, once the sentence is on stderr."""
    sys.stderr.write(f"{sentence.strip()}\n")
    return code


def first_line(error: BaseException) -> str:
    """What the driver said, without SQLAlchemy's statement and link."""
    return str(getattr(error, "orig", error)).partition("\n")[0] or type(error).__name__


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
