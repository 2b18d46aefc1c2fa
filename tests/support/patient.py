"""A small service as a process of its own, for slow clients: `python -m tests.support.patient <port> <scale>`.

Everything as a service of the house is served; only the seconds are `scale` times as many, and connections are few.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse

from yimen.running import server_of
from yimen.web import allow_anyone, create_app, limits, new_router, raw_body
from yimen.web.connections import PatientProtocol

MOST = 60
PIECE = b"x" * 65536
PIECES = 800


def patient_app() -> FastAPI:
    router = new_router(dependencies=[allow_anyone()])

    @router.get("/small")
    async def small() -> dict[str, str]:
        return {"said": "here"}

    @router.post("/body")
    async def take(request: Request, _raw: Annotated[None, Depends(raw_body)]) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.get("/big", response_class=StreamingResponse)
    async def big() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(PIECES):
                yield PIECE

        return StreamingResponse(pieces(), media_type="application/octet-stream")

    return create_app(title="patient", version="1", routers=[router])


def main() -> None:
    port, scale = int(sys.argv[1]), float(sys.argv[2])
    PatientProtocol.head_seconds *= scale
    PatientProtocol.write_seconds *= scale
    PatientProtocol.most = MOST
    limits.BODY_SECONDS *= scale
    asyncio.run(server_of(patient_app(), "127.0.0.1", port).serve())


if __name__ == "__main__":
    main()
