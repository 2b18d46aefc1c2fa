"""An SMS gateway by HTTP: `POST url {id, phone, text}`, our key as bearer. It knows a repeated id again.

What an answer means: 2xx taken; 400, 413, 422 refused for good (it will not carry this message); 429, 503 and everything
else below 500 not taken (busy, or we are not let in: another gateway may take it); 500, 502, 504 unknown, as a timeout or a
connection that ended while we waited: the message may be on its way.
"""

import httpx

from services.notify.domain.gateways import Answer, Outcome, Outgoing
from services.notify.settings import GatewaySettings

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 6.0
"""Two gateways, one after the other, end inside the sender's own limit of 20 s."""

_REFUSED = frozenset({400, 413, 422})
_UNKNOWN = frozenset({500, 502, 504})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
FATES = frozenset({"delivered", "failed", "pending"})


def new_client() -> httpx.AsyncClient:
    """Connections are kept for a moment only, shorter than servers keep theirs: on one that the other side is about to close
    a message would be left in doubt."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=2.0)
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
    return httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, follow_redirects=False)


class HttpGateway:
    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient) -> None:
        self.name = settings.name
        self._url = settings.url
        self._client = client
        self._headers = {"Authorization": f"Bearer {settings.key.get_secret_value()}"}

    async def hand_over(self, message: Outgoing) -> Answer:
        body = {"id": message.id, "phone": message.address, "text": message.text}
        try:
            answer = await self._client.post(self._url, json=body, headers=self._headers)
        except _NEVER_SENT as error:
            return Answer(Outcome.NOT_TAKEN, f"no connection: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Answer(Outcome.UNKNOWN, f"no answer: {type(error).__name__}")
        return Answer(outcome_of(answer.status_code), f"answered {answer.status_code}")

    async def fate_of(self, message_id: str) -> str | None:
        try:
            answer = await self._client.get(f"{self._url}/{message_id}", headers=self._headers)
            if answer.status_code == 404:
                return "unknown"
            status = answer.json()["status"] if answer.is_success else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
        return status if status in FATES else None


def outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.TAKEN
    if status in _REFUSED:
        return Outcome.REFUSED
    return Outcome.UNKNOWN if status in _UNKNOWN else Outcome.NOT_TAKEN
