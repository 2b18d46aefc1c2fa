"""How we sign what we ask of the bank: RSA-SHA256 over `timestamp\\nnonce\\nMETHOD path\\nbody\\n`."""

import base64
import secrets
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from yimen.errors import Transient


class HallKey:
    """The private key of a PEM file, read again when the file changes. Without a path nothing is signed."""

    def __init__(self, path: Path | None, serial: str) -> None:
        self._path = path
        self._serial = serial
        self._seen: tuple[int, int] | None = None
        self._key: rsa.RSAPrivateKey | None = None

    def sign(self, now: datetime, method: str, path: str, body: bytes) -> dict[str, str]:
        """The Hall-* headers. `path`: as it is sent behind the bank's address. Raises `Transient` for a file that is
        missing or no key: an operator mends it, and what waits goes out."""
        key = self._refreshed()
        if key is None:
            return {}
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
        message = f"{timestamp}\n{nonce}\n{method} {path}\n".encode() + body + b"\n"
        signature = key.sign(message, padding.PKCS1v15(), SHA256())
        return {
            "Hall-Timestamp": timestamp,
            "Hall-Nonce": nonce,
            "Hall-Serial": self._serial,
            "Hall-Signature": base64.b64encode(signature).decode(),
        }

    def _refreshed(self) -> rsa.RSAPrivateKey | None:
        if self._path is None:
            return None
        try:
            stat = self._path.stat()
            if self._seen != (stat.st_mtime_ns, stat.st_ino):
                self._key, self._seen = _load(self._path.read_bytes()), (stat.st_mtime_ns, stat.st_ino)
        except (OSError, ValueError, TypeError) as error:
            raise Transient(f"本方签名密钥无法读取：{self._path}") from error
        return self._key


def _load(pem: bytes) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("an RSA key is agreed upon with the bank")
    return key
