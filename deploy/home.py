"""The page at `/services`: what runs here, and where its interfaces are. Plain HTML, no script."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from yimen.service import Service
from yimen.web.health import examine
from yimen.web.problems import Problem

SERVICES = {
    "intake": ("受理", "一门受理：事项目录、申请、办件的一生"),
    "approval": ("部门审批", "各部门窗口与后台：签收、审查、中止、开单、答复"),
    "fees": ("收费", "票款分离：核标、缴款通知、银行回执、账目"),
    "monitor": ("电子监察", "每一步都记入不可更改的日志，时限由事件重新计算"),
    "notify": ("通知", "短信、邮件、站内信、部门系统订阅、实时动态"),
}
PLAYED = {
    "identity/people": "身份提供方（模拟）：各种角色的演示人物",
    "bank/pay": "代收银行（模拟）：缴款页面",
    "sms/": "短信网关（模拟）：已收到的短信",
    "sms2/": "备用短信网关（模拟）：已收到的短信",
    "mail/": "邮件服务器（模拟）：已收到的邮件",
}
_STYLE = """
body{font:16px/1.7 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#1a2233;margin:0;background:#f4f6fa}
header{background:#123a6b;color:#fff;padding:1.6rem 0}main,header div{max-width:1040px;margin:auto;padding:0 1.2rem}
h1{margin:0;font-size:1.7rem}h2{font-size:1.2rem;margin:2rem 0 .6rem}p{margin:.3rem 0}
section{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:1rem}
article{background:#fff;border:1px solid #d8deea;border-radius:8px;padding:1rem 1.2rem}article h3{margin:0}
a{color:#0b4fa3}footer{margin:2rem 0;color:#445566}
"""


def _service(name: str, title: str, does: str, ready: bool) -> str:
    state = "正常" if ready else "异常"
    links = " · ".join(
        f'<a href="/{name}/{path}">{words}</a>'
        for path, words in (("docs", "接口说明"), ("openapi.json", "OpenAPI"), ("readyz", "就绪"), ("metrics", "指标"))
    )
    return f"<article><h3>{title}（{state}）</h3><p>{does}</p><p>{links}</p></article>"


async def _ready(services: Mapping[str, Service[Any]], name: str) -> bool:
    ours = [service for known, service in services.items() if known.split(".")[0] == name]
    try:
        await asyncio.gather(*(examine(service.app.state.checks) for service in ours))
    except Problem:
        return False
    return True


def home_page(services: Mapping[str, Service[Any]]) -> Callable[[Request], Awaitable[HTMLResponse]]:
    async def home(_request: Request) -> HTMLResponse:
        cards = [_service(name, *words, await _ready(services, name)) for name, words in SERVICES.items()]
        played = "".join(f'<article><h3><a href="/{path}">{words}</a></h3></article>' for path, words in PLAYED.items())
        return HTMLResponse(_PAGE.format(style=_STYLE, cards="".join(cards), played=played))

    return home


_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>一门 · 政务服务大厅</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<style>{style}</style></head>
<body><header><div><h1>一门 · 政务服务大厅</h1>
<p>一门受理、抄告相关、并联审批、限时办结；票款分离，电子监察。</p></div></header>
<main><h2>五个服务</h2><section>{cards}</section><h2>模拟的外部世界</h2><section>{played}</section>
<p><a href="/">返回大厅首页</a></p>
<footer>这是内嵌运行方式：五个服务同在一个进程，数据保存在本机文件中。</footer></main></body></html>"""
