"""The API on one page, made of its OpenAPI document: no script, nothing fetched from anywhere.

FastAPI's own page loads its scripts from a foreign host, which a county's closed network does not reach.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from yimen.web.identity import Role, allow_anyone
from yimen.web.routing import new_router

METHODS = ("get", "post", "put", "patch", "delete")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_STYLE = """
body { font: 15px/1.6 system-ui, "Noto Sans SC", "Microsoft YaHei", sans-serif; color: #1f2329;
       max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem }
h2 { font-size: 1.05rem; margin: 2rem 0 .3rem; border-top: 1px solid #d9dce1; padding-top: 1rem }
code { background: #f2f4f7; padding: .1em .35em; border-radius: 3px }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 }
td, th { border: 1px solid #d9dce1; padding: .25rem .5rem; text-align: left; vertical-align: top }
th { background: #f7f8fa; font-weight: 600 }
.m { display: inline-block; min-width: 4.2em; font-weight: 700 }
.q { color: #5b6470 }
"""


router = new_router()


@router.get("/docs", include_in_schema=False, dependencies=[allow_anyone()], response_class=HTMLResponse)
async def show_docs(request: Request) -> HTMLResponse:
    return HTMLResponse(page(request.app.openapi()), headers={"Content-Security-Policy": POLICY})


def page(document: dict[str, Any]) -> str:
    title = escape(document["info"]["title"])
    body = "".join(_operation(document, *found) for found in _operations(document))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title} · 接口说明</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>{title} <small>{escape(document['info']['version'])}</small></h1>"
        '<p class="q">接口说明 API reference · <a href="openapi.json">openapi.json</a> · '
        "出错时一律答复 application/problem+json (RFC 9457)</p>"
        f"{body}</body></html>"
    )


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    text = escape(operation.get("description") or operation.get("summary", ""))
    parts = [f'<h2><span class="m">{method.upper()}</span> <code>{escape(path)}</code></h2><p>{text}</p>']
    parts.append(f"<p>可由谁调用 Who may call: <b>{_who(operation)}</b></p>")
    rows = [_row(p["name"], p["in"], p.get("required"), p["schema"], p) for p in operation.get("parameters", ())]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        rows += _body_rows(document, content.get("schema", {}))
    if rows:
        head = "<tr><th>字段 Field</th><th>位置 In</th><th>必填</th><th>类型 Type</th><th>说明</th></tr>"
        parts.append(f"<table>{head}{''.join(rows)}</table>")
    answers = ", ".join(f"<code>{status}</code>" for status in operation.get("responses", {}))
    parts.append(f'<p class="q">答复 Answers: {answers}</p>')
    return "".join(parts)


def _who(operation: dict[str, Any]) -> str:
    roles = operation.get("x-allowed-roles")
    if not roles:
        return "任何人 anyone"
    return "、".join(f"{Role(role).label} <code>{escape(role)}</code>" for role in roles)


def _body_rows(document: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    model = _resolve(document, schema)
    required = set(model.get("required", ()))
    return [_row(name, "body", name in required, field, field) for name, field in model.get("properties", {}).items()]


def _resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


def _row(name: str, where: str, required: Any, schema: dict[str, Any], described: dict[str, Any]) -> str:
    text = escape(str(described.get("description", "")))
    mark = "是" if required else ""
    cells = (f"<code>{escape(name)}</code>", where, mark, escape(_type(schema)), text)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " | ".join(_type(choice) for choice in schema[key])
    kind = str(schema.get("format") or schema.get("type", "any"))
    return f"{_type(schema.get('items', {}))}[]" if kind == "array" else kind
