"""What can be set, by environment variables. `YIMEN_*` for the whole house, `YIMEN_<SERVICE>_*` for one service."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Part(StrEnum):
    """What a process of a service does; by default all of it."""

    API = "api"
    WORKER = "worker"
    RELAY = "relay"


class ClockKind(StrEnum):
    SYSTEM = "system"
    MOVABLE = "movable"


class KitSettings(BaseSettings):
    """Shared by all services of an installation."""

    model_config = SettingsConfigDict(env_prefix="YIMEN_", extra="ignore", hide_input_in_errors=True)

    bus_url: str = Field(default="amqp://guest:guest@127.0.0.1:5672/", description="RabbitMQ")
    issuer: str = Field(default="http://127.0.0.1:8080/identity", description="OpenID Connect issuer")
    audience: str = "yimen"
    parts: Annotated[frozenset[Part], NoDecode] = frozenset(Part)
    clock: ClockKind = Field(default=ClockKind.SYSTEM, description="movable: for demonstrations only")
    clock_file: Path = Path("var/clock")
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"

    @field_validator("parts", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        return frozenset(value.replace(" ", "").split(",")) if isinstance(value, str) else value


class ServiceSettings(BaseSettings):
    """A service subclasses this with its own prefix, e.g. `YIMEN_INTAKE_`."""

    # A refused start names the field, never the values: a database address may carry a password.
    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    database_url: str
