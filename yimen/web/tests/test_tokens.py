"""Which tokens open a route, and what happens when the issuer changes its keys or is away."""

import asyncio
import base64
import hmac
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from yimen.clock import FrozenClock, SystemClock
from yimen.web import Problem, Role, TokenVerifier
from yimen.web.testing import TestIssuer


def b64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def claims(**more: Any) -> dict[str, Any]:
    usual = {"iss": "https://identity.test", "aud": "yimen", "sub": "u1", "exp": int(time.time()) + 600}
    return {name: value for name, value in (usual | more).items() if value is not None}


async def opens(world: Any, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
    answer = await world.client.post("/notes", json={"text": "a"}, headers=headers)
    assert answer.status_code in {201, 401}
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.json()["code"] == "unauthenticated"
        assert answer.json()["title"] == "登录已失效"
    return bool(answer.status_code == 201)


async def test_a_valid_token_opens(world: Any) -> None:
    assert await opens(world, world.issuer.token(Role.CITIZEN))
    assert world.gate.seen == ["u1"]


@dataclass(frozen=True)
class from_now:  # noqa: N801 - reads as the number that it becomes
    """Seconds from when the test runs: worked out at import, it would name the test anew each second, and grow old."""

    seconds: int


WRONG_CLAIMS: list[dict[str, Any]] = [
    {"exp": from_now(-31)},
    {"exp": None},
    {"exp": "tomorrow"},
    {"exp": True},
    {"nbf": from_now(600)},
    {"aud": "another-hall"},
    {"aud": ["a", "b"]},
    {"aud": None},
    {"iss": "https://identity.test.evil"},
    {"iss": None},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "x" * 201},
]


@pytest.mark.parametrize("wrong", WRONG_CLAIMS, ids=str)
async def test_a_token_with_wrong_claims_opens_nothing(world: Any, wrong: dict[str, Any]) -> None:
    key = world.issuer.key
    now = int(time.time())
    wrong = {name: now + value.seconds if isinstance(value, from_now) else value for name, value in wrong.items()}
    said = claims(roles=["citizen"], **wrong)
    assert not await opens(world, jwt.encode({"alg": "ES256", "kid": "test"}, said, key, algorithms=["ES256"]))
    assert world.gate.seen == []


async def test_a_stranger_s_signature_opens_nothing(world: Any) -> None:
    assert not await opens(world, TestIssuer().token(Role.CITIZEN))


async def test_a_token_without_signature_opens_nothing(world: Any) -> None:
    said = b64(claims(roles=["citizen"]))
    for header in ({"alg": "none", "kid": "test"}, {"alg": "None"}, {"alg": "none", "typ": "JWT"}):
        assert not await opens(world, f"{b64(header)}.{said}.")
    assert not await opens(world, f"{b64({'alg': 'ES256', 'kid': 'test'})}.{said}.")


async def test_the_public_key_used_as_a_shared_secret_opens_nothing(world: Any) -> None:
    said = f"{b64({'alg': 'HS256', 'kid': 'test'})}.{b64(claims(roles=['citizen']))}"
    key = world.issuer.key
    for secret in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
        mac = hmac.digest(secret, said.encode(), "sha256")
        assert not await opens(world, f"{said}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "a" * 9000, "a.b.c.d.e", "é.é.é", "e30.e30.e30"])
async def test_nonsense_opens_nothing(world: Any, token: str) -> None:
    with pytest.raises(Problem) as refused:
        await world.issuer.verifier.verify(token)
    assert refused.value.status == 401


@pytest.mark.parametrize("header", [None, "", "Basic dTpw", "Bearer", "Bearer ", "bearer"])
async def test_without_a_token_one_is_asked_to_sign_in(world: Any, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = await world.client.post("/notes", json={"text": "a"}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (401, "尚未登录")
    assert answer.headers["www-authenticate"] == 'Bearer realm="yimen"'


async def test_the_hall_s_movable_clock_neither_opens_nor_closes_a_token(world: Any) -> None:
    world.units.clock.advance(timedelta(days=400))
    assert await opens(world, world.issuer.token(Role.CITIZEN))
    assert not await opens(world, world.issuer.token(Role.CITIZEN, exp=int(time.time()) - 60))


class PlayedIssuer:
    """Counts how often it is asked; can be away, and can change its keys."""

    def __init__(self) -> None:
        self.clock = FrozenClock(SystemClock().now())
        self.keys: list[Any] = [ECKey.generate_key("P-256", parameters={"kid": "one"})]
        self.asked = 0
        self.away = False
        self.more: list[dict[str, Any]] = []
        self.verifier = TokenVerifier("https://identity.test", "yimen", self.jwks, self.clock)

    async def jwks(self) -> dict[str, Any]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise httpx.ConnectError("away")
        return {"keys": [*self.more, *(key.as_dict(private=False) for key in self.keys)]}

    def token(self, kid: str = "one", alg: str = "ES256", **said: Any) -> str:
        key = next(key for key in self.keys if key.kid == kid)
        return jwt.encode({"alg": alg, "kid": kid}, claims(**said), key, algorithms=[alg])

    async def status(self, token: str) -> int:
        try:
            await self.verifier.verify(token)
        except Problem as problem:
            return problem.status
        return 200


async def test_keys_are_asked_for_once_however_many_come_at_once() -> None:
    played = PlayedIssuer()
    assert await asyncio.gather(*(played.status(played.token(sub=f"u{n}")) for n in range(20))) == [200] * 20
    assert played.asked == 1


async def test_a_new_key_is_found_and_an_old_one_withdrawn() -> None:
    played = PlayedIssuer()
    old = played.token()
    assert await played.status(old) == 200
    played.keys = [ECKey.generate_key("P-256", parameters={"kid": "two"})]
    played.clock.advance(timedelta(seconds=11))
    assert await played.status(played.token("two")) == 200
    assert await played.status(old) == 401


async def test_unknown_key_ids_do_not_make_us_a_hammer() -> None:
    played = PlayedIssuer()
    assert await played.status(played.token()) == 200
    stranger = TestIssuer()
    for _ in range(50):
        assert await played.status(stranger.token()) == 401
    assert played.asked == 1
    played.clock.advance(timedelta(seconds=10))
    await played.status(stranger.token())
    await played.status(stranger.token())
    assert played.asked == 2


async def test_an_issuer_that_is_away_closes_nobody_out_whose_key_is_known() -> None:
    played = PlayedIssuer()
    assert await played.status(played.token()) == 200
    played.away = True
    played.clock.advance(timedelta(minutes=11))
    assert await played.status(played.token(sub="u2", exp=int(time.time()) + 3600)) == 200
    assert played.asked == 2


async def test_while_no_key_was_ever_had_the_answer_is_to_come_back_later() -> None:
    played = PlayedIssuer()
    played.away = True
    token = played.token()
    assert await played.status(token) == 503
    played.away = False
    assert await played.status(token) == 503
    assert played.asked == 1
    played.clock.advance(timedelta(seconds=10))
    assert await played.status(token) == 200


async def test_a_token_ends_although_it_was_verified_before() -> None:
    played = PlayedIssuer()
    token = played.token(exp=int(played.clock.now().timestamp()) + 100)
    assert await played.status(token) == 200
    played.clock.advance(timedelta(seconds=129))
    assert await played.status(token) == 200
    played.clock.advance(timedelta(seconds=1))
    assert await played.status(token) == 401


@pytest.mark.parametrize("alg", ["RS256", "Ed25519"])
async def test_the_other_asymmetric_algorithms_open_too(alg: str) -> None:
    played = PlayedIssuer()
    made = RSAKey.generate_key(2048, {"kid": "k"}) if alg == "RS256" else OKPKey.generate_key("Ed25519", {"kid": "k"})
    played.keys = [made]
    assert await played.status(played.token("k", alg)) == 200


async def test_a_shared_secret_or_an_encryption_key_among_the_keys_is_not_used() -> None:
    played = PlayedIssuer()
    secret = OctKey.generate_key(256, {"kid": "shared"})
    sealing = ECKey.generate_key("P-256", {"kid": "sealing"})
    published = sealing.as_dict(private=False) | {"use": "enc"}
    played.more = [secret.as_dict(private=True), published, {"kty": "new-kind", "kid": "n"}]
    token = jwt.encode({"alg": "HS256", "kid": "shared"}, claims(), secret, algorithms=["HS256"])
    assert await played.status(token) == 401
    forged = jwt.encode({"alg": "ES256", "kid": "sealing"}, claims(), sealing, algorithms=["ES256"])
    assert await played.status(forged) == 401
    assert await played.status(played.token()) == 200


async def test_what_a_token_says_is_taken_with_care() -> None:
    played = PlayedIssuer()
    odd = played.token(roles=["citizen", "emperor", 7, None], departments=["fire", {}], name=5)
    principal = await played.verifier.verify(odd)
    assert principal.roles == {Role.CITIZEN}
    assert principal.departments == {"fire"}
    assert (principal.name, principal.staff.name) == ("u1", "u1")
    assert principal.serves("fire")
    assert not principal.serves("market")
    nobody = await played.verifier.verify(played.token(roles="citizen", departments="fire"))
    assert (nobody.roles, nobody.departments) == (frozenset(), frozenset())
