"""Every answer that is not the wished one is a problem document (RFC 9457), in words for the person at the screen.

    Problem                any status; `type` is urn:yimen:problem:<code>
    ├── NotFound           404
    ├── Forbidden          403
    ├── Conflict           409
    └── Invalid            422, with errors [{in, pointer, message}]

Guarantees: `title` and `detail` are Chinese and say what to do; nothing of an unforeseen error's inside is told. Does
not: translate what a service says itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from yimen.db import is_contention, is_unavailable
from yimen.errors import NotNow, Refusal, Transient, Unavailable
from yimen.web.headers import HEADERS, POLICY
from yimen.web.wording import errors_in_words

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:yimen:problem:"

_PLAIN = {
    400: ("bad-request", "请求格式不正确", "请检查提交的内容后重试。"),
    401: ("unauthenticated", "尚未登录", "请登录后重试。"),
    403: ("forbidden", "没有权限", "您没有办理此操作的权限。"),
    404: ("not-found", "没有找到", "请求的地址或内容不存在，请核对后重试。"),
    405: ("method-not-allowed", "不支持此操作", "该地址不支持这种请求方法。"),
    415: ("unsupported-media-type", "内容类型不支持", "请以 application/json 提交内容。"),
}


class FieldError(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(populate_by_name=True)
    where: str = Field(alias="in", description="body, query, path, header")
    pointer: str = Field(description="JSON Pointer (RFC 6901) inside `in`")
    message: str


class ProblemDocument(BaseModel):
    """问题说明 (RFC 9457). Members beyond these depend on the code."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(description=f"{TYPE_PREFIX}<code>")
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldError] = Field(default_factory=list)


class Problem(Exception):
    """Raise it anywhere in a request: the unit of work is rolled back and the caller reads this."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(f"{status} {code}: {title}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = extensions

    def document(self, instance: str) -> dict[str, Any]:
        fixed = {"type": TYPE_PREFIX + self.code, "title": self.title, "status": self.status, "detail": self.detail}
        return {**self.extensions, **fixed, "instance": instance, "code": self.code}

    def response(self, instance: str) -> Response:
        headers = {**HEADERS, "Content-Security-Policy": POLICY, **self.headers}
        return JSONResponse(self.document(instance), self.status, headers, media_type=MEDIA_TYPE)


class NotFound(Problem):
    def __init__(self, title: str = _PLAIN[404][1], detail: str = _PLAIN[404][2], **extensions: Any) -> None:
        super().__init__(404, "not-found", title, detail, **extensions)


class Forbidden(Problem):
    def __init__(self, title: str = _PLAIN[403][1], detail: str = _PLAIN[403][2], **extensions: Any) -> None:
        super().__init__(403, "forbidden", title, detail, **extensions)


class Conflict(Problem):
    def __init__(self, code: str, title: str, detail: str = "", **extensions: Any) -> None:
        super().__init__(409, code, title, detail, **extensions)


class Invalid(Problem):
    def __init__(
        self, code: str, title: str, detail: str = "", errors: Iterable[Mapping[str, Any]] = (), **extensions: Any
    ) -> None:
        super().__init__(422, code, title, detail, errors=[dict(error) for error in errors], **extensions)


def plain(status: int, **more: Any) -> Problem:
    """The problem that a bare HTTP status stands for."""
    code, title, detail = _PLAIN.get(status, (f"http-{status}", "请求未能完成", "请核对后重试。"))
    return Problem(status, code, title, detail, **more)


def out_of_service() -> Problem:
    return Problem(
        503, "try-again", "系统暂时繁忙", "请稍候几秒后重试，已提交的内容不会重复办理。", headers={"Retry-After": "5"}
    )


def unforeseen() -> Problem:
    return Problem(500, "unforeseen", "系统出现意外错误", "错误已记录，请稍后重试；若仍不行，请联系大厅运维人员。")


def is_passing(error: BaseException) -> bool:
    """Will the same request succeed later without being changed?"""
    return isinstance(error, Transient | Unavailable) or is_unavailable(error) or is_contention(error)


def _from_validation(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return Problem(400, "malformed-json", "提交的内容不是有效的JSON", "请检查括号、引号和逗号后重试。")
    return Invalid("invalid-request", "填写的内容有误", "请按下列提示改正后重新提交。", errors_in_words(found))


def _from_http(error: HTTPException) -> Problem:
    return plain(error.status_code, headers=error.headers)


def _from_refusal(refusal: Refusal) -> Problem:
    kind = Conflict if isinstance(refusal, NotNow) else Invalid
    return kind(refusal.code, refusal.title, refusal.detail, **refusal.extensions)


def install(app: FastAPI) -> None:
    """What is not caught here is a defect: `yimen.web.requests` logs it and answers `unforeseen()`."""

    async def answer(request: Request, error: Exception) -> Response:
        match error:
            case Problem():
                problem = error
            case RequestValidationError():
                problem = _from_validation(error)
            case HTTPException():
                problem = _from_http(error)
            case Refusal():
                problem = _from_refusal(error)
            case _:
                raise error
        return problem.response(request.scope["path"])

    for kind in (Problem, RequestValidationError, HTTPException, Refusal):
        app.add_exception_handler(kind, answer)
