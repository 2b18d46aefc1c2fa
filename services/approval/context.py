"""What handlers and routes need beside the database."""

from dataclasses import dataclass, field

from yimen.plans import Almanac


@dataclass
class Context:
    departments: tuple[str, ...]
    extension_notice_days: int
    almanac: Almanac = field(default_factory=Almanac)
