"""Transitions name the version that they start from: If-Match in, ETag out (RFC 9110 8.8.3, 13.1.1)."""

import re
from typing import Any

from fastapi import Depends, Request, Response

from yimen.web.problems import Problem

_TAG = re.compile(r'"(0|[1-9][0-9]{0,17})"')


class StaleVersion(Problem):
    """412: somebody else was faster. Raise it with the version that the row has now."""

    def __init__(self, current: int) -> None:
        super().__init__(
            412,
            "stale-version",
            "内容已被他人更新",
            "您看到的内容已不是最新，请刷新后再办理。",
            headers={"ETag": etag(current)},
            current_version=current,
        )


async def expected_version(request: Request) -> int:
    """Only one strong tag of ours will do: `*` or a weak one would let a transition pass unseen changes."""
    header = request.headers.get("if-match")
    if header is None:
        title, detail = "缺少版本号", "请用 If-Match 带上您所见内容的版本（ETag）后重试。"
        raise Problem(428, "version-required", title, detail)
    tag = _TAG.fullmatch(header.strip())
    if tag is None:
        raise Problem(400, "malformed-version", "版本号格式不正确", 'If-Match 应为带引号的版本号，如 "3"。')
    return int(tag[1])


def if_match() -> Any:
    """`expected: int = if_match()`"""
    return Depends(expected_version)


def etag(version: int) -> str:
    return f'"{version}"'


def set_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag(version)
