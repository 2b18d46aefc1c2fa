"""The house's reverse proxy as a private server: deploy/proxy as it is shipped, run by Debian's nginx on free ports.

What cannot be the same on a test's machine is replaced, and only that: ports, the folder for temporary files, where the
certificate lies, and where the processes are. Each replacement fails where there is nothing to replace.
"""

import re
import shutil
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.secret_files import certificate_for
from tests.support.sandbox import PrivateServer, Sandbox, free_port

SHIPPED = Path(__file__).parents[2] / "deploy" / "proxy"
NAME = "hall.test"


def nginx_program() -> str | None:
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")


class PrivateNginx(PrivateServer):
    """`upstreams`: the shipped names of the processes to their addresses; who is not named is down."""

    def __init__(
        self, sandbox: Sandbox, name: str, upstreams: Mapping[str, str], changed: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sandbox, name)
        self.port, self.plain_port = free_port(), free_port()
        certificate, key = certificate_for(NAME)
        (self.folder / "hall.pem").write_text(certificate)
        (self.folder / "hall.key").write_text(key)
        (self.folder / "names.conf").write_text(f"server_name {NAME};\n")
        for path in SHIPPED.glob("*.conf"):
            (self.folder / path.name).write_text(path.read_text())
        self._replace("nginx.conf", r"listen 8443\b", f"listen 127.0.0.1:{self.port}")
        self._replace("nginx.conf", r"listen 8080\b", f"listen 127.0.0.1:{self.plain_port}")
        self._replace("nginx.conf", r"(?<= )/tmp/", f"{self.folder}/")
        self._replace("nginx.conf", r"worker_processes auto;", "worker_processes 1;")
        self._replace("nginx.conf", r"/dev/stdout", f"{self.folder}/access.log")
        self._replace("nginx.conf", r"/run/secrets/hall_names", "names.conf")
        self._replace("tls.conf", r"/run/secrets/hall_tls_certificate", f"{self.folder}/hall.pem")
        self._replace("tls.conf", r"/run/secrets/hall_tls_key", f"{self.folder}/hall.key")
        self._place(upstreams)
        for pattern, wanted in (changed or {}).items():
            file = next(one.name for one in self.folder.glob("*.conf") if re.search(pattern, one.read_text()))
            self._replace(file, pattern, wanted)

    def _replace(self, file: str, pattern: str, wanted: str) -> None:
        path = self.folder / file
        text, count = re.subn(pattern, wanted, path.read_text())
        assert count, f"{file} has no {pattern}"
        path.write_text(text)

    def _place(self, upstreams: Mapping[str, str]) -> None:
        """Names are looked up by the container engine's resolver, in a way that only a newer nginx knows."""
        nobody = f"127.0.0.1:{free_port()}"

        def place(found: re.Match[str]) -> str:
            return f"server {upstreams.get(found[1], nobody).removeprefix('http://')};"

        path = self.folder / "upstreams.conf"
        text, count = re.subn(r"server ([a-z-]+):\d+ resolve;", place, path.read_text())
        assert count == text.count("upstream "), "an upstream without its process"
        path.write_text(re.sub(r"resolver .*;", "", text))

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def tls(self) -> ssl.SSLContext:
        """Trusts this proxy's certificate only."""
        return ssl.create_default_context(cafile=str(self.folder / "hall.pem"))

    def client(self) -> httpx.AsyncClient:
        transport = _Named(verify=self.tls(), limits=httpx.Limits(max_connections=10))
        return httpx.AsyncClient(base_url=self.url, transport=transport, headers={"Host": NAME}, timeout=60)

    def check(self) -> str:
        """What nginx says of the files; empty when it has nothing to say."""
        command, _ = self._command()
        done = subprocess.run([*command, "-t", "-q"], capture_output=True, text=True, check=False)
        return done.stderr

    def _command(self) -> tuple[list[str], dict[str, str]]:
        program = nginx_program()
        assert program is not None, "nginx is not installed"
        arguments = ["-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-g", "daemon off;"]
        return [program, "-e", str(self.folder / "error.log"), *arguments], {}

    def _answers(self) -> bool:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.plain_port}/", headers={"Host": NAME}, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.status_code == 308


class _Named(httpx.AsyncHTTPTransport):
    """Says the hall's name in TLS, whatever address the request goes to."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = NAME
        return await super().handle_async_request(request)
