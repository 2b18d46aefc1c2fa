"""A real mail server in a process of its own, for tests: sim.mail, told by environment variables alone."""

import datetime
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.sandbox import free_port

START_SECONDS = 60


@dataclass
class MailServer:
    port: int
    page: str

    def mails(self, recipient: str | None = None) -> list[dict[str, Any]]:
        """The newest first."""
        asked = {"recipient": recipient} if recipient else {}
        found: list[dict[str, Any]] = httpx.get(f"{self.page}/messages", params=asked, trust_env=False).json()
        return found


@contextmanager
def mail_server(certificate: Path | None = None) -> Iterator[MailServer]:
    port, page = free_port(), free_port()
    told = {"YIMEN_PORT": str(page), "YIMEN_MAIL_PORT": str(port)}
    told |= {"YIMEN_MAIL_CERT": str(certificate)} if certificate else {}
    process = subprocess.Popen([sys.executable, "-m", "sim.mail"], env={**os.environ, **told})
    try:
        server = MailServer(port, f"http://127.0.0.1:{page}")
        _await_answer(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _await_answer(server: MailServer, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the mail server did not start"
        with suppress(httpx.TransportError):
            server.mails()
            return
        time.sleep(0.05)
    raise TimeoutError("the mail server does not answer")


def self_signed(folder: Path) -> Path:
    """Key and certificate of `localhost`, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return path
