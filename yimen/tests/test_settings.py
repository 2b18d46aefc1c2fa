"""Where a setting comes from: the environment, or a file that holds a secret."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict, SettingsError

from yimen.settings import KitSettings, ServiceSettings


class DoorSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_DOOR_")

    days: int = 5


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YIMEN_SECRETS", str(tmp_path))
    monkeypatch.delenv("YIMEN_BUS_URL", raising=False)
    return tmp_path


def test_a_secret_is_read_from_the_file_of_its_name(secrets: Path) -> None:
    (secrets / "yimen_door_database_url").write_text("postgresql+asyncpg://door:of-paper@db/door\n", "utf-8")
    (secrets / "yimen_bus_url").write_text("amqp://door:of-iron@broker/", "utf-8")
    assert DoorSettings().database_url == "postgresql+asyncpg://door:of-paper@db/door"
    assert KitSettings().bus_url == "amqp://door:of-iron@broker/"


def test_the_environment_wins_over_the_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "yimen_bus_url").write_text("amqp://of-the-file/", "utf-8")
    monkeypatch.setenv("YIMEN_BUS_URL", "amqp://of-the-environment/")
    assert KitSettings().bus_url == "amqp://of-the-environment/"


def test_a_start_that_is_refused_does_not_show_what_it_was_told(secrets: Path) -> None:
    (secrets / "yimen_door_database_url").write_text("postgresql+asyncpg://door:of-paper@db/door", "utf-8")
    (secrets / "yimen_door_days").write_text("of-glass", "utf-8")
    with pytest.raises(ValidationError, match="days") as refused:
        DoorSettings()
    assert "of-paper" not in str(refused.value)
    assert "of-glass" not in str(refused.value)


def test_a_folder_of_secrets_that_is_a_file_is_refused(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "one").write_text("", "utf-8")
    monkeypatch.setenv("YIMEN_SECRETS", str(secrets / "one"))
    with pytest.raises(SettingsError, match="secrets_dir"):
        KitSettings()
