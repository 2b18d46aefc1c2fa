"""What can be set of the supervisor. Thresholds are the centre's (C in the rules); the law's numbers are not here."""

from datetime import time
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.monitor.domain.clocks import Thresholds, ladder
from yimen.contracts.monitor import Light
from yimen.settings import ServiceSettings


class MonitorSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_MONITOR_")

    pre_alert_percent: int = Field(default=90, ge=1, le=100)
    pre_alert_days_left: int = Field(default=1, ge=0, le=20)
    promised_passed_is_red: bool = False
    answer_days: int = Field(default=3, ge=1, le=30)
    closes: time = Field(default=time(17), description="closing time of the hall, for instant items (R29)")
    patience_seconds: int = Field(
        default=5,
        ge=0,
        description="how long an alert waits for the backlog, when the supervisor learns late of its hour",
    )
    asleep_seconds: int = Field(default=600, ge=1, description="a timer as late as this finds a supervisor that slept")

    signing_key_file: Path | None = Field(
        default=None, description="the private key of the journal's seals (Ed25519, PEM); without it no root is sealed"
    )

    def thresholds(self) -> Thresholds:
        return Thresholds(
            share_percent=self.pre_alert_percent,
            days_left=self.pre_alert_days_left,
            answer_days=self.answer_days,
            ladder=ladder(Light.RED if self.promised_passed_is_red else Light.YELLOW),
        )
