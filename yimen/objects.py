"""Where bytes are kept that are too many for a row: a folder, or a bucket that speaks S3 (`obstore`).

Guarantees: what `put` returned from is kept, in a folder also through a power cut; an object lies under its own
sha256, is written whole or not at all, and never changes, so that the same content is stored once and to put it
again is harmless. Does not: know who may read, or whether a row names the object (decision 0021).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url
from sqlalchemy import make_url

from yimen.errors import Transient

PIECE = 256 * 1024
RETRY_FOR = timedelta(seconds=20)
"""Whoever waits at the screen is told to come back, rather than kept for minutes."""


class StoreDown(Transient):
    """The object store does not answer, or has no room."""


class Objects:
    """`Objects.at("file:///var/lib/yimen/materials")`, `Objects.at("s3://bucket/prefix")`; credentials as AWS's own
    tools read them from the environment."""

    def __init__(self, store: ObjectStore | MemoryStore) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str) -> "Objects":
        parts = urlsplit(url)
        if parts.scheme != "file":
            return cls(from_url(url, retry_config={"max_retries": 2, "retry_timeout": RETRY_FOR}))
        return cls(LocalStore(Path(unquote(parts.path)), mkdir=True))

    async def put(self, sha256: str, content: bytes) -> None:
        """Raises `StoreDown`."""
        key = _key(sha256)
        with _outages():
            await obstore.put_async(self._store, key, content, use_multipart=False)
            await asyncio.to_thread(self._sync, key)

    async def get(self, sha256: str) -> AsyncIterator[bytes]:
        """The content in pieces, to be read once. Raises `StoreDown` before the first piece."""
        with _outages():
            found = await obstore.get_async(self._store, _key(sha256))
        return _pieces(found.stream(min_chunk_size=PIECE))

    def copy_to(self, other: "Objects") -> int:
        """All that the other lacks; how many were missing there. Raises `StoreDown`.

        For programs, and so it blocks: Python aborts one that ends while a thread of obstore still answers what was awaited.
        """
        copied = 0
        with _outages():
            for portion in obstore.list(self._store):
                for key in (meta["path"] for meta in portion):
                    if not other._holds(key):
                        obstore.put(other._store, key, obstore.get(self._store, key).bytes(), use_multipart=False)
                        other._sync(key)
                        copied += 1
        return copied

    def _holds(self, key: str) -> bool:
        try:
            obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def _sync(self, key: str) -> None:
        """In a folder: the bytes, and the names on the way to them: a commit that follows must not outlive what it names."""
        if not isinstance(self._store, LocalStore) or self._store.prefix is None:
            return
        path = Path(self._store.prefix) / key
        for place in (path, *list(path.parents)[:3]):
            handle = os.open(place, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def beside(database_url: str, folder: str) -> str:
    """Where objects are kept unless it is set: a folder beside the SQLite file, with PostgreSQL under `var`."""
    database = make_url(database_url)
    is_file = database.get_backend_name() == "sqlite" and database.database
    return ((Path(is_file).parent if is_file else Path("var")) / folder).absolute().as_uri()


async def _pieces(stream: "obstore.BytesStream") -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


def _key(sha256: str) -> str:
    """Two levels, so that no folder grows without bound."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise  # an object that a row names is gone: no passing trouble
    except (BaseError, OSError) as down:
        raise StoreDown(f"the object store failed: {type(down).__name__}") from down
