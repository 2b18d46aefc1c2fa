"""The hall's pages as a process of its own: `python -m deploy.run pages`.

Told by the same environment as a service: YIMEN_ISSUER, YIMEN_HOST, YIMEN_PORT, YIMEN_LOG_LEVEL. A hall whose clock can
be moved (YIMEN_CLOCK) is a demonstration, and its pages say so. Keeps nothing, asks nobody; any number may run.
"""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.pages import BUILT, Pages
from yimen import telemetry
from yimen.running import run_until_told, server_of
from yimen.settings import ClockKind, KitSettings
from yimen.web.problems import Problem


def pages_app(kit: KitSettings, folder: Path = BUILT) -> Starlette:
    async def tell_alive(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def tell_ready(request: Request) -> Response:
        """Whether the pages were built."""
        if (folder / "index.html").is_file():
            return JSONResponse({"status": "ready"})
        return Problem(503, "not-ready", "服务尚未就绪", "网页尚未构建。").response(request.url.path)

    pages = Pages(kit.issuer, demonstration=kit.clock is ClockKind.MOVABLE, folder=folder)
    return Starlette(routes=[Route("/healthz", tell_alive), Route("/readyz", tell_ready), *pages.routes()])


def main() -> None:
    kit = KitSettings()
    telemetry.configure(kit.log_level)

    async def serve() -> bool:
        server = server_of(pages_app(kit), kit.host, kit.port)
        await server.serve()
        return server.started

    run_until_told(serve)


if __name__ == "__main__":
    main()
