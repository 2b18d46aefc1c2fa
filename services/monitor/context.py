"""What handlers and routes need beside the database."""

from dataclasses import dataclass, field
from datetime import timedelta

from services.monitor.domain.clocks import Thresholds
from services.monitor.settings import MonitorSettings
from yimen.worktime import Calendar, Hours


@dataclass
class Almanac:
    """The calendars in the order in which they came into force, as read when the database held `plans` plans."""

    calendars: tuple[Calendar, ...]
    plans: int = 0


@dataclass(frozen=True)
class Context:
    thresholds: Thresholds
    hours: Hours
    patience: timedelta
    asleep: timedelta
    almanac: Almanac = field(default_factory=lambda: Almanac((Calendar.seeded(),)))

    @classmethod
    def of(cls, settings: MonitorSettings) -> "Context":
        return cls(
            thresholds=settings.thresholds(),
            hours=Hours(closes=settings.closes),
            patience=timedelta(seconds=settings.patience_seconds),
            asleep=timedelta(seconds=settings.asleep_seconds),
        )
