"""Tells an outage from a guilty event: ten subjects that fail in a row, with no success between, are not to blame.

While it is open one event at a time is tried, attempts are not counted, and nothing is parked for having run out of them.
The first success closes it. Kept in memory: a process that starts in the middle of an outage learns anew.
"""

FAILURES = 10

Subject = tuple[str, str]


class Breaker:
    def __init__(self) -> None:
        self._failing: set[Subject] = set()

    @property
    def is_open(self) -> bool:
        return len(self._failing) >= FAILURES

    @property
    def is_at_rest(self) -> bool:
        """Nothing has failed since the last success."""
        return not self._failing

    def failed(self, subject: Subject) -> None:
        """One subject counts once, however often its event is tried: it may be the guilty one."""
        if not self.is_open:
            self._failing.add(subject)

    def succeeded(self) -> None:
        self._failing.clear()
