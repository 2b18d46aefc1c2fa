"""The bank's HTTP side: orders and queries for fees, a page for payers, its public keys, and its journal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.bank import page
from sim.bank.teller import Bank, Refused

METHODS = {"counter": "柜台", "card": "刷卡", "qr": "扫码"}
Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._\-]+$")]


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    order_number: Code
    payment_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{20}$")]
    amount: Annotated[int, Field(strict=True, gt=0, le=10**13)]
    currency: Annotated[str, Field(pattern="^CNY$")]
    account: Code
    pay_by: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Paying(BaseModel):
    payment_code: Annotated[str, Field(min_length=1, max_length=80)]
    method: Annotated[str, Field(pattern="^(counter|card|qr)$")]


def bank_app(bank: Bank) -> FastAPI:
    """Its lifespan runs `bank.run()`; a mounted app's lifespan is for the host to enter."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        telling = asyncio.create_task(bank.run())
        yield
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        await bank.close()

    async def refuse(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return JSONResponse({"message": error.message}, error.status)

    app = FastAPI(title="代收银行（模拟）", lifespan=lifespan)
    app.add_exception_handler(Refused, refuse)
    app.include_router(_for_fees(bank))
    app.include_router(_for_payers(bank))
    return app


def _for_fees(bank: Bank) -> APIRouter:
    router = APIRouter()

    @router.post("/orders")
    async def place(order: Order) -> Response:
        """201 the first time, 200 when it stands already."""
        fresh = bank.place(order.model_dump())
        return JSONResponse({"order_number": order.order_number}, 201 if fresh else 200)

    @router.get("/orders/{payment_code}")
    async def query(payment_code: str) -> dict[str, Any]:
        return _known(bank, payment_code)

    @router.get("/keys")
    async def keys() -> dict[str, Any]:
        return bank.ring.public()

    @router.get("/journal")
    async def journal(after: int = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> dict[str, Any]:
        return {"entries": bank.books.journal(after, limit)}

    return router


def _for_payers(bank: Bank) -> APIRouter:
    router = APIRouter()

    @router.get("/pay", response_class=HTMLResponse)
    async def ask() -> str:
        return page.ask_code()

    @router.get("/pay/{payment_code}", response_class=HTMLResponse)
    async def show(payment_code: str) -> Response:
        order = bank.books.order(payment_code.strip().upper())
        if order is None:
            return HTMLResponse(page.told("没有这个缴款码", "请对照缴款通知书核对。"), 404)
        return HTMLResponse(page.order(order, METHODS))

    @router.post("/pay")
    async def pay(request: Request) -> Response:
        """JSON from programs, a form from the page; each is answered in kind."""
        if request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse(_pay(bank, await request.body()), 201)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode(errors="replace")).items()}
        try:
            paying = Paying.model_validate(form)
            payment = bank.pay(paying.payment_code.strip().upper(), paying.method)
        except (Refused, ValidationError) as error:
            why = error.message if isinstance(error, Refused) else "请填写缴款码并选择缴款方式。"
            return HTMLResponse(page.told("未能缴款", why), 409)
        return HTMLResponse(page.receipt(payment, METHODS))

    return router


def _pay(bank: Bank, body: bytes) -> dict[str, Any]:
    try:
        paying = Paying.model_validate_json(body)
    except ValidationError as error:
        raise Refused(422, "请填写缴款码（payment_code）和缴款方式（method：counter、card、qr）。") from error
    return bank.pay(paying.payment_code.strip().upper(), paying.method)


def _known(bank: Bank, payment_code: str) -> dict[str, Any]:
    order = bank.books.order(payment_code)
    if order is None:
        raise Refused(404, "没有这个订单。")
    return order | {"state": "open" if order["paid_by"] is None else "paid"}
