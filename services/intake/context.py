"""What handlers and routes need beside the database."""

from dataclasses import dataclass, field
from pathlib import Path

from services.intake.domain.case import Rules
from services.intake.domain.catalogue import Item
from services.intake.settings import IntakeSettings
from yimen.objects import Objects
from yimen.worktime import Calendar


@dataclass
class Context:
    """`rules.calendar` may be replaced while the service runs; whoever reads it reads it anew each time.
    `calendar_revision` tells by which of the stored plans it counts (0: as seeded); `calendars` keeps those of revisions
    that were read.

    `items` keeps versions that were read: a published version never changes."""

    area: str
    catalogue: Path
    rules: Rules
    settings: IntakeSettings
    materials: Objects
    calendar_revision: int = 0
    calendars: dict[int, Calendar] = field(default_factory=dict)
    items: dict[tuple[str, int], Item] = field(default_factory=dict)
