"""What handlers and routes need beside the database."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.monitor.domain.rulebook import Rulebook
from services.monitor.settings import MonitorSettings
from yimen.worktime import Calendar, Hours


@dataclass
class Almanac:
    """The calendars in the order in which they came into force, as read when the database held `plans` plans."""

    calendars: tuple[Calendar, ...]
    plans: int = 0


@dataclass
class Shelf:
    """The rulebook in force, as it was last read."""

    book: Rulebook | None = None


@dataclass(frozen=True)
class Context:
    hours: Hours
    patience: timedelta
    asleep: timedelta
    signing_key_file: Path | None = None
    voice_keep: timedelta = timedelta(days=1095)
    almanac: Almanac = field(default_factory=lambda: Almanac((Calendar.seeded(),)))
    shelf: Shelf = field(default_factory=Shelf)

    @classmethod
    def of(cls, settings: MonitorSettings) -> "Context":
        return cls(
            hours=Hours(closes=settings.closes),
            patience=timedelta(seconds=settings.patience_seconds),
            asleep=timedelta(seconds=settings.asleep_seconds),
            signing_key_file=settings.signing_key_file,
            voice_keep=timedelta(days=settings.voice_keep_days),
        )
