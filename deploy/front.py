"""One address before many processes: `/fees/…` goes to a replica of fees, `/approval/departments/fire/…` to fire's instance.

What a reverse proxy does in production (deploy/compose), small enough to run beside the processes on one machine. Replicas
take turns; one that does not answer is passed over for the next.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import cycle

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from yimen.web.problems import NotFound, out_of_service

_HOP = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "te",
    "upgrade",
    "proxy-authorization",
    "host",
    "content-length",
}


IDLE_SECONDS = 2.0
"""Shorter than uvicorn keeps an idle connection (5 s): a request must not meet a connection that is being closed."""


class Front:
    """`upstreams`: path prefix, such as `/intake` or `/approval/departments/fire`, to the replicas' addresses."""

    def __init__(self, upstreams: Mapping[str, Sequence[str]]) -> None:
        self._upstreams = {prefix: (cycle(addresses), len(addresses)) for prefix, addresses in upstreams.items()}
        limits = httpx.Limits(max_connections=None, keepalive_expiry=IDLE_SECONDS)
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(30, read=None), limits=limits, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def answer(self, request: Request) -> Response:
        prefix = max((p for p in self._upstreams if _under(request.url.path, p)), key=len, default=None)
        if prefix is None:
            return NotFound("没有这个地址", "请核对网址。").response(request.url.path)
        addresses, count = self._upstreams[prefix]
        mount = "/" + prefix.split("/")[1]
        body = await request.body()
        for _ in range(count):
            try:
                return await self._pass_on(request, next(addresses), request.url.path.removeprefix(mount) or "/", body)
            except httpx.ConnectError:
                continue
            except httpx.TransportError:
                break  # it may have been done: only the caller, who has the key, can ask again
        return out_of_service().response(request.url.path)

    async def _pass_on(self, request: Request, address: str, path: str, body: bytes) -> Response:
        headers = [(k, v) for k, v in request.headers.raw if k.decode() not in _HOP]
        url = httpx.URL(address).copy_with(raw_path=path.encode() + b"?" + request.url.query.encode())
        onward = self._client.build_request(request.method, url, headers=headers, content=body)
        answer = await self._client.send(onward, stream=True)

        async def stream() -> AsyncIterator[bytes]:
            async for part in answer.aiter_raw():
                yield part

        response = StreamingResponse(stream(), answer.status_code, background=BackgroundTask(answer.aclose))
        response.raw_headers = [(k.lower(), v) for k, v in answer.headers.raw if k.lower().decode() not in _HOP]
        return response


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
