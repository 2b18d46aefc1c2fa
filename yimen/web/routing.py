"""Routes that run in a unit of work.

The order of things in a request, which the tests hold: who calls and whether they may, and whether too often; the
content type; the whole body, within its limit; a place among those at work; then the unit opens, the request is
validated, the handler runs, the unit commits, the place is free again, the answer is sent.

Guarantees: a handler that returns has committed before its caller hears of it; one that raises has changed nothing; what
it says of personal data (`view.looked`) is recorded before the caller sees it.
Does not: keep a view open while an answer streams; a streaming route reads what it needs through
`request.app.state.units`.
"""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.params import Depends as DependsParameter
from fastapi.routing import APIRoute

from yimen.bus import Unit, View
from yimen.operations.looks import record_looks
from yimen.web.idempotency import answer_once, in_flight, key_hash, once
from yimen.web.identity import Access, access_of, calls_of, identify
from yimen.web.limits import require_json
from yimen.web.problems import Problem
from yimen.web.rates import HEAVY, WRITING, heavy, signed
from yimen.web.revalidation import may_be_kept, revalidate

Handle = Callable[[Request], Awaitable[Response]]
MUTATING = {"POST", "PUT", "PATCH", "DELETE"}
ALWAYS = {"/healthz", "/readyz", "/metrics"}
"""Answered however much there is to do: who asks decides by the answer whether more shall come."""


async def current_unit(request: Request) -> Any:
    """`unit: Annotated[Unit[Context], Depends(current_unit)]`"""
    return request.state.unit


async def current_view(request: Request) -> Any:
    """`view: Annotated[View[Context], Depends(current_view)]`"""
    return request.state.view


async def raw_body() -> None:
    """`dependencies=[Depends(raw_body)]`: the body is not JSON of ours (a bank's message); only its size is limited."""


class UnitRoute(APIRoute):
    """Reads from the route's signature what has to happen around its handler."""

    access: Access | None

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()
        calls = set(calls_of(self.dependant))
        _refuse_threads(self, calls)
        self.access = access_of(self)
        self.is_raw = raw_body in calls
        self.creates = once in calls
        self.mutates = not MUTATING.isdisjoint(self.methods or ())
        self.is_kept = may_be_kept in calls
        if self.is_kept and (self.mutates or self.access is None or self.access.roles):
            raise TypeError(f"{self.path}: only what anyone may read may be kept by their browsers")
        self.tokens = HEAVY if heavy in calls else WRITING if self.mutates else 1
        self.is_counted = signed not in calls
        return self._guarded(_runner(self, calls), handle)

    def _guarded(self, run: Callable[[Request, Handle], Awaitable[Response]], handle: Handle) -> Handle:
        """The handler, and what stands before it."""

        async def work(request: Request) -> Response:
            if self.mutates:
                if not self.is_raw:
                    require_json(request)
                await request.body()
            async with request.app.state.gate.entered():
                response = await run(request, handle)
            return revalidate(request, response) if self.is_kept else response

        async def answer(request: Request) -> Response:
            if self.access is not None:
                await self.access(request)
            if self.path in ALWAYS:
                return await run(request, handle)
            if not self.is_counted:
                return await work(request)
            request.app.state.brakes.brake(request, self.tokens)
            is_open = self.access is None or not self.access.roles
            return await (_watched(work, request) if is_open else work(request))

        return answer


async def _watched(work: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    """What nobody signed in for, and was not there, is a wrong guess."""
    try:
        response = await work(request)
    except Problem as refused:
        request.app.state.brakes.saw(request, refused.status)
        raise
    request.app.state.brakes.saw(request, response.status_code)
    return response


def new_router(
    prefix: str = "", tags: list[str | Enum] | None = None, dependencies: Sequence[DependsParameter] | None = None
) -> APIRouter:
    return APIRouter(prefix=prefix, tags=tags, dependencies=dependencies, route_class=UnitRoute, redirect_slashes=False)


def _refuse_threads(route: UnitRoute, calls: set[Any]) -> None:
    """FastAPI runs what is not a coroutine in a thread: a hundred microseconds for a line of code, and another thread."""
    for call in (route.endpoint, *calls):
        if not (iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)):
            raise TypeError(f"{route.path}: {call!r} would run in a thread; make it async")


def _runner(route: UnitRoute, calls: set[Any]) -> Callable[[Request, Handle], Awaitable[Response]]:
    writes = current_unit in calls or route.creates
    if writes and not route.mutates:
        raise TypeError(f"{route.path}: a route that reads takes current_view")
    if route.creates:
        return _run_once
    if writes:
        return _run_in_unit
    return _run_in_view if current_view in calls else _run


async def _run(request: Request, handle: Handle) -> Response:
    return await handle(request)


async def _run_in_view(request: Request, handle: Handle) -> Response:
    async with request.app.state.units.view() as view:
        request.state.view = view
        response = await handle(request)
    if view.looks:
        async with request.app.state.units.begin() as unit:
            await _record(request, unit, view)
    return response


async def _run_in_unit(request: Request, handle: Handle) -> Response:
    async with request.app.state.units.begin() as unit:
        request.state.unit = request.state.view = unit
        response = await handle(request)
        await _record(request, unit, unit)
        return response


async def _record(request: Request, unit: Unit[Any], seen: View[Any]) -> None:
    """Who was shown personal data, by which way."""
    if seen.looks:
        caller = await identify(request)
        route = f"{request.method} {request.scope['route'].path}"
        await record_looks(unit, seen.looks, caller.id, caller.name, route)


async def _run_once(request: Request, handle: Handle) -> Response:
    hashed = key_hash(request)
    at_work: set[str] = request.app.state.at_work
    if hashed in at_work:
        raise in_flight()
    at_work.add(hashed)
    try:
        async with request.app.state.units.begin() as unit:
            request.state.unit = request.state.view = unit
            response = await answer_once(request, unit, hashed, request.app.state.real_clock, handle)
            await _record(request, unit, unit)
            return response
    finally:
        at_work.discard(hashed)
