"""The key that roots are signed with: Ed25519, in a PEM file that is read each time, so that a new one takes effect at once.

Guarantees: the public half of every key that ever signed stays published.
"""

from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy import select

from services.monitor.context import Context
from services.monitor.tables import seal_keys
from yimen.bus import Unit, View
from yimen.errors import Transient
from yimen.proofs import public_key


def read_key(path: Path) -> OKPKey:
    """Raises `Transient` for a file that is missing or holds no such key: an operator mends it, and sealing goes on."""
    try:
        key = OKPKey.import_key(path.read_bytes())
    except (OSError, ValueError, TypeError, JoseError) as error:
        raise Transient(f"日志封存的签名密钥无法读取：{path}") from error
    if key["crv"] != "Ed25519" or not key.is_private:
        raise Transient(f"日志封存的签名密钥不是Ed25519私钥：{path}")
    return key


async def published(view: View[Context]) -> dict[str, Any]:
    """A JWK set (RFC 7517), oldest first."""
    rows = await view.execute(select(seal_keys.c.jwk).order_by(seal_keys.c.since, seal_keys.c.key_id))
    return {"keys": list(rows.scalars())}


async def publish(unit: Unit[Context], key: OKPKey) -> None:
    row = {"key_id": key.thumbprint(), "jwk": public_key(key), "since": unit.now}
    await unit.execute(unit.insert(seal_keys).values(**row).on_conflict_do_nothing())
