"""One address for all departments' instances of approval: `/departments/{department}/…` goes to that department's own.

Every other path (`/openapi.json`, `/docs`, `/healthz`) is answered for all of them: the contract is the same everywhere,
readiness is the worst of all, metrics carry the instance's name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from yimen.service import Service
from yimen.web.health import examine
from yimen.web.problems import Problem


class Departments:
    """An ASGI application in front of the instances."""

    def __init__(self, by_department: Mapping[str, Service[Any]]) -> None:
        self._by_department = by_department
        self._instances = list({id(service): service for service in by_department.values()}.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _inner_path(scope)
        answer: ASGIApp
        if path == "/readyz":
            answer = await self._ready(path)
        elif path == "/metrics":
            answer = self._metrics()
        else:
            answer = self._chosen(path).app
        await answer(scope, receive, send)

    def _chosen(self, path: str) -> Service[Any]:
        words = path.split("/")
        named = words[2] if len(words) > 2 and words[1] == "departments" else ""
        return self._by_department.get(named, self._instances[0])

    async def _ready(self, path: str) -> Response:
        checks = {f"{s.instance}.{name}": check for s in self._instances for name, check in s.app.state.checks.items()}
        try:
            return JSONResponse(await examine(checks))
        except Problem as unready:
            return unready.response(path)

    def _metrics(self) -> Response:
        merged = CollectorRegistry()
        merged.register(_Merged(self._instances))
        return Response(generate_latest(merged), media_type="text/plain; version=0.0.4")


class _Merged:
    """The instances' registries as one, each sample with its instance."""

    def __init__(self, instances: Iterable[Service[Any]]) -> None:
        self._instances = instances

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for service in self._instances:
            for found in service.registry.collect():
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                for sample in found.samples:
                    labels = sample.labels | {"instance": service.instance}
                    family.add_sample(sample.name, labels, sample.value, sample.timestamp, sample.exemplar)
        return families.values()


def _inner_path(scope: Scope) -> str:
    """The path behind the mount."""
    return str(Request(scope).url.path).removeprefix(scope.get("root_path", "")) or "/"
