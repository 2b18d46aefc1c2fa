"""The bank's HTTP side: signed answers for fees, a page for payers, its public keys, and its journal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.bank import page
from sim.bank.door import Door
from sim.bank.errors import Refused
from sim.bank.files import CONTENT_TYPES
from sim.bank.teller import Bank

METHODS = {"counter": "柜台", "card": "刷卡", "qr": "扫码"}
Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._\-]+$")]
Amount = Annotated[int, Field(strict=True, gt=0, le=10**13)]
Currency = Annotated[str, Field(pattern="^CNY$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Order(BaseModel):
    """`revision` may be left out: the first."""

    model_config = ConfigDict(extra="forbid")

    order_number: Code
    revision: Annotated[int, Field(strict=True, ge=1, le=10**6)] = 1
    payment_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{20}$")]
    amount: Amount
    currency: Currency
    account: Code
    pay_by: Day


class Refund(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refund_number: Code
    bank_serial: Code
    amount: Amount
    currency: Currency
    account: Code


class Remittance(BaseModel):
    model_config = ConfigDict(extra="forbid")

    remittance_number: Code
    day: Day
    amount: Amount
    currency: Currency
    account: Code
    treasury_account: Code


class Paying(BaseModel):
    """`amount`: what the payer was shown, if anything."""

    payment_code: Annotated[str, Field(min_length=1, max_length=80)]
    method: Annotated[str, Field(pattern="^(counter|card|qr)$")]
    amount: int | None = None


router = APIRouter()


async def at_this_bank(request: Request) -> Bank:
    """Of the application, not of the handler: FastAPI remembers handlers for good, and would keep the bank with them."""
    bank: Bank = request.app.state.bank
    return bank


Here = Annotated[Bank, Depends(at_this_bank)]


def bank_app(bank: Bank) -> FastAPI:
    """Its lifespan runs `bank.run()`; a mounted app's lifespan is for the host to enter."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        working = asyncio.create_task(bank.run())
        yield
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await bank.close()

    app = FastAPI(title="代收银行（模拟）", lifespan=lifespan)
    app.add_middleware(Door, bank=bank)
    app.add_exception_handler(Refused, _refuse)
    app.add_exception_handler(RequestValidationError, _not_as_agreed)
    app.include_router(router)
    app.state.bank = bank
    return app


async def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JSONResponse({"message": error.message}, error.status)


async def _not_as_agreed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = sorted({".".join(map(str, one["loc"][1:])) or "报文" for one in error.errors()})
    return JSONResponse({"message": f"报文不符合约定：{'、'.join(fields)}。"}, 422)


@router.post("/orders")
async def place(bank: Here, order: Order) -> Response:
    """201 the first time, 200 when it stands already or was amended."""
    fresh = bank.place(order.model_dump())
    stands = bank.orders.show(order.order_number)
    if stands["state"] != "paid":
        del stands["payments"]
    return JSONResponse(stands, 201 if fresh else 200)


@router.post("/orders/{order_number}/closing")
async def close(bank: Here, order_number: str) -> dict[str, Any]:
    closed = bank.orders.close(order_number)
    return {name: closed[name] for name in ("order_number", "state", "payments")}


@router.get("/orders/{order_number}")
async def query(bank: Here, order_number: str) -> dict[str, Any]:
    return bank.orders.show(order_number)


@router.post("/refunds", status_code=202)
async def refund(bank: Here, asked: Refund) -> dict[str, Any]:
    return bank.refund(asked.model_dump())


@router.get("/refunds/{refund_number}")
async def refund_state(bank: Here, refund_number: str) -> dict[str, Any]:
    return bank.outgoing.show_refund(refund_number)


@router.post("/remittances", status_code=202)
async def remit(bank: Here, asked: Remittance) -> dict[str, Any]:
    return bank.remit(asked.model_dump())


@router.get("/remittances/{remittance_number}")
async def remittance_state(bank: Here, remittance_number: str) -> dict[str, Any]:
    return bank.outgoing.show_remittance(remittance_number)


@router.get("/statements/{name}")
async def statement(bank: Here, name: str) -> Response:
    """The newest version; 404 while the day has not ended."""
    day, _, form = name.partition(".")
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise Refused(404, "没有这个对账文件。") from error
    if form not in CONTENT_TYPES:
        raise Refused(404, "对账文件只有 csv 和 xml 两种。")
    body, headers = bank.unsigned_statement(asked, form)
    return Response(body, headers=headers)


@router.get("/readyz")
async def ready() -> dict[str, str]:
    return {"status": "ready"}


@router.get("/keys")
async def keys(bank: Here) -> dict[str, Any]:
    return bank.ring.public()


@router.get("/journal")
async def journal(bank: Here, after: int = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> dict[str, Any]:
    return {"entries": bank.books.journal(after, limit)}


@router.get("/pay", response_class=HTMLResponse)
async def ask() -> str:
    return page.ask_code(METHODS)


@router.get("/pay/{payment_code}", response_class=HTMLResponse)
async def show(bank: Here, payment_code: str) -> Response:
    order = bank.books.order(payment_code.strip().upper())
    if order is None:
        return HTMLResponse(page.told("没有这个缴款码", "请对照缴款通知书核对。"), 404)
    return HTMLResponse(page.order(order, METHODS))


@router.post("/pay")
async def pay(bank: Here, request: Request) -> Response:
    """JSON from programs, a form from the page; each is answered in kind."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse(_pay(bank, await request.body()), 201)
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode(errors="replace")).items()}
    try:
        paying = Paying.model_validate(form)
        payment = bank.pay(paying.payment_code.strip().upper(), paying.method, paying.amount)
    except (Refused, ValidationError) as error:
        why = error.message if isinstance(error, Refused) else "请填写缴款码并选择缴款方式。"
        return HTMLResponse(page.told("未能缴款", why), 409)
    return HTMLResponse(page.receipt(payment, METHODS))


def _pay(bank: Bank, body: bytes) -> dict[str, Any]:
    try:
        paying = Paying.model_validate_json(body)
    except ValidationError as error:
        raise Refused(422, "请填写缴款码（payment_code）和缴款方式（method：counter、card、qr）。") from error
    return bank.pay(paying.payment_code.strip().upper(), paying.method, paying.amount)
