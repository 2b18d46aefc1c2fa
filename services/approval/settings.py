"""What can be set for one window's instance."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from yimen.contracts.envelope import Code
from yimen.settings import ServiceSettings


class ApprovalSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_APPROVAL_")

    departments: Annotated[tuple[Code, ...], NoDecode, Field(min_length=1)] = ("administration",)
    """The departments behind this window; in the environment separated by commas."""

    window: Code | None = None
    """Names a comprehensive window; without it the instance is named after its first department."""

    extension_notice_days: Annotated[int, Field(ge=0, le=20)] = 5
    """Working days that must be left of a review's limit when more time is asked for (R38)."""

    @field_validator("departments", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @property
    def desk(self) -> str:
        return self.window or self.departments[0]
