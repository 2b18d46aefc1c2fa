"""Answers that a browser may keep, if it asks each time whether they still hold (RFC 9110 8.8.3, 13.1.2; RFC 9111 5.2.2.4).

`dependencies=[allow_anyone(), revalidated()]`: an answer of the route carries a weak tag made of its body, and who shows the
tag again is told 304 without the body. For what everybody may read and reads again and again; never for what a number or a
password opens, which no browser of a shared machine should keep.

Guarantees: the answer is made before it is compared, so that 304 is as true as 200 would be. Does not: save the work of
making it, only its way. Streams and files pass as they are.
"""

import re
from hashlib import blake2b
from typing import Any, Final

from fastapi import Depends, Request, Response

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_KEPT_ON_304: Final = ("cache-control", "content-location", "date", "etag", "expires", "vary")
"""RFC 9110 15.4.5"""


async def may_be_kept() -> None:
    """The mark that `UnitRoute` looks for."""


def revalidated() -> Any:
    """An entry of `dependencies=` of a route that anyone may read."""
    return Depends(may_be_kept)


def revalidate(request: Request, response: Response) -> Response:
    body = getattr(response, "body", None)
    if response.status_code != _OK or "etag" in response.headers or not isinstance(body, bytes):
        return response
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    response.headers["ETag"], response.headers["Cache-Control"] = f"W/{tag}", "no-cache"
    return _not_modified(response) if _shown(request, tag) else response


def _shown(request: Request, tag: str) -> bool:
    """Compared weakly, whether the reader names it or everything (`*`)."""
    named = ",".join(request.headers.getlist("if-none-match")).strip()
    return named == "*" or tag in _TAG.findall(named)


def _not_modified(response: Response) -> Response:
    kept = {name: value for name, value in response.headers.items() if name in _KEPT_ON_304}
    return Response(status_code=_NOT_MODIFIED, headers=kept)
