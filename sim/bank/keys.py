"""The bank's keys: those it signs with, by serial, and the one that it shares with fees to seal what it says.

Guarantees: kept in a folder, made at the first start, the same after a restart; `keys.json` there holds the public keys, and
is replaced in one step. Two serials are active at a time; rotating adds a new one and retires the older.
"""

import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

ALGORITHM = "RSA-SHA256"
ACTIVE = 2


class KeyRing:
    """`public_file` and `message_key` are what fees has to be told. `bits` fewer than usual: for long soaks only."""

    def __init__(self, folder: Path, bits: int = 2048) -> None:
        self._folder = folder
        self._bits = bits
        folder.mkdir(parents=True, exist_ok=True)
        self.public_file = folder / "keys.json"
        self._private: dict[str, RSAPrivateKey] = {}
        for path in sorted(folder.glob("*.pem")):
            key = load_pem_private_key(path.read_bytes(), None)
            assert isinstance(key, RSAPrivateKey)
            self._private[path.stem] = key
        while len(self._private) < ACTIVE:
            self._add()
        self._publish()
        self.message_key = self._shared()

    @property
    def serials(self) -> list[str]:
        """Oldest first."""
        return list(self._private)

    def private(self, serial: str) -> RSAPrivateKey:
        return self._private[serial]

    def public(self) -> dict[str, list[dict[str, str]]]:
        keys = [
            {
                "serial": serial,
                "algorithm": ALGORITHM,
                "public_key": key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
            }
            for serial, key in self._private.items()
        ]
        return {"keys": keys}

    def rotate(self) -> str:
        """The new serial. What was signed with the retired one is no longer the bank's word."""
        serial = self._add()
        oldest = self.serials[0]
        del self._private[oldest]
        (self._folder / f"{oldest}.pem").unlink()
        self._publish()
        return serial

    def _add(self) -> str:
        serial = f"BK{max((int(known[2:]) for known in self._private), default=0) + 1:06}"
        key = generate_private_key(public_exponent=65537, key_size=self._bits)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _replace(self._folder / f"{serial}.pem", pem)
        self._private[serial] = key
        return serial

    def _publish(self) -> None:
        _replace(self.public_file, json.dumps(self.public(), indent=2).encode(), 0o644)

    def _shared(self) -> bytes:
        path = self._folder / "message.key"
        if not path.exists():
            _replace(path, secrets.token_hex(32).encode())
        return bytes.fromhex(path.read_text())


def _replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """The old content or the new, never a part; unless said otherwise for our eyes only."""
    new = path.with_suffix(".new")
    new.touch(mode)
    new.write_bytes(content)
    os.replace(new, path)
