"""What handlers and routes need beside the database."""

from dataclasses import dataclass
from pathlib import Path

from services.intake.domain.case import Rules


@dataclass
class Context:
    """`rules.calendar` may be replaced while the service runs; whoever reads it reads it anew each time."""

    area: str
    catalogue: Path
    rules: Rules
