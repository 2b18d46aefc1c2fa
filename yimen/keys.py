"""Keys under which personal data lies in a database, and the seal that each puts on.

Guarantees: AES-256-GCM with a fresh nonce for each value; a sealed value names its key, so any number of keys may be known
at once: the first one writes, all of them read. What was never sealed is read as it is. A value is found again by a keyed
hash of it (`marks`), which tells nobody without the keys what it is a hash of. Decision 0066.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from hmac import digest
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yimen.errors import Permanent, Unavailable

PREFIX: Final = "sealed1:"
PLAIN: Final = "plain"
"""In the place of a key: values are written as they are."""

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class UnknownKey(Unavailable):
    """Sealed under a key that this process was not told: until it is, nothing is acknowledged and nothing lost."""


class Altered(Permanent):
    """What was sealed is not what is there now."""


class NoKeys(ValueError):
    """What was told is no list of keys."""


@dataclass(frozen=True)
class Key:
    """One secret of 32 bytes; what it seals with and what it hashes with are derived from it."""

    secret: bytes = field(repr=False)

    @cached_property
    def name(self) -> str:
        return sha256(b"yimen key name" + self.secret).hexdigest()[:8]

    @cached_property
    def prefix(self) -> str:
        return f"{PREFIX}{self.name}:"

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._derived(b"yimen seal"))

    @cached_property
    def _hashing(self) -> bytes:
        return self._derived(b"yimen mark")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(self.secret)

    def seal(self, value: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, self.prefix.encode())

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self.prefix.encode())
        except (InvalidTag, ValueError) as altered:
            raise Altered(f"sealed under the key {self.name}, and altered since") from altered

    def mark(self, value: str) -> str:
        return f"{self.name}:{digest(self._hashing, value.encode(), 'sha256').hex()[:40]}"


@dataclass(frozen=True)
class Keys:
    """`writer`: under which values are written; None: as they are. `known`: which are read, the writer among them."""

    writer: Key | None = None
    known: tuple[Key, ...] = ()

    @classmethod
    def told(cls, words: str) -> Self:
        """Keys in base64, 32 bytes each, apart by commas or white space; the first one writes. Raises `NoKeys`."""
        named = words.replace(",", " ").split()
        if not named:
            raise NoKeys("no key is named")
        if PLAIN in named[1:]:
            raise NoKeys(f"`{PLAIN}` stands first, or nowhere")
        keys = tuple(_key(word) for word in named if word != PLAIN)
        return cls(None if named[0] == PLAIN else keys[0], keys)

    @cached_property
    def _by_name(self) -> dict[str, Key]:
        return {key.name: key for key in self.known}

    # -- text, which says by its prefix whether it is sealed --------------------------------------------------------

    def seal(self, value: str) -> str:
        if self.writer is None:
            return value
        return self.writer.prefix + urlsafe_b64encode(self.writer.seal(value.encode())).decode()

    def open(self, stored: str) -> str:
        if not stored.startswith(PREFIX):
            return stored
        name, _colon, sealed = stored.removeprefix(PREFIX).partition(":")
        return self._named(name).open(urlsafe_b64decode(sealed)).decode()

    def seal_bytes(self, value: bytes) -> bytes:
        return value if self.writer is None else self.writer.prefix.encode() + self.writer.seal(value)

    def open_bytes(self, stored: bytes) -> bytes:
        if not stored.startswith(PREFIX.encode()):
            return stored
        name, _colon, sealed = stored.removeprefix(PREFIX.encode()).partition(b":")
        return self._named(name.decode()).open(sealed)

    def _named(self, name: str) -> Key:
        if name not in self._by_name:
            raise UnknownKey(f"sealed under the key {name}, which is not among YIMEN_DATA_KEYS")
        return self._by_name[name]

    # -- finding ----------------------------------------------------------------------------------------------------

    def mark(self, value: str) -> str:
        """What is stored to find the value by."""
        return value if self.writer is None else self.writer.mark(value)

    def marks(self, value: str) -> list[str]:
        """What may be stored to find it by: under each key that is known, and from before there were any."""
        return [*(key.mark(value) for key in self.known), value]


def new_key() -> str:
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def _key(word: str) -> Key:
    try:
        secret = urlsafe_b64decode(word.replace("+", "-").replace("/", "_"))
    except (NotBase64, ValueError) as wrong:
        raise NoKeys("a key is not base64") from wrong
    if len(secret) != KEY_BYTES:
        raise NoKeys(f"a key has {len(secret)} bytes instead of {KEY_BYTES}")
    return Key(secret)
