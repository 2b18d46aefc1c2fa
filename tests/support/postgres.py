"""A PostgreSQL of our own, from the installed binaries, and small administrative statements for any PostgreSQL.

Durable against a killed server, not against a machine that loses power: `fsync` is off, since a test's writes need only
reach the kernel. `synchronous_commit` stays on: without it a killed server loses commits that it had confirmed.
"""

import asyncio
import getpass
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import make_url

from tests.support.sandbox import PrivateServer, Sandbox, free_port

T = TypeVar("T")

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
}


def postgres_folder() -> Path | None:
    """Where the newest installed server's programs are."""
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    if debian:
        return max(debian, key=lambda path: int(path.parent.name))
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def blocking(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end in a loop and thread of its own, so that fixtures serve tests with and without a running loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def run_sql(url: str, *statements: str) -> Any:
    """Run each by itself, outside any transaction; the first column of the last one's first row."""

    async def run() -> Any:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain, timeout=5)
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return blocking(run())


def accepts_sql(url: str) -> bool:
    try:
        return bool(run_sql(url, "SELECT 1") == 1)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


class PrivatePostgres(PrivateServer):
    """One server. PostgreSQL refuses to be root: root runs it as `postgres`, or `nobody` without such a user."""

    _stop_signal = signal.SIGINT  # "fast": open sessions are ended, not waited for

    def __init__(self, sandbox: Sandbox, name: str = "postgres") -> None:
        super().__init__(sandbox, name)
        self.port = free_port()
        self._user = self._server_user()
        if os.geteuid() == 0:
            shutil.chown(self.folder, self._user)

    @property
    def url(self) -> str:
        """Its administrative database."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres"

    def launch(self) -> None:
        if not (self.folder / "data").exists():
            self._create_cluster()
        super().launch()

    def close(self) -> None:
        self.kill()

    @staticmethod
    def _server_user() -> str:
        if os.geteuid() != 0:
            return getpass.getuser()
        known = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in known else "nobody"

    def _as_user(self, program: str, *arguments: str) -> list[str]:
        folder = postgres_folder()
        assert folder is not None, "postgres is not installed"
        command = [str(folder / program), *arguments]
        if os.geteuid() != 0:
            return command
        return [
            "setpriv",
            f"--reuid={self._user}",
            f"--regid={pwd.getpwnam(self._user).pw_gid}",
            "--clear-groups",
            *command,
        ]

    def _create_cluster(self) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"]
        command = self._as_user("initdb", "--pgdata", str(self.folder / "data"), *options)
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=self.folder, env=dict(os.environ)
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stderr}")

    def _command(self) -> tuple[list[str], dict[str, str]]:
        settings = SETTINGS | {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return self._as_user("postgres", "-D", str(self.folder / "data"), *flags), dict(os.environ)

    def _answers(self) -> bool:
        return accepts_sql(self.url)
