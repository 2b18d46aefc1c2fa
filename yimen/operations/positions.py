"""Two services' memories side by side: what one database knows of numbers that the other spoke or heard.

After a restore to an earlier moment a service has forgotten what it said (it would use the numbers again, and be taken for
a repetition) and what it heard (it would wait for numbers that nobody sends again). `compare` finds both from the kit's own
tables, in any two databases of one hall; monitor's, which follows everyone, is the other to ask.

Does not: see what still waits in a queue or in an outbox. Compare when nothing is under way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from yimen.bus import Unit, View
from yimen.operations.acts import By, record

Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """A subject of which the other database knows more. `said`: by the service itself; else it should have heard it."""

    source: str
    subject: str
    last: int
    known: int
    said: bool

    @property
    def what(self) -> str:
        return "forgotten" if self.said else "unheard"


@dataclass(frozen=True)
class Memory:
    """The last number of each (source, subject) that a database has spoken, and heard."""

    spoken: dict[Subject, int]
    heard: dict[Subject, int]

    @classmethod
    async def of(cls, view: View[Any]) -> "Memory":
        s, p = view.table("outbox_sequence"), view.table("inbox_position")
        spoken = await view.execute(select(s.c.source, s.c.subject, s.c.last))
        last = func.max(p.c.last_sequence).label("last")
        heard = await view.execute(select(p.c.source, p.c.subject, last).group_by(p.c.source, p.c.subject))
        return cls(*({(row.source, row.subject): row.last for row in rows} for rows in (spoken, heard)))

    @property
    def known(self) -> dict[Subject, int]:
        both = self.heard.copy()
        for subject, last in self.spoken.items():
            both[subject] = max(last, both.get(subject, 0))
        return both


def _kind(subject: Subject) -> Subject:
    return subject[0], subject[1].partition("/")[0]


def compare(own: Memory, other: Memory) -> list[Gap]:
    """What the other knows and this one does not. Of entities of which this one never heard anything it hears nothing."""
    ours = {source for source, _subject in own.spoken}
    followed = {_kind(subject) for subject in own.heard}
    gaps = []
    for subject, known in sorted(other.known.items()):
        said = subject[0] in ours
        last = own.spoken.get(subject, 0) if said else own.heard.get(subject, 0)
        if known > last and (said or _kind(subject) in followed):
            gaps.append(Gap(*subject, last, known, said))
    return gaps


async def advance(unit: Unit[Any], gaps: Sequence[Gap], by: By) -> int:
    """No number that others have heard is used again. What was said under them stays forgotten here."""
    table = unit.table("outbox_sequence")
    forgotten = [gap for gap in gaps if gap.said]
    for gap in forgotten:
        row = {"source": gap.source, "subject": gap.subject, "last": gap.known}
        new = unit.insert(table).values(row)
        await unit.execute(
            new.on_conflict_do_update(index_elements=["source", "subject"], set_={"last": new.excluded.last})
        )
        was = {"source": gap.source, "last": gap.last, "now": gap.known}
        await record(unit, by, "advance", "subject", gap.subject, was)
    return len(forgotten)
