"""What ops teams and orchestrators ask a service: does it live, can it work, what does it measure.

`/healthz` says only that the process answers. `/readyz` runs every check and tells the truth: 503 as long as one fails.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from yimen.web.identity import allow_anyone
from yimen.web.problems import Problem
from yimen.web.routing import new_router

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[tuple[bool, str]]]
PATIENCE = 3.0  # seconds that one check may take

router = new_router(dependencies=[allow_anyone()])


@router.get("/healthz", include_in_schema=False)
async def tell_alive() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz", include_in_schema=False)
async def tell_ready(request: Request) -> dict[str, object]:
    return await examine(request.app.state.checks)


async def examine(checks: Mapping[str, Check]) -> dict[str, object]:
    """Every check, side by side. Raises `Problem` 503 that names those that failed."""
    answers = await asyncio.gather(*(_ask(name, check) for name, check in checks.items()))
    found = {name: {"ok": ok, "detail": detail} for name, (ok, detail) in zip(checks, answers, strict=True)}
    failing = [name for name, (ok, _detail) in zip(checks, answers, strict=True) if not ok]
    if failing:
        detail = f"未通过的检查：{'、'.join(failing)}。"
        raise Problem(503, "not-ready", "服务尚未就绪", detail, headers={"Retry-After": "5"}, checks=found)
    return {"status": "ready", "checks": found}


@router.get("/metrics", include_in_schema=False)
async def show_metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _ask(name: str, check: Check) -> tuple[bool, str]:
    """A check that hangs or breaks is a check that fails; why, the log knows, and strangers need not."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return False, "检查超时"
    except Exception as error:
        log.warning("readiness_check_broke", check=name, error=repr(error))
        return False, "检查未能完成"
