"""What FastAPI cannot know of our operations: who may call them, what they ask in headers, how they refuse.

Guarantees: every status that the kit itself answers with is documented for the operations that can answer so, as
`application/problem+json`.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from yimen.web.identity import calls_of
from yimen.web.problems import MEDIA_TYPE, ProblemDocument
from yimen.web.routing import UnitRoute
from yimen.web.versions import expected_version

REASONS = {
    400: "请求格式不正确",
    401: "尚未登录或登录已失效",
    403: "没有权限",
    404: "没有找到",
    409: "与当前状态冲突",
    412: "版本已过时",
    413: "内容过大",
    415: "内容类型不支持",
    422: "填写的内容有误",
    428: "缺少 If-Match",
    429: "过于频繁",
    500: "意外错误",
    503: "暂时不可用",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "所见内容的版本（ETag）",
    "schema": {"type": "string", "pattern": '^"(0|[1-9][0-9]{0,17})"$'},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "防重复编号；重试时沿用，24小时内有效",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"},
}


def describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, servers=app.servers
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, UnitRoute) and route.include_in_schema:
            for method in route.methods or ():
                _complete(document["paths"][context.path_format][method.lower()], route)
    return document


def _complete(operation: dict[str, Any], route: UnitRoute) -> None:
    if route.access is not None and route.access.roles:
        operation["x-allowed-roles"] = [str(role) for role in route.access.roles]
    headers = [_IDEMPOTENCY_KEY] if route.creates else []
    if _is_versioned(route):
        headers.append(_IF_MATCH)
    if headers:
        operation.setdefault("parameters", []).extend(headers)
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status in sorted(_refusals(route, operation)):
        responses.setdefault(str(status), _problem_response(status))
    operation["responses"] = dict(sorted(responses.items()))


def refuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=refuses(404)`: what a route answers with beyond what its shape tells."""
    return {status: _problem_response(status) for status in statuses}


def _problem_response(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": REASONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def _is_versioned(route: APIRoute) -> bool:
    return expected_version in set(calls_of(route.dependant))


def _refusals(route: UnitRoute, operation: dict[str, Any]) -> set[int]:
    may = {400, 500, 503}
    if route.access is not None and route.access.roles:
        may |= {401, 403}
    if route.param_convertors:
        may |= {404}
    if "parameters" in operation or "requestBody" in operation:
        may |= {422}
    if route.mutates:
        may |= {409, 413} | (set() if route.is_raw else {415})
    if _is_versioned(route):
        may |= {412, 428}
    return may
