"""Bearer tokens (RFC 6750, RFC 7519) of one issuer, verified by its published keys.

Guarantees: only asymmetric signatures by a key that the issuer publishes; issuer, audience, expiry and not-before
checked against real time, never against the hall's movable clock; an issuer that is down closes nobody out whose key
is known. Does not: ask the issuer whether a token was revoked; tokens are short-lived for that.
"""

import asyncio
import hashlib
import warnings
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import extract_compact

from yimen.clock import Clock, SystemClock
from yimen.web.identity import Principal, Role, unauthenticated
from yimen.web.problems import Problem

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
LEEWAY = 30  # seconds that two machines' clocks may differ
AGAIN_AFTER = timedelta(seconds=10)
OLD_AFTER = timedelta(minutes=10)
TOKEN_LIMIT = 8192
REMEMBERED = 2048

PublicKey = RSAKey | ECKey | OKPKey
FetchKeys = Callable[[], Awaitable[dict[str, Any]]]


class Keys:
    """The issuer's public keys by id: fetched when first needed, again for an unknown id, and when they grow old."""

    def __init__(self, fetch: FetchKeys, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: dict[str, PublicKey] = {}
        self._tried: datetime | None = None
        self._fetched: datetime | None = None
        self.generation = 0  # counts the changes of the key set

    async def find(self, kid: str) -> PublicKey | None:
        # Nobody whose key is known waits for an issuer that is slow to answer somebody else.
        if self._due(kid) and not (kid in self._keys and self._lock.locked()):
            async with self._lock:
                if self._due(kid):
                    await self._refresh()
        if self._fetched is None:
            raise _unreachable()
        return self._keys.get(kid)

    def _due(self, kid: str) -> bool:
        now = self._clock.now()
        if self._tried is not None and now - self._tried < AGAIN_AFTER:
            return False
        return kid not in self._keys or self._fetched is None or now - self._fetched > OLD_AFTER

    async def _refresh(self) -> None:
        try:
            fetched = _usable(await self._fetch())
        except (httpx.HTTPError, OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
            log.warning("identity_keys_not_fetched", error=repr(error), known=len(self._keys))
            return
        finally:
            self._tried = self._clock.now()
        if fetched != self._keys:
            self.generation += 1
        self._keys, self._fetched = fetched, self._clock.now()


class TokenVerifier:
    """Turns a bearer token into the Principal that it vouches for.

    Keys come from `jwks`: its address, a coroutine function that returns the key set, or, where it is None, the
    address that the issuer's discovery document names. `clock` is real time.
    """

    def __init__(
        self,
        issuer: str,
        audience: str = "yimen",
        jwks: FetchKeys | str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.issuer = issuer
        self._clock = clock or SystemClock()
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys = Keys(jwks if callable(jwks) else lambda: _download(issuer, jwks), self._clock)
        self._verified: dict[bytes, tuple[float, Principal]] = {}
        self._generation = 0

    async def verify(self, token: str) -> Principal:
        """Raises the 401 problem; 503 while no key was ever fetched."""
        digest = hashlib.sha256(token.encode()).digest()
        kid = _key_id(token)
        key = await self._keys.find(kid)
        if self._generation != self._keys.generation:
            self._verified.clear()
            self._generation = self._keys.generation
        known = self._verified.get(digest)
        if known is not None and self._clock.now().timestamp() < known[0]:
            return known[1]
        if key is None:
            raise _refused()
        return self._remember(digest, self._check(token, key))

    def _check(self, token: str, key: PublicKey) -> dict[str, Any]:
        try:
            with warnings.catch_warnings():
                # Issuers of today still say EdDSA, which RFC 9864 renames.
                warnings.simplefilter("ignore", SecurityWarning)
                claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise _refused() from error
        return claims

    def _remember(self, digest: bytes, claims: dict[str, Any]) -> Principal:
        principal = _principal(claims)
        if len(self._verified) >= REMEMBERED:
            self._verified.pop(next(iter(self._verified)))
        self._verified[digest] = (claims["exp"], principal)
        return principal


async def _download(issuer: str, address: str | None) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=3, follow_redirects=False, trust_env=False) as client:
        if address is None:
            found = await _json(client, issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found["issuer"] != issuer:  # OpenID Connect Discovery 4.3
                raise ValueError("the discovery document is another issuer's")
            address = str(found["jwks_uri"])
        return await _json(client, address)


async def _json(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    response = await client.get(address)
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer


def _usable(document: dict[str, Any]) -> dict[str, PublicKey]:
    """Public signature keys with an id. A shared secret (oct) among them would let anybody sign who can read it."""
    wanted = [
        key
        for key in document["keys"]
        if key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig" and key.get("kid")
    ]
    return {str(key.kid): key for key in KeySet.import_key_set({"keys": wanted}).keys if isinstance(key, PublicKey)}


def _key_id(token: str) -> str:
    if len(token) > TOKEN_LIMIT or not token.isascii():
        raise _refused()
    try:
        kid = extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise _refused() from error
    if not isinstance(kid, str):
        raise _refused()
    return kid


def _principal(claims: dict[str, Any]) -> Principal:
    subject = claims["sub"]
    if not 0 < len(subject) <= 200:
        raise _refused()
    name = claims.get("name")
    return Principal(
        id=subject,
        name=name[:200] if isinstance(name, str) and name else subject,
        roles=frozenset(Role(role) for role in _words(claims.get("roles")) if role in set(Role)),
        departments=frozenset(_words(claims.get("departments"))),
    )


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _refused() -> Problem:
    """One answer for whatever is wrong with a token: the caller cannot mend it, and a forger need not know."""
    return unauthenticated(
        "登录已失效", "登录凭证无效或已过期，请重新登录。", 'Bearer realm="yimen", error="invalid_token"'
    )


def _unreachable() -> Problem:
    detail = "身份认证平台暂时无法连接，请稍后重试。"
    return Problem(503, "identity-unreachable", "暂时无法核验身份", detail, headers={"Retry-After": "10"})
