"""A RabbitMQ of our own, from the installed binaries, with the management plugin on loopback.

Its node name, ports, cookie and name server (epmd) are its own: a RabbitMQ that the machine already runs is not
disturbed. Several of them can be joined into a cluster.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.support.sandbox import PrivateServer, Sandbox, free_port, wait_until

# Debian's /usr/sbin/rabbitmq-server changes user and folder first; the script behind it runs as whoever calls it.
DEBIAN_SCRIPTS = Path("/usr/lib/rabbitmq/bin")

QUIET_SECONDS = 5.0
"""After its last write to the directory of its queues a killed node finds them again; half a second was too little."""

CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
disk_free_limit.absolute = 50MB
log.console = true
log.file = false
"""


def rabbitmq_script(name: str) -> str | None:
    """Where the installed script is. YIMEN_TEST_RABBITMQ_SCRIPTS names the folder of another version and its `epmd`."""
    chosen = os.environ.get("YIMEN_TEST_RABBITMQ_SCRIPTS")
    folders = [chosen] if chosen else [str(DEBIAN_SCRIPTS), os.environ.get("PATH", os.defpath)]
    return shutil.which(name, path=os.pathsep.join(folders))


class Management:
    """The broker's HTTP interface: a virtual host in milliseconds, where `rabbitmqctl` needs a second or two."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()

    def put(self, path: str, body: Mapping[str, object] | None = None) -> None:
        self._http.put(path, json=dict(body or {})).raise_for_status()

    def post(self, path: str, body: Mapping[str, object]) -> None:
        self._http.post(path, json=dict(body)).raise_for_status()

    def delete(self, path: str) -> None:
        self._http.delete(path).raise_for_status()

    def create_vhost(self) -> str:
        """A fresh virtual host in which the caller may do everything; its name."""
        name = f"t-{secrets.token_hex(6)}"
        self.put(f"/api/vhosts/{name}")
        return name

    def drop_vhost(self, name: str) -> None:
        self.delete(f"/api/vhosts/{quote(name, safe='')}")

    def answers(self) -> bool:
        try:
            return self._http.get("/api/whoami", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        self._http.close()


def speaks_amqp(host: str, port: int) -> bool:
    """Whether a broker greets us: protocol header out, a method frame (type 1: connection.start) back."""
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


class NameServer(PrivateServer):
    """Erlang's port mapper. One per sandbox, shared by the nodes of a cluster."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox, f"epmd-{secrets.token_hex(3)}")
        self.port = free_port()
        (self.folder / ".erlang.cookie").write_text(secrets.token_hex(16))
        (self.folder / ".erlang.cookie").chmod(0o400)

    def _command(self) -> tuple[list[str], dict[str, str]]:
        return [rabbitmq_script("epmd") or "epmd", "-port", str(self.port), "-address", "127.0.0.1"], dict(os.environ)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        return True


class PrivateRabbit(PrivateServer):
    """One node. Give the nodes of a cluster the same `names`."""

    def __init__(self, sandbox: Sandbox, name: str = "rabbit", names: NameServer | None = None) -> None:
        super().__init__(sandbox, name)
        self.names = names or NameServer(sandbox)
        self.port, self.management_port, self._distribution_port = free_port(), free_port(), free_port()
        self.node = f"{name}-{self.port}@localhost"
        self.management = Management(self.management_url)
        config = CONFIG.format(amqp=self.port, management=self.management_port)
        (self.folder / "rabbitmq.conf").write_text(config)
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")

    @property
    def amqp_url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    @property
    def management_url(self) -> str:
        return f"http://guest:guest@127.0.0.1:{self.management_port}"

    def new_vhost(self) -> str:
        """The AMQP address of a fresh virtual host."""
        return self.amqp_url + self.management.create_vhost()

    def launch(self) -> None:
        self.names.start()
        super().launch()

    def close(self) -> None:
        self.management.close()
        self.kill()
        self.names.kill()

    def ctl(self, *arguments: str, timeout: float = 60) -> str:
        """`rabbitmqctl` on this node, for what the HTTP interface lacks: memory alarms, clusters."""
        script = rabbitmq_script("rabbitmqctl")
        assert script is not None, "rabbitmqctl is not installed"
        command = [script, "--node", self.node, "--quiet", *arguments]
        done = subprocess.run(
            command,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=self.folder,
        )
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def wait_recorded(self, queue: str, timeout: float = 30) -> None:
        """Until a killed node would find this quorum queue again.

        RabbitMQ writes its directory of quorum queues a little after it has confirmed the declaration; a node killed in
        between answers 541 for that queue ever after (seen on 3.10.8). Who kills soon after declaring waits for this.
        """

        whole = re.compile(b"_" + re.escape(queue.encode()) + rb"(?!\.)")  # not the queue's own parking

        def recorded() -> bool:
            kept = [path for path in (self.folder / "data").rglob("names.dets") if whole.search(path.read_bytes())]
            return bool(kept) and all(time.time() - path.stat().st_mtime > QUIET_SECONDS for path in kept)

        wait_until(recorded, timeout, lambda: f"{queue} was not recorded by {self.name}")

    def join(self, other: "PrivateRabbit") -> None:
        """Forget everything and become a member of the other's cluster."""
        for step in (["stop_app"], ["reset"], ["join_cluster", other.node], ["start_app"]):
            self.ctl(*step)
        self.wait_ready()

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ_")} | {
            "HOME": str(self.names.folder),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.names.port),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "node.pid"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,  # the machine's own node is configured there
        }

    def _command(self) -> tuple[list[str], dict[str, str]]:
        script = rabbitmq_script("rabbitmq-server")
        assert script is not None, "rabbitmq-server is not installed"
        # "Allow input" makes the script become the Erlang machine instead of its parent; -noinput takes the shell away.
        server_only = {
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
        }
        return [script], self._environment() | server_only

    def _answers(self) -> bool:
        return speaks_amqp("127.0.0.1", self.port) and self.management.answers()
