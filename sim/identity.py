"""The county's identity provider, played: OpenID Connect discovery, keys, sign-in by choosing who to be, tokens.

Guarantees: the same protocol as a real provider (authorization code with PKCE, RFC 7636), so that nothing but
addresses changes when one takes its place; a code works once, for a minute, for who asked for it; a browser is only
ever sent on to this machine. Does not: ask for a password. Whoever reaches it can be anybody: it is for
demonstrations, never for use.
"""

import base64
import hashlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sim.people import PEOPLE, Person
from yimen.departments import DEPARTMENTS

AUDIENCE = "yimen"
LIFETIME = 8 * 3600  # seconds: a working day
CODE_LIFETIME = 60
STATIONS = "乡镇和村"
ONE_OF_EACH = "每种角色一位"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>统一身份认证（演示）</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 16px/1.6 system-ui, "Noto Sans SC", "Microsoft YaHei", sans-serif; max-width: 52rem; margin: 2rem auto;
       padding: 0 1rem; color: #1f2329 }}
h2 {{ font-size: 1rem; margin: 1.5rem 0 .3rem }}
ul {{ list-style: none; padding: 0; display: grid; gap: .5rem;
       grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)) }}
h1 {{ font-size: 1.5rem; line-height: 1.3 }}
li > a, span.p {{ display: block; border: 1px solid #c9cdd4; border-radius: 6px; padding: .5rem .8rem; color: inherit;
       text-decoration: none }}
a:hover, a:focus {{ border-color: #1456c0; background: #eef4ff }}
:focus-visible {{ outline: 3px solid #b45309; outline-offset: 2px }}
small {{ color: #5b6470; display: block; font-size: .9rem }}
code {{ overflow-wrap: anywhere }}
</style></head><body><main><h1>统一身份认证（演示）</h1><p>{lead}</p>{groups}</main></body></html>"""


@dataclass(frozen=True)
class Grant:
    """What a code stands for until it is exchanged."""

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    ends: float


class Refusal(Exception):
    """An OAuth error (RFC 6749 5.2)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def new_key() -> ECKey:
    key = ECKey.generate_key("P-256")
    return ECKey.import_key(key.as_dict(private=True) | {"kid": key.thumbprint(), "use": "sig", "alg": "ES256"})


def kept_key(path: Path) -> ECKey:
    """The key in `path`, made there (for the owner's eyes only) if there is none: tokens outlive a restart."""
    try:
        return ECKey.import_key(json.loads(path.read_text(encoding="ascii")))
    except FileNotFoundError:
        pass
    key = new_key()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept_key(path)
    with open(handle, "w", encoding="ascii") as file:
        json.dump(key.as_dict(private=True), file)
    return key


def mint(key: ECKey, person: Person, issuer: str, audience: str = AUDIENCE, **claims: Any) -> str:
    """A token that says who `person` is, valid for `LIFETIME` of real time."""
    now = int(time.time())
    usual = {
        "iss": issuer,
        "aud": audience,
        "sub": person.id,
        "name": person.name,
        "roles": list(person.roles),
        "departments": list(person.departments),
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode({"alg": "ES256", "kid": key.kid}, usual | claims, key, algorithms=["ES256"])


class Provider:
    """The provider's endpoints, and the codes that wait to be exchanged."""

    def __init__(self, issuer: str, key: ECKey) -> None:
        self.issuer = issuer.rstrip("/")
        self.key = key
        self._grants: dict[str, Grant] = {}

    async def discover(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "code_challenge_methods_supported": ["S256"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": ["openid", "profile"],
            }
        )

    async def show_keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def show_people(self, _request: Request) -> Response:
        return _page("演示人物一览。", lambda person: f'<span class="p">{_card(person)}<code>{person.id}</code></span>')

    async def authorize(self, request: Request) -> Response:
        """Without `person`: the page to choose on. With: back to who asked, with a code."""
        asked = dict(request.query_params)
        redirect = asked.get("redirect_uri", "")
        if not is_loopback(redirect):
            return HTMLResponse("<!doctype html><p>redirect_uri 只能是本机地址。</p>", 400)
        if problem := _unfit(asked):
            return _back(redirect, error="invalid_request", error_description=problem, state=asked.get("state"))
        person = PEOPLE.get(asked.get("person", ""))
        if person is None:
            return _page("请选择您的身份，点击即登录。", lambda one: _choice(asked, one))
        return _back(redirect, code=self._grant(person, asked), state=asked.get("state"))

    async def give_token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
        try:
            answer = self._answer(form)
        except Refusal as refusal:
            answer = {"error": refusal.error, "error_description": refusal.description}
        status = 400 if "error" in answer else 200
        return JSONResponse(answer, status, headers={"Cache-Control": "no-store"})

    def _grant(self, person: Person, asked: dict[str, str]) -> str:
        now = time.monotonic()
        self._grants = {code: grant for code, grant in self._grants.items() if grant.ends > now}
        code = secrets.token_urlsafe(24)
        self._grants[code] = Grant(
            person,
            asked["client_id"],
            asked["redirect_uri"],
            asked["code_challenge"],
            asked.get("nonce"),
            now + CODE_LIFETIME,
        )
        return code

    def _answer(self, form: dict[str, str]) -> dict[str, Any]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form)
            case "client_credentials":
                person = PEOPLE.get(form.get("person", ""))
                if person is None:
                    raise Refusal("invalid_request", f"person is one of: {', '.join(PEOPLE)}")
                return self._tokens(person)
        raise Refusal("unsupported_grant_type", "authorization_code or client_credentials")

    def _exchange(self, form: dict[str, str]) -> dict[str, Any]:
        grant = self._grants.pop(form.get("code", ""), None)
        if grant is None or grant.ends <= time.monotonic():
            raise Refusal("invalid_grant", "the code is unknown, used or too old")
        if (form.get("client_id"), form.get("redirect_uri")) != (grant.client_id, grant.redirect_uri):
            raise Refusal("invalid_grant", "the code was given to somebody else")
        if not secrets.compare_digest(challenge_of(form.get("code_verifier", "")), grant.challenge):
            raise Refusal("invalid_grant", "code_verifier does not match")
        claims = {} if grant.nonce is None else {"nonce": grant.nonce}
        id_token = mint(self.key, grant.person, self.issuer, grant.client_id, **claims)
        return self._tokens(grant.person) | {"id_token": id_token}

    def _tokens(self, person: Person) -> dict[str, Any]:
        token = mint(self.key, person, self.issuer)
        return {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": "openid profile"}


def challenge_of(verifier: str) -> str:
    """RFC 7636 4.2, S256."""
    digest = hashlib.sha256(verifier.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_loopback(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = parts.username is None and not parts.fragment and "\\" not in address
    return plain and parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK


def identity_app(issuer: str, key: ECKey | Path | None = None) -> Starlette:
    """`key`: one to sign with, or the file that keeps one; without, a new one that ends with the process."""
    chosen = kept_key(key) if isinstance(key, Path) else key or new_key()
    provider = Provider(issuer, chosen)
    # A front end under development is served from another port of this machine.
    origins = r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?"
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.discover),
            Route("/jwks", provider.show_keys),
            Route("/authorize", provider.authorize),
            Route("/token", provider.give_token, methods=["POST"]),
            Route("/people", provider.show_people),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origin_regex=origins, allow_methods=["GET", "POST"])],
    )
    app.state.provider = provider
    return app


def _unfit(asked: dict[str, str]) -> str | None:
    if asked.get("response_type") != "code":
        return "response_type must be code"
    if not asked.get("client_id"):
        return "client_id is missing"
    if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
        return "PKCE with S256 is required"
    return None


def _back(redirect: str, **answer: str | None) -> Response:
    query = urlencode({name: value for name, value in answer.items() if value is not None})
    return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}{query}", 302, {"Cache-Control": "no-store"})


def _page(lead: str, show: Any) -> Response:
    """One of each role first, for whoever looks around; then everybody, by where they work."""
    names = (ONE_OF_EACH, "办事群众", "政务服务中心", STATIONS, *DEPARTMENTS.values())
    groups: dict[str, list[str]] = {name: [] for name in names}
    for person in _one_of_each_role():
        groups[ONE_OF_EACH].append(f"<li>{show(person)}</li>")
    for person in PEOPLE.values():
        groups[_group(person)].append(f"<li>{show(person)}</li>")
    body = "".join(f"<h2>{name}</h2><ul>{''.join(found)}</ul>" for name, found in groups.items())
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
    return HTMLResponse(_PAGE.format(lead=lead, groups=body), headers=policy | {"Cache-Control": "no-store"})


def _one_of_each_role() -> list[Person]:
    """The first who has it; none twice."""
    first: dict[str, Person] = {}
    for person in PEOPLE.values():
        for role in person.roles:
            first.setdefault(role, person)
    return list(dict.fromkeys(first.values()))


def _group(person: Person) -> str:
    if person.roles == ("citizen",):
        return "办事群众"
    if len(person.departments) != 1:
        return "政务服务中心"
    return DEPARTMENTS.get(person.departments[0], STATIONS)


def _card(person: Person) -> str:
    return f"{escape(person.name)}<small>{escape(person.title)}</small>"


def _choice(asked: dict[str, str], person: Person) -> str:
    return f'<a href="?{escape(urlencode(asked | {"person": person.id}))}">{_card(person)}</a>'
