"""What can be set of the supervisor's process. What a centre may set of its rules (C) stands in the rulebook."""

from datetime import time
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from yimen.settings import ServiceSettings


class MonitorSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_MONITOR_")

    closes: time = Field(default=time(17), description="closing time of the hall, for instant items (R29)")
    patience_seconds: int = Field(
        default=5,
        ge=0,
        description="how long an alert waits for the backlog, when the supervisor learns late of its hour",
    )
    asleep_seconds: int = Field(default=600, ge=1, description="a timer as late as this finds a supervisor that slept")

    voice_keep_days: int = Field(
        default=1095,
        ge=180,
        le=36_500,
        description="calendar days after a complaint, consultation or rating until who it was is forgotten",
    )
    signing_key_file: Path | None = Field(
        default=None, description="the private key of the journal's seals (Ed25519, PEM); without it no root is sealed"
    )
