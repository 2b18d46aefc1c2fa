"""One way to make a service's HTTP application; what every service owes its callers is in here once.

Guarantees: an application with a route that does not say who may call it is not made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from yimen.bus.unit import Units
from yimen.clock import Clock, SystemClock
from yimen.web import docs, health, openapi, problems
from yimen.web.admission import AT_WORK, WAITING, Gate
from yimen.web.health import Check
from yimen.web.limits import Limits
from yimen.web.rates import Brakes, Rates
from yimen.web.requests import HttpMetrics, Watched
from yimen.web.routing import UnitRoute
from yimen.web.tokens import TokenVerifier

NO_SPANS: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own telemetry tells addresses with their queries and errors with their words; ours is yimen.web.requests."""


class UndeclaredAccess(TypeError):
    """Routes that do not say who may call them."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What a process bears before it says no."""

    at_work: int = AT_WORK
    waiting: int = WAITING
    rates: Rates = field(default_factory=Rates)


class ServiceApp(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = openapi.describe(self)
        return self.openapi_schema


def create_app(
    *,
    title: str,
    version: str,
    routers: Sequence[APIRouter],
    units: Units[Any] | None = None,
    verifier: TokenVerifier | None = None,
    checks: Mapping[str, Check] | None = None,
    registry: CollectorRegistry | None = None,
    real_clock: Clock | None = None,
    root_path: str = "",
    body_limits: Mapping[str, int] | None = None,
    extra_routes: Sequence[BaseRoute] = (),
    lifespan: Lifespan[FastAPI] | None = None,
    shell: Shell | None = None,
) -> FastAPI:
    """`units`, `verifier` and `checks` may also be set on `app.state` later, before the first request.

    `body_limits`: how many bytes a body may have at a path, where that is not `BODY_LIMIT`. `extra_routes` are Starlette
    routes of the caller's own making (a mount, static files): they answer for themselves.
    Raises UndeclaredAccess.
    """
    registry = registry or CollectorRegistry()
    app = ServiceApp(
        title=title,
        version=version,
        root_path=root_path,
        routes=[*extra_routes, *_shared_routes(routers)],
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_SPANS,
        middleware=[Middleware(Watched, metrics=HttpMetrics(registry)), Middleware(Limits, by_path=body_limits)],
    )
    app.state.units, app.state.verifier, app.state.checks = units, verifier, dict(checks or {})
    app.state.registry, app.state.real_clock, app.state.at_work = registry, real_clock or SystemClock(), set()
    _put_shell(app, registry, shell or Shell())
    return _completed(app)


def _completed(app: FastAPI) -> FastAPI:
    problems.install(app)
    _refuse_undeclared(app)
    return app


def _put_shell(app: FastAPI, registry: CollectorRegistry, shell: Shell) -> None:
    app.state.gate = gate = Gate(registry, shell.at_work, shell.waiting)
    app.state.brakes = Brakes(shell.rates, gate.shed)


def _shared_routes(routers: Sequence[APIRouter]) -> list[BaseRoute]:
    """As the routers made them. `include_router` would build each route's signature and models anew for each
    application, and look through them router by router at each request."""
    return [route for router in (*routers, health.router, docs.router) for route in router.routes]


def _refuse_undeclared(app: FastAPI) -> None:
    routes = (context.original_route for context in iter_route_contexts(app.routes))
    silent = [
        f"{'/'.join(sorted(route.methods or ()))} {route.path}"
        for route in routes
        if isinstance(route, APIRoute) and not (isinstance(route, UnitRoute) and route.access is not None)
    ]
    if silent:
        raise UndeclaredAccess(f"who may call? (new_router and allow()/allow_anyone()): {', '.join(silent)}")
