"""What every answer tells the browser, whoever made it. Strict-Transport-Security is the proxy's, which has the certificate.

Guarantees: no answer is kept by a shared machine, guessed to be of another type, framed, embedded by another site, or given
a camera, unless it says otherwise itself; what is no page may load and run nothing. No answer sets a cookie, and nobody is
known by one (decision 0060): what another site makes a browser send carries no right, so there is nothing to forge.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_OF_PAGES: Final = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""Of what a browser shows with parts of its own making: a page that says no more itself, a PDF."""

_SHOWN: Final = ("text/html", "application/pdf")


def shielded(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            shown = headers.get("content-type", "").startswith(_SHOWN)
            headers.setdefault("Content-Security-Policy", _OF_PAGES if shown else POLICY)
        await send(message)

    return sending


class Shield:
    """ASGI middleware, for applications that are no service."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, shielded(send) if scope["type"] == "http" else send)
