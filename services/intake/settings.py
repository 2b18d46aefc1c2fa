"""What can be set for intake. National law cannot."""

from datetime import time, timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.intake.domain.case import Rules
from yimen.objects import beside
from yimen.settings import ServiceSettings
from yimen.worktime import Calendar, Hours


class IntakeSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_INTAKE_")

    area: str = Field(default="450721", pattern=r"^[0-9]{6}$")
    """The county's six-digit area code, with which every case number begins."""

    catalogue: Path = Path(__file__).parent / "catalogue"
    """The folder of the items' files."""

    opens: time = time(9)
    closes: time = time(17)
    supplement_days: int = Field(default=90, ge=1, le=365)
    """Calendar days to supplement after the one-time notice (R08)."""

    deferral_grace_days: int = Field(default=15, ge=1, le=60)
    """Working days to hand in what was let follow, never beyond the promise; and as many again to make up for it (R16)."""
    agency_days: int = Field(default=3, ge=1, le=7)
    """Working days for a village agent to pass a matter on to the township's station (R101); a week at the most."""

    unreasoned_refusal_consents: bool = True
    """R43: a refusal without reasons counts as consent, and is shown as what it is."""

    forward_days: int = Field(default=3, ge=1, le=20)
    """Working days from acceptance to send the file up (R48)."""
    materials: str = ""
    """Where uploaded files are kept: file:///folder or s3://bucket/prefix. Empty: a folder beside the SQLite file, with
    PostgreSQL `var/materials`, which is right only where all replicas run on one machine."""

    file_limit_mb: int = Field(default=20, ge=1, le=200)
    files_per_day: int = Field(default=500, ge=1)
    """By one person; more is refused until earlier ones are a day old."""

    link_seconds: int = Field(default=300, ge=1, le=3600)
    """For so long a download link opens."""

    draft_days: int = Field(default=90, ge=1, le=365)
    """Calendar days that a draft is kept after it was last saved."""

    contact_keep_days: int = Field(default=365, ge=30, le=36_500)
    """Calendar days after the end of a case until the telephone numbers and mail addresses of its people are erased."""

    @property
    def contact_keep(self) -> timedelta:
        return timedelta(days=self.contact_keep_days)

    @property
    def materials_url(self) -> str:
        return self.materials or beside(self.database_url, "materials")

    @property
    def file_limit(self) -> int:
        """In bytes."""
        return self.file_limit_mb * 1024 * 1024

    @property
    def link_life(self) -> timedelta:
        return timedelta(seconds=self.link_seconds)

    @property
    def draft_life(self) -> timedelta:
        return timedelta(days=self.draft_days)

    def rules(self) -> Rules:
        return Rules(
            calendar=Calendar.seeded(),
            hours=Hours(self.opens, self.closes),
            supplement_days=self.supplement_days,
            deferral_grace_days=self.deferral_grace_days,
            forward_days=self.forward_days,
            agency_days=self.agency_days,
            unreasoned_refusal_consents=self.unreasoned_refusal_consents,
        )
