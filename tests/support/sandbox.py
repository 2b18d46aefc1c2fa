"""A folder for private servers, and what all of them share: start, stop, kill, freeze.

Guarantees that no server outlives the test run (see `guardian`). Ports are free when chosen, not reserved.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.support.guardian import end_tree

POLL_SECONDS = 0.05


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Sandbox:
    """The folder, and the guardian that empties it. Other users may pass through: a server may run as one of them."""

    def __init__(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="yimen-tests-"))
        self.base.chmod(0o755)
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "tests.support.guardian", str(self.base)],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C ends the tests, not the one who tidies up after them
            cwd=Path(__file__).parents[2],
            env=dict(os.environ),  # a copy: servers start in threads while tests change the process's own
        )

    def folder(self, name: str) -> Path:
        path = self.base / name
        path.mkdir()
        return path

    def close(self) -> None:
        self._guardian.communicate(timeout=60)


class PrivateServer(ABC):
    """One server process of our own. `pid` is the server itself, never a wrapper around it."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.name = name
        self.folder = sandbox.folder(name)
        self._log = self.folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _command(self) -> tuple[list[str], dict[str, str]]:
        """The command that becomes the server, and its environment."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether a client is served now."""

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    def launch(self) -> None:
        """Start without waiting; a server that already runs is left alone."""
        if self.running:
            return
        command, environment = self._command()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.folder / "server.pid").write_text(str(self.pid))

    def start(self, timeout: float = 90) -> None:
        self.launch()
        self.wait_ready(timeout)

    def wait_ready(self, timeout: float = 90) -> None:
        """Until clients are served. Fails with the server's last words when it ends or stays silent."""
        wait_until(lambda: self._answers() or not self.running, timeout, lambda: self._last_words("is silent"))
        if not self.running:
            raise RuntimeError(self._last_words("ended"))

    def stop(self, timeout: float = 30) -> None:
        """An orderly end (SIGTERM); killed when it takes too long."""
        if self.running:
            self.resume()
            os.kill(self.pid, self._stop_signal)
            try:
                assert self._process is not None
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        self._forget()

    _stop_signal = signal.SIGTERM

    def kill(self) -> None:
        """The power cut: SIGKILL to the server and all its children at once. What it had written stays on disk."""
        if self.running:
            end_tree(self.pid)
            assert self._process is not None
            self._process.wait()
        self._forget()

    def restart(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze: connections stay open and nobody answers (SIGSTOP)."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_all(signal.SIGCONT)

    def revive(self) -> None:
        """Whatever a test did to it: it serves again."""
        if self.running:
            self.resume()
        self.start()

    def _signal_all(self, number: signal.Signals) -> None:
        parent = psutil.Process(self.pid)
        parent.send_signal(number)
        for child in parent.children(recursive=True):
            try:
                child.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def _forget(self) -> None:
        (self.folder / "server.pid").unlink(missing_ok=True)

    def _last_words(self, what: str) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"{self.name} {what}:", *lines])


def wait_until(condition: Callable[[], bool], timeout: float, failure: Callable[[], str]) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(failure())
        time.sleep(POLL_SECONDS)
