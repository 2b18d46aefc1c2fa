"""Runs a department's example in Python as it is, but it is killed at the step that DIE_AT names, as `kill -9` does it."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any


def dies(step: str, function: Callable[..., Any], *, before: bool = False) -> Callable[..., Any]:
    def die(*args: Any) -> Any:
        if os.environ["DIE_AT"] != step:
            return function(*args)
        if not before:
            function(*args)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("SIGKILL was survived")

    return die


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    import department
    from ledger import Ledger

    department.take_effect = dies("uncommitted", department.take_effect)
    Ledger.take_in = dies("unacknowledged", Ledger.take_in)
    department.answer = dies("unpublished", department.answer)
    Ledger.forget = dies("unforgotten", Ledger.forget, before=True)
    department.main()


main()
