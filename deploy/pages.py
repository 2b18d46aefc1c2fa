"""The hall's pages (hall/), as they were built: three sites and their parts, and what they are told about this hall.

Guarantees: a page may only run and fetch what comes from here and from the identity provider (Content-Security-Policy);
a part whose name carries its content's hash is kept by the browser for a year, a page itself is asked for each time.
Where the pages were not built, every page says so.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from yimen.web.problems import NotFound, Problem

BUILT = Path(__file__).parent.parent / "hall" / "dist"
CLIENT_ID = "yimen-hall"
SITES = {"staff": "staff.html", "screen": "screen.html"}
PORTAL = "index.html"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
YEAR_SECONDS = 365 * 24 * 3600


class Pages:
    """`issuer`: who vouches for people; the pages send them there to sign in."""

    def __init__(self, issuer: str, *, demonstration: bool, folder: Path = BUILT) -> None:
        self._folder = folder
        self._told = {"issuer": issuer, "client_id": CLIENT_ID, "demonstration": demonstration}
        self._headers = {
            "Content-Security-Policy": _policy(issuer),
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-cache",
        }

    def routes(self) -> list[BaseRoute]:
        """To be asked last: a page answers whoever asks for one, at every path that nobody else has."""
        assets = _Hashed(directory=self._folder / "assets", check_dir=False)
        return [
            Route("/hall.json", self.tell),
            Mount("/assets", assets),
            Route("/{path:path}", self.show, methods=METHODS),
        ]

    async def tell(self, _request: Request) -> Response:
        return JSONResponse(self._told, headers={"Cache-Control": "no-cache"})

    async def show(self, request: Request) -> Response:
        """The site that the path begins with; its own script finds the page. An address of none of its pages is answered
        with 404, by the page that says so."""
        path, word = request.url.path, request.url.path.split("/")[1]
        if request.method not in {"GET", "HEAD"} or "text/html" not in request.headers.get("accept", ""):
            return NotFound("没有这个地址", "请核对网址。").response(path)
        page = self._folder / SITES.get(word, PORTAL)
        if not page.exists():
            detail = "请先运行 make run，它会构建网页；接口不受影响，见 /services。"
            return Problem(503, "pages-not-built", "网页尚未构建", detail).response(path)
        return FileResponse(page, 200 if word in SITES or word in self._portal() else 404, headers=self._headers)

    def _portal(self) -> frozenset[str]:
        """The words with which addresses of the portal's pages begin, as its build wrote them down."""
        return frozenset(json.loads((self._folder / "portal.json").read_text(encoding="utf-8")))


class _Hashed(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        return answer


def _policy(issuer: str) -> str:
    """Element Plus and ECharts set styles on elements; nothing is evaluated, and nothing comes from elsewhere."""
    address = urlsplit(issuer)
    provider = f"{address.scheme}://{address.netloc}"
    return "; ".join(
        (
            "default-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {provider}",
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
        )
    )
