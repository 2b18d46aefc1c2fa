"""What can be set. `YIMEN_*` for the whole house, `YIMEN_<SERVICE>_*` for one service.

Each may be an environment variable, or a file of that name in lower case in the folder of secrets (`/run/secrets`, where
containers find theirs, or `YIMEN_SECRETS`); the variable wins.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

SECRETS = Path("/run/secrets")


class Part(StrEnum):
    """What a process of a service does; by default all of it."""

    API = "api"
    WORKER = "worker"
    RELAY = "relay"


class ClockKind(StrEnum):
    SYSTEM = "system"
    MOVABLE = "movable"


class Migrate(StrEnum):
    """Who brings a database to the newest revision: the service when it starts, or a job before it."""

    START = "start"
    NEVER = "never"


class Told(BaseSettings):
    """What is told by environment and secret files. A refused start names the field, never the values: a database
    address may carry a password. Raises pydantic_settings.SettingsError where `YIMEN_SECRETS` names no folder."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings calls it so
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources = (init_settings, env_settings)
        named = os.environ.get("YIMEN_SECRETS")
        if named is None and not SECRETS.is_dir():
            return sources
        return (*sources, SecretsSettingsSource(settings_cls, Path(named) if named is not None else SECRETS))


class KitSettings(Told):
    """Shared by all services of an installation."""

    model_config = SettingsConfigDict(env_prefix="YIMEN_")

    bus_url: str = Field(default="amqp://guest:guest@127.0.0.1:5672/", description="RabbitMQ", repr=False)
    issuer: str = Field(default="http://127.0.0.1:8080/identity", description="OpenID Connect issuer")
    issuer_keys: str = Field(
        default="", description="where the issuer's public keys are; empty: where its discovery document says"
    )
    audience: str = "yimen"
    data_keys: SecretStr = Field(
        default=SecretStr(""), description="keys under which personal data lies in the databases; the first one writes"
    )
    windows: dict[str, tuple[str, ...]] | None = Field(
        default=None,
        description="instances of approval that serve several departments, as JSON; without it every source is believed",
    )
    parts: Annotated[frozenset[Part], NoDecode] = frozenset(Part)
    clock: ClockKind = Field(default=ClockKind.SYSTEM, description="movable: for demonstrations only")
    clock_file: Path = Path("var/clock")
    migrate: Migrate = Field(default=Migrate.START, description="never: a job runs `python -m yimen.migrate` first")
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"
    trusted_proxies: str = Field(default="127.0.0.1", description="whose X-Forwarded-For is believed")
    requests_at_work: int = Field(default=10, ge=1)
    requests_waiting: int = Field(default=60, ge=0)
    anonymous_per_minute: int = Field(default=600, ge=1)
    person_per_minute: int = Field(default=1200, ge=1)
    wrong_per_hour: int = Field(default=100, ge=1)

    @field_validator("parts", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        return frozenset(value.replace(" ", "").split(",")) if isinstance(value, str) else value


class ServiceSettings(Told):
    """A service subclasses this with its own prefix, e.g. `YIMEN_INTAKE_`."""

    database_url: str = Field(repr=False)
