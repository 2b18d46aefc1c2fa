"""The played identity provider, used as a real one is."""

import re
import secrets
import socket
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from sim.identity import challenge_of, identity_app, is_loopback, kept_key, mint, new_key
from sim.people import PEOPLE
from yimen.departments import DEPARTMENTS
from yimen.ids import check_credit_code, check_resident_id
from yimen.web import Role, TokenVerifier

ISSUER = "http://127.0.0.1:8080/identity"
BACK = "http://127.0.0.1:8080/signed-in"


def in_the_hall(app: Starlette) -> Starlette:
    """Mounted below a path, as the embedded hall has it."""
    return Starlette(routes=[Mount("/identity", app)])


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(in_the_hall(identity_app(ISSUER)))
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as made:
        yield made


def verifier_of(client: httpx.AsyncClient, audience: str = "yimen") -> TokenVerifier:
    async def jwks() -> dict[str, object]:
        return dict((await client.get("/jwks")).json())

    return TokenVerifier(ISSUER, audience, jwks)


def question(verifier: str, **more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": "hall",
        "redirect_uri": BACK,
        "state": "s1",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    } | more


async def code_for(client: httpx.AsyncClient, verifier: str, **more: str) -> str:
    answer = await client.get("/authorize", params=question(verifier, person="chief-fire", **more))
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def exchange(code: str, verifier: str, **more: str) -> dict[str, str]:
    usual = {"grant_type": "authorization_code", "client_id": "hall", "redirect_uri": BACK}
    return usual | {"code": code, "code_verifier": verifier} | more


async def test_signing_in_by_code_gives_tokens_that_the_hall_accepts(client: httpx.AsyncClient) -> None:
    verifier = secrets.token_urlsafe(48)
    code = await code_for(client, verifier, nonce="n1")
    tokens = (await client.post("/token", data=exchange(code, verifier))).json()
    principal = await verifier_of(client).verify(tokens["access_token"])
    assert (principal.id, principal.name) == ("chief-fire", "周卫东")
    assert principal.roles == {Role.CHIEF_REPRESENTATIVE}
    assert principal.departments == {"fire"}
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 8 * 3600
    assert (await verifier_of(client, "hall").verify(tokens["id_token"])).id == "chief-fire"


async def test_a_code_works_once(client: httpx.AsyncClient) -> None:
    verifier = secrets.token_urlsafe(48)
    code = await code_for(client, verifier)
    assert (await client.post("/token", data=exchange(code, verifier))).status_code == 200
    again = await client.post("/token", data=exchange(code, verifier))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("changed", [{"code_verifier": "x" * 50}, {"client_id": "other"}, {"redirect_uri": BACK + "2"}])
async def test_a_code_is_worth_nothing_to_somebody_else(client: httpx.AsyncClient, changed: dict[str, str]) -> None:
    verifier = secrets.token_urlsafe(48)
    code = await code_for(client, verifier)
    answer = await client.post("/token", data=exchange(code, verifier) | changed)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_the_page_lists_everybody_one_click_each(client: httpx.AsyncClient) -> None:
    page = (await client.get("/authorize", params=question("v" * 43))).text
    links = list(dict.fromkeys(unescape(link) for link in re.findall(r'href="([^"]+)"', page)))
    assert len(links) == len(PEOPLE)
    assert all(person.name in page for person in PEOPLE.values())
    click = await client.get("/authorize" + links[0])
    assert click.headers["location"].startswith(BACK + "?code=")


async def test_the_page_begins_with_one_person_of_each_role(client: httpx.AsyncClient) -> None:
    page = (await client.get("/people")).text
    first = page.split("<h2>")[1]
    assert first.startswith("每种角色一位")
    shown = [PEOPLE[found] for found in re.findall(r"<code>([^<]*)</code>", first)]
    assert sorted(role for person in shown for role in person.roles) == sorted(Role)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://localhost\\.evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "",
        "http://[::1",
    ],
)
async def test_nobody_is_sent_to_another_machine(client: httpx.AsyncClient, address: str) -> None:
    assert not is_loopback(address)
    answer = await client.get("/authorize", params=question("v" * 43, redirect_uri=address, person="leader"))
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_without_pkce_there_is_no_code(client: httpx.AsyncClient) -> None:
    asked = question("v" * 43, person="leader") | {"code_challenge_method": "plain"}
    answer = await client.get("/authorize", params=asked)
    assert "error=invalid_request" in answer.headers["location"]
    assert "code=" not in answer.headers["location"]


async def test_scripts_become_a_person_by_naming_one(client: httpx.AsyncClient) -> None:
    answer = await client.post("/token", data={"grant_type": "client_credentials", "person": "clerk-all"})
    principal = await verifier_of(client).verify(answer.json()["access_token"])
    assert principal.departments == set(DEPARTMENTS)
    nobody = await client.post("/token", data={"grant_type": "client_credentials", "person": "nobody"})
    assert nobody.status_code == 400
    password = await client.post("/token", data={"grant_type": "password", "username": "leader", "password": "x"})
    assert password.json()["error"] == "unsupported_grant_type"


async def test_discovery_names_only_addresses_under_the_issuer(client: httpx.AsyncClient) -> None:
    found = (await client.get("/.well-known/openid-configuration")).json()
    assert found["issuer"] == ISSUER
    assert {found[name].removeprefix(ISSUER) for name in found if name.endswith(("_endpoint", "_uri"))} == {
        "/authorize",
        "/token",
        "/jwks",
    }
    keys = (await client.get("/jwks")).json()["keys"]
    assert all("d" not in key for key in keys)


async def test_a_kept_key_keeps_tokens_valid_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "var" / "identity.json"
    token = mint(kept_key(path), PEOPLE["leader"], ISSUER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(in_the_hall(identity_app(ISSUER, path))), base_url=ISSUER
    ) as after:
        assert (await verifier_of(after).verify(token)).id == "leader"


async def test_a_stranger_s_key_opens_nothing(client: httpx.AsyncClient) -> None:
    with pytest.raises(Exception, match="401"):
        await verifier_of(client).verify(mint(new_key(), PEOPLE["leader"], ISSUER))


def test_every_role_is_played_and_each_department_is_fully_staffed() -> None:
    assert {role for person in PEOPLE.values() for role in person.roles} == set(map(str, Role))
    for code in DEPARTMENTS:
        staff = {person.roles[0] for person in PEOPLE.values() if person.departments == (code,)}
        assert staff == {"window_clerk", "section_officer", "chief_representative", "organ_head", "integrator"}
    assert len({person.name for person in PEOPLE.values()}) == len(PEOPLE)


def test_citizens_carry_valid_numbers() -> None:
    check_resident_id(PEOPLE["zhang-xiaomei"].id_number)
    check_resident_id(PEOPLE["li-qiang"].id_number)
    check_credit_code(PEOPLE["agent-chengyuan"].id_number)


@pytest.fixture
def provider_address() -> Iterator[str]:
    """The provider behind a real server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        issuer = f"http://127.0.0.1:{door.getsockname()[1]}/identity"
        config = uvicorn.Config(in_the_hall(identity_app(issuer)), log_level="critical", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        yield issuer
        server.should_exit = True
        thread.join(10)


async def test_the_hall_finds_the_keys_by_discovery(provider_address: str) -> None:
    async with httpx.AsyncClient(base_url=provider_address, trust_env=False) as client:
        answer = await client.post("/token", data={"grant_type": "client_credentials", "person": "leader"})
    token = answer.json()["access_token"]
    assert (await TokenVerifier(provider_address).verify(token)).id == "leader"
    assert (await TokenVerifier(provider_address, jwks=f"{provider_address}/jwks").verify(token)).id == "leader"


async def test_a_provider_that_gives_itself_for_another_is_not_believed(provider_address: str) -> None:
    with pytest.raises(Exception, match="503"):
        await TokenVerifier(provider_address.replace("127.0.0.1", "localhost")).verify(
            mint(new_key(), PEOPLE["leader"], provider_address)
        )
