"""What can be set for intake. National law cannot."""

from datetime import time
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.intake.domain.case import Rules
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

    unreasoned_refusal_consents: bool = True
    """R43: a refusal without reasons counts as consent, and is shown as what it is."""

    def rules(self) -> Rules:
        return Rules(
            calendar=Calendar.seeded(),
            hours=Hours(self.opens, self.closes),
            supplement_days=self.supplement_days,
            deferral_grace_days=self.deferral_grace_days,
            unreasoned_refusal_consents=self.unreasoned_refusal_consents,
        )
