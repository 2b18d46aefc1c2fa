"""The bank as a process of its own: `python -m sim.bank --help`.

SIGTERM and SIGINT end it; what it owed it owes again at the next start. Its control port, if it has one, is on loopback
whatever `host` says.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from pydantic_settings import CliApp

from sim.bank.app import bank_app
from sim.bank.control import control_app
from sim.bank.settings import BankSettings
from sim.bank.teller import Bank
from yimen import telemetry
from yimen.clock import Clock, MovableClock, SystemClock
from yimen.running import run_until_told, server_of


class _Beside(uvicorn.Server):
    """A second server in one process: the first one hears the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bank_of(settings: BankSettings) -> Bank:
    clock: Clock = MovableClock(settings.clock_file) if settings.clock_file else SystemClock()
    return Bank(
        settings.folder,
        clock,
        settings.notify_url,
        account=settings.account,
        seed=settings.seed,
        time_scale=settings.time_scale,
        hall_key=settings.hall_key_file.read_bytes() if settings.hall_key_file else None,
        cut_off=settings.cut_off,
        late_seconds=settings.late_seconds,
    )


async def serve(settings: BankSettings) -> bool:
    bank = bank_of(settings)
    server = server_of(bank_app(bank), settings.host, settings.port)
    if settings.control_port is None:
        await server.serve()
        return server.started
    config = uvicorn.Config(control_app(bank), "127.0.0.1", settings.control_port, log_config=None, access_log=False)
    beside = _Beside(config)
    control = asyncio.create_task(beside.serve())
    try:
        await server.serve()
    finally:  # also when the signal that ended it is raised once more
        beside.should_exit = True
        await control
    return server.started


def main(arguments: list[str] | None = None) -> None:
    settings = CliApp.run(BankSettings, cli_args=arguments)
    telemetry.configure(settings.log_level)
    run_until_told(lambda: serve(settings))


if __name__ == "__main__":
    main()
