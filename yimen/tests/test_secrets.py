"""Passwords of the broker and the database, and the keys of personal data, stand in no log and in no error that is shown."""

import traceback
from base64 import b64decode

import pytest
import structlog
from pydantic import ValidationError
from sqlalchemy import make_url

from tests.support.sandbox import free_port
from yimen.bus import Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.db import Database
from yimen.errors import CarrierDown, Unavailable
from yimen.keys import new_key
from yimen.running import parts_of
from yimen.settings import KitSettings, ServiceSettings

PASSWORD = "of-iron"
QUEUE = Queue("nobody", ("intake.#",))


class OurSettings(ServiceSettings):
    pass


def told(error: BaseException) -> str:
    """Its words, those of its causes, and the way it came."""
    return "".join(traceback.format_exception(error))


async def refused_by(bus_url: str) -> str:
    carrier, said = RabbitCarrier(bus_url), []
    with pytest.raises(CarrierDown) as down:
        async with carrier.publisher():
            pass
    said.append(told(down.value))
    with pytest.raises(CarrierDown) as down:
        await carrier.declare(QUEUE)
    return "".join([*said, told(down.value)])


async def test_a_broker_that_is_away_does_not_bring_its_password_into_the_log(logged: list[str]) -> None:
    structlog.get_logger("before").debug("it is listened to")
    addresses = ",".join(f"amqp://door:{PASSWORD}@127.0.0.1:{free_port()}/" for _node in range(2))
    said = await refused_by(addresses)
    assert logged
    assert PASSWORD not in said + "\n".join(logged)


async def test_a_broker_that_refuses_the_password_does_not_repeat_it(logged: list[str], amqp_url: str) -> None:
    address = make_url(amqp_url).set(username="door", password=PASSWORD).render_as_string(hide_password=False)
    said = await refused_by(address)
    assert logged
    assert PASSWORD not in said + "\n".join(logged)


async def test_a_database_that_is_away_does_not_bring_its_password_into_the_log(logged: list[str]) -> None:
    structlog.get_logger("before").debug("it is listened to")
    database = Database(f"postgresql+asyncpg://door:{PASSWORD}@127.0.0.1:{free_port()}/yimen")
    with pytest.raises(Unavailable) as away:
        await database.check()
    structlog.get_logger("start").error("start_failed", exc_info=away.value)
    await database.close()
    assert PASSWORD not in told(away.value) + "\n".join(logged) + repr(database.url)


def test_settings_do_not_show_what_is_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key()
    monkeypatch.setenv("YIMEN_DATA_KEYS", key)
    kit = KitSettings(bus_url=f"amqp://door:{PASSWORD}@broker/")
    own = OurSettings(database_url=f"postgresql+asyncpg://door:{PASSWORD}@db/yimen")
    for shown in (repr(kit), str(kit), repr(own), str(own), repr(parts_of(kit).keys)):
        assert PASSWORD not in shown
        assert key not in shown
        assert repr(b64decode(key, altchars=b"-_")) not in shown


def test_a_start_that_is_refused_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_BUS_URL", f"amqp://door:{PASSWORD}@broker/")
    monkeypatch.setenv("YIMEN_PORT", PASSWORD)
    with pytest.raises(ValidationError) as wrong:
        KitSettings()
    assert PASSWORD not in told(wrong.value)
    monkeypatch.setenv("YIMEN_PORT", "8000")
    for keys in ("", PASSWORD, f"{new_key()},{PASSWORD}"):
        monkeypatch.setenv("YIMEN_DATA_KEYS", keys)
        with pytest.raises(SystemExit, match="YIMEN_DATA_KEYS: ") as refused:
            parts_of(KitSettings())
        assert PASSWORD not in told(refused.value)
