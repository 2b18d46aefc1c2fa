"""What stands beside the services: PostgreSQL's roles tried on a real server, and what Keycloak would vouch for."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from joserfc import jwt
from sqlalchemy import make_url

from deploy.secret_files import make
from sim.identity import new_key
from tests.support.deployed import DEFINITIONS, HOST
from tests.support.parts import RealParts
from tests.support.postgres import PrivatePostgres, blocking, run_sql
from yimen.departments import DEPARTMENTS
from yimen.web import Principal, Problem, Role
from yimen.web.tokens import TokenVerifier

DEPLOY = Path(__file__).parents[1] / "deploy"
REALM = json.loads((DEPLOY / "keycloak" / "realm.json").read_text("utf-8"))
ISSUER = f"https://{HOST}/identity/realms/county"


# -- PostgreSQL --------------------------------------------------------------------------------------------------------


class Server:
    """A PostgreSQL that asks everybody but its administrator for a password, with the house's roles in it."""

    def __init__(self, parts: RealParts, secrets: Path) -> None:
        self.secrets = secrets
        self.names = [path.name.removesuffix("_database_password") for path in secrets.glob("*_database_password")]
        self.part = PrivatePostgres(parts.sandbox, "postgres-roles")
        self.part.start()
        rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (self.part.folder / "data" / "pg_hba.conf").write_text(rules)
        run_sql(self.part.url, "SELECT pg_reload_conf()")

    def initialise(self) -> None:
        environment = {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self.part.port)}
        command = ["sh", str(DEPLOY / "postgres" / "init.sh")]
        environment["YIMEN_SECRETS"] = str(self.secrets)
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    def address(self, role: str, database: str, password: str | None = None) -> str:
        told = password or (self.secrets / f"{role}_database_password").read_text()
        url = make_url(f"postgresql://127.0.0.1:{self.part.port}/{database}")
        return url.set(username=f"yimen_{role}", password=told).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def server(real_parts: RealParts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if reason := real_parts.missing():
        pytest.skip(reason)
    secrets = tmp_path_factory.mktemp("secrets") / "made"
    make(secrets, HOST, DEFINITIONS)
    made = Server(real_parts, secrets)
    made.initialise()
    yield made
    made.part.close()


async def test_each_role_reaches_its_own_database_and_no_other(server: Server) -> None:
    databases = [*(f"yimen_{name}" for name in server.names), "postgres", "template1"]
    assert len(server.names) == 9
    reached = set()
    for role in server.names:
        for database in databases:
            try:
                connection = await asyncpg.connect(server.address(role, database))
            except asyncpg.InsufficientPrivilegeError:
                continue
            await connection.execute("CREATE TABLE mine (id int); DROP TABLE mine")
            await connection.close()
            reached.add((role, database))
    assert reached == {(name, f"yimen_{name}") for name in server.names}


async def test_a_role_is_nothing_but_its_databases_owner(server: Server) -> None:
    connection = await asyncpg.connect(server.address("fees", "yimen_fees"))
    try:
        for statement in (
            "CREATE ROLE other",
            "CREATE DATABASE other",
            "SET ROLE yimen_intake",
            "COPY (SELECT 1) TO PROGRAM 'true'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.address("fees", "yimen_fees", "wrong"))


async def test_a_changed_password_holds_once_the_script_has_run_again_and_what_is_stored_stays(server: Server) -> None:
    before = server.address("notify", "yimen_notify")
    run_sql(before, "CREATE TABLE kept (id int)")
    password = server.secrets / "notify_database_password"
    password.unlink()
    make(server.secrets, HOST, DEFINITIONS)
    server.initialise()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(before)
    assert run_sql(server.address("notify", "yimen_notify"), "SELECT count(*) FROM kept") == 0
    assert password.read_text() in (server.secrets / "notify_database_url").read_text()


# -- Keycloak, which is not run: what its mappers say of somebody, asked of our verifier -------------------------------


def claims_of(client: dict[str, Any], person: dict[str, Any], token: str) -> dict[str, Any]:
    """What Keycloak's built-in mappers of this client's scopes put into an access token or an ID token (`token`)."""
    scopes = {scope["name"]: scope for scope in REALM["clientScopes"]}
    claims: dict[str, Any] = {"iss": ISSUER, "exp": 4_000_000_000, "iat": 1_700_000_000}
    claims |= {"aud": client["clientId"]} if token == "id" else {}
    for name in client["defaultClientScopes"]:
        for mapper in scopes[name]["protocolMappers"]:
            if mapper["config"].get(f"{token}.token.claim") == "true":
                claims |= told_by(mapper, person)
    return claims


def told_by(mapper: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    config = mapper["config"]
    many = config.get("multivalued") == "true"
    match mapper["protocolMapper"]:
        case "oidc-sub-mapper":
            return {"sub": person["id"]}
        case "oidc-usermodel-realm-role-mapper":
            assert many
            return {config["claim.name"]: [*person["realmRoles"], "default-roles-county"]}
        case "oidc-usermodel-attribute-mapper":
            values = person["attributes"].get(config["user.attribute"], [])
            return {config["claim.name"]: values if many else values[0]} if values else {}
        case "oidc-audience-mapper":
            return {"aud": [config["included.custom.audience"]]}
        case "oidc-usersessionmodel-note-mapper":
            return {config["claim.name"]: 1_700_000_000}
    raise AssertionError(mapper["protocolMapper"])


def client_named(name: str) -> dict[str, Any]:
    (found,) = (client for client in REALM["clients"] if client["clientId"] == name)
    return dict(found)


def verified(claims: dict[str, Any]) -> Principal:
    key = new_key()

    async def keys() -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False)]}

    token = jwt.encode({"alg": REALM["defaultSignatureAlgorithm"], "kid": key.kid}, claims, key, algorithms=["ES256"])
    return blocking(TokenVerifier(ISSUER, "yimen", keys).verify(token))


CLERK = {
    "id": "0c1f0d0e-7a3f-4a54-9d2c-2f5a1f6f0001",
    "realmRoles": ["window_clerk"],
    "attributes": {"name": ["赵铁军"], "departments": ["fire", "housing"]},
}


def test_a_clerk_who_signs_in_at_the_hall_is_who_the_realm_says() -> None:
    hall = client_named("yimen-hall")
    known = verified(claims_of(hall, CLERK, "access"))
    assert known == Principal(CLERK["id"], "赵铁军", frozenset({Role.WINDOW_CLERK}), frozenset({"fire", "housing"}))
    told = claims_of(hall, CLERK, "id")  # the pages read these (hall/src/kit/oidc.ts)
    assert (told["aud"], told["name"], told["departments"]) == ("yimen-hall", "赵铁军", ["fire", "housing"])
    assert "window_clerk" in told["roles"]


@pytest.mark.parametrize("code", DEPARTMENTS)
def test_each_departments_system_is_an_integrator_of_its_department(code: str) -> None:
    client = client_named(f"dept.{code}")
    (person,) = (one for one in REALM["users"] if one["serviceAccountClientId"] == client["clientId"])
    known = verified(claims_of(client, {"id": f"id-{code}", **person}, "access"))
    assert (known.roles, known.departments) == ({Role.INTEGRATOR}, {code})
    assert client["secret"] == f"${{CLIENT_SECRET_{code.upper()}}}"
    flows = ("standardFlowEnabled", "implicitFlowEnabled", "directAccessGrantsEnabled", "publicClient")
    assert not any(client[flow] for flow in flows)


def test_a_token_of_another_client_of_the_realm_opens_nothing() -> None:
    """Keycloak makes clients of its own (admin-cli, account-console): they get the realm's default scopes."""
    other = {"clientId": "admin-cli", "defaultClientScopes": REALM["defaultDefaultClientScopes"]}
    with pytest.raises(Problem, match="unauthenticated"):
        verified(claims_of(other, CLERK, "access"))


def test_the_halls_client_is_public_and_bound_to_pkce_and_to_one_address() -> None:
    hall = client_named("yimen-hall")
    assert hall["publicClient"]
    assert hall["attributes"]["pkce.code.challenge.method"] == "S256"
    assert hall["redirectUris"] == ["${HALL_ORIGIN}/signed-in"]
    assert hall["webOrigins"] == ["${HALL_ORIGIN}"]
    assert not hall["implicitFlowEnabled"]
    assert not hall["directAccessGrantsEnabled"]


def test_nobody_gives_themselves_a_department_or_a_name() -> None:
    (profile,) = REALM["components"]["org.keycloak.userprofile.UserProfileProvider"]
    told = json.loads(profile["config"]["kc.user.profile.config"][0])
    may_edit = {one["name"]: one["permissions"]["edit"] for one in told["attributes"]}
    assert may_edit["departments"] == may_edit["name"] == may_edit["username"] == ["admin"]
    assert told["unmanagedAttributePolicy"] == "DISABLED"
    assert not REALM["registrationAllowed"]


def test_the_realm_knows_every_role_but_the_demonstrations_and_no_secret() -> None:
    assert {role["name"] for role in REALM["roles"]["realm"]} == set(Role) - {Role.CLOCK_KEEPER}
    text = (DEPLOY / "keycloak" / "realm.json").read_text("utf-8")
    assert {
        value for value in re.findall(r'"secret": "([^"]*)"', text) if not re.fullmatch(r"\$\{[A-Z_]+\}", value)
    } == set()
    assert "credentials" not in text


def test_keycloaks_start_reads_its_passwords_from_the_secret_and_hides_none_in_its_arguments(tmp_path: Path) -> None:
    make(tmp_path / "secrets", HOST, DEFINITIONS)
    program = tmp_path / "kc.sh"
    program.write_text('#!/bin/bash\nenv > "$0.environment"\nprintf "%s\\n" "$@" > "$0.arguments"\n')
    program.chmod(0o755)
    told = {
        "KEYCLOAK_ENVIRONMENT": str(tmp_path / "secrets" / "keycloak_environment"),
        "KEYCLOAK_PROGRAM": str(program),
    }
    subprocess.run(["bash", str(DEPLOY / "keycloak" / "start.sh")], env={**os.environ, **told}, check=True)
    environment = dict(line.split("=", 1) for line in (tmp_path / "kc.sh.environment").read_text().splitlines())
    for code in DEPARTMENTS:
        secret = (tmp_path / "secrets" / f"client_{code}").read_text()
        assert environment[f"CLIENT_SECRET_{code.upper()}"] == secret
    assert environment["KC_DB_PASSWORD"] == (tmp_path / "secrets" / "keycloak_database_password").read_text()
    assert (tmp_path / "kc.sh.arguments").read_text().split() == ["start", "--optimized", "--import-realm"]
