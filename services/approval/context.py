"""What handlers and routes need beside the database."""

from dataclasses import dataclass, field

from yimen.worktime import Calendar


@dataclass
class Context:
    """`calendar` is what this process knew last, and `revision` the state of the plans that it was made from: ask
    `calendars` for the one in force."""

    departments: tuple[str, ...]
    extension_notice_days: int
    calendar: Calendar = field(default_factory=Calendar.seeded)
    revision: int = 0
