"""RabbitMQ and PostgreSQL in containers, when a Docker engine answers.

Readiness is asked of the servers themselves. testcontainers' reaper ends the containers if the run is killed.
"""

import shutil
import subprocess

from testcontainers.core.container import DockerContainer

from tests.support.postgres import accepts_sql
from tests.support.rabbit import Management, speaks_amqp
from tests.support.sandbox import wait_until

RABBIT_IMAGE = "rabbitmq:4-management"
POSTGRES_IMAGE = "postgres:17"
START_SECONDS = 120


def docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    question = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        return subprocess.run(question, capture_output=True, timeout=5, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class RabbitContainer:
    def __init__(self) -> None:
        self._container = DockerContainer(RABBIT_IMAGE).with_exposed_ports(5672, 15672)

    def start(self) -> None:
        self._container.start()
        host = self._container.get_container_host_ip()
        port, management_port = (int(self._container.get_exposed_port(number)) for number in (5672, 15672))
        self.amqp_url = f"amqp://guest:guest@{host}:{port}/"
        self.management = Management(f"http://guest:guest@{host}:{management_port}")
        wait_until(
            lambda: speaks_amqp(host, port) and self.management.answers(),
            START_SECONDS,
            lambda: f"{RABBIT_IMAGE} is silent",
        )

    def close(self) -> None:
        self.management.close()
        self._container.stop()


class PostgresContainer:
    def __init__(self) -> None:
        container = DockerContainer(POSTGRES_IMAGE).with_exposed_ports(5432)
        self._container = container.with_envs(POSTGRES_HOST_AUTH_METHOD="trust")
        self._container.with_command("postgres -c fsync=off -c max_connections=300")

    def start(self) -> None:
        self._container.start()
        address = f"{self._container.get_container_host_ip()}:{self._container.get_exposed_port(5432)}"
        self.url = f"postgresql+asyncpg://postgres@{address}/postgres"
        wait_until(lambda: accepts_sql(self.url), START_SECONDS, lambda: f"{POSTGRES_IMAGE} is silent")

    def close(self) -> None:
        self._container.stop()
