"""Tokens for tests: an issuer that lives in memory and signs whatever a test asks for."""

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from yimen.web.identity import Role
from yimen.web.tokens import TokenVerifier


class TestIssuer:
    """`TestIssuer().verifier` goes into an app; `.headers(Role.WINDOW_CLERK, departments=["fire"])` into a request."""

    __test__ = False  # not a test case, whatever its name says

    def __init__(self, issuer: str = "https://identity.test", audience: str = "yimen") -> None:
        self.issuer = issuer
        self.audience = audience
        self.key = ECKey.generate_key("P-256", parameters={"kid": "test", "use": "sig", "alg": "ES256"})
        self.verifier = TokenVerifier(issuer, audience, self.jwks)

    async def jwks(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def token(
        self, *roles: Role, departments: tuple[str, ...] | list[str] = (), id: str = "u1", name: str = "", **claims: Any
    ) -> str:
        """Valid for an hour of real time. `claims` are added, or put in the place of the usual ones."""
        now = int(time.time())
        usual = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": id,
            "name": name or f"用户{id}",
            "roles": [str(role) for role in roles],
            "departments": list(departments),
            "iat": now,
            "exp": now + 3600,
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, usual | claims, self.key, algorithms=["ES256"])

    def headers(self, *roles: Role, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*roles, **more)}"}
