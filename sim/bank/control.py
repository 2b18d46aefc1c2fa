"""The bank's control port: for whoever plays the bank, to make it behave and misbehave. Never for the hall or a payer.

Guarantees: it answers this machine only, and no page of another site. Does not: ask who you are.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from sim.bank.app import Here
from sim.bank.errors import Refused
from sim.bank.manners import FILE_FAULTS, Fault, Manners
from sim.bank.teller import Bank

LOOPBACK: Final = {"127.0.0.1", "::1", "localhost", "[::1]"}
_SAME_SITE: Final = {"", "none", "same-origin"}
Text = Annotated[str, Field(min_length=1, max_length=80)]
Share = Annotated[float, Field(ge=0, le=1)]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Shares(Asked):
    """By fault; those not named stay as they are."""

    shares: dict[Fault, Share]


class Arming(Asked):
    fault: Fault
    name: Text | None = None
    times: Annotated[int, Field(ge=1, le=10_000)] = 1


class Money(Asked):
    payment_code: Text
    amount: Annotated[int, Field(strict=True, ge=-(10**13), le=10**13)]
    method: Annotated[str, Field(pattern="^[a-z_]{1,20}$")] = "counter"
    account: Text | None = None


class Spoiling(Asked):
    """What shall be wrong with the file, if anything, and with which line."""

    fault: Fault | None = None
    serial: Text | None = None


class Switches(Asked):
    """What the bank does by itself; those not named stay as they are."""

    telling: bool | None = None
    paying_out: bool | None = None


router = APIRouter()


def control_app(bank: Bank) -> FastAPI:
    app = FastAPI(title="代收银行控制台（模拟）")

    @app.middleware("http")
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        if not _is_near(request):
            return JSONResponse({"message": "控制台只对本机开放。"}, 403)
        return await go_on(request)

    @app.exception_handler(Refused)
    async def refuse(_request: Request, error: Refused) -> Response:
        return JSONResponse({"message": error.message}, error.status)

    @app.exception_handler(RequestValidationError)
    async def not_as_agreed(_request: Request, error: RequestValidationError) -> Response:
        fields = sorted({".".join(map(str, one["loc"][1:])) or "请求" for one in error.errors()})
        return JSONResponse({"message": f"请求不符合约定：{'、'.join(fields)}。"}, 422)

    app.include_router(router)
    app.state.bank = bank
    return app


def _is_near(request: Request) -> bool:
    """From this machine, under this machine's name (not one that was made to point here), not from a page elsewhere."""
    client = request.client.host if request.client else ""
    site = request.headers.get("sec-fetch-site", "")
    return client in LOOPBACK and request.url.hostname in LOOPBACK and site in _SAME_SITE


@router.get("/manners")
async def manners(bank: Here) -> dict[str, float]:
    return asdict(bank.mischief.manners)


@router.patch("/manners")
async def change_manners(bank: Here, asked: Shares) -> dict[str, float]:
    bank.mischief.manners = Manners(**(asdict(bank.mischief.manners) | asked.shares))
    return asdict(bank.mischief.manners)


@router.post("/faults", status_code=201)
async def arm(bank: Here, asked: Arming) -> dict[str, Any]:
    """`name`: a serial, payment code, number, day, event type or operation; without one the next chance is taken."""
    bank.arm(asked.fault, asked.name, asked.times)
    return asked.model_dump()


@router.put("/switches")
async def switch(bank: Here, asked: Switches) -> dict[str, bool]:
    if asked.telling is not None:
        bank.telling.on = asked.telling
    if asked.paying_out is not None:
        bank.outgoing.on = asked.paying_out
    return {"telling": bank.telling.on, "paying_out": bank.outgoing.on}


@router.post("/keys", status_code=201)
async def rotate(bank: Here) -> dict[str, Any]:
    return {"new": bank.rotate_keys(), "active": bank.ring.serials}


@router.post("/payments", status_code=201)
async def take(bank: Here, asked: Money) -> dict[str, Any]:
    """Money over the counter, whatever for."""
    return bank.take(asked.payment_code, asked.amount, asked.method, asked.account)


@router.post("/rounds")
async def work(bank: Here) -> dict[str, int]:
    """What the bank's loop would do next; returns the number of calls made."""
    return {"told": await bank.tell()}


@router.post("/days/{day}/closing")
async def close(bank: Here, day: date, asked: Spoiling) -> dict[str, Any]:
    """Ends the day now."""
    return {"day": day, "version": bank.close_day(day, _of_files(asked.fault), asked.serial)}


@router.post("/days/{day}/versions", status_code=201)
async def correct(bank: Here, day: date, asked: Spoiling) -> dict[str, Any]:
    """A further file of a day whose file was given out."""
    return {"day": day, "version": bank.correct(day, _of_files(asked.fault), asked.serial)}


@router.get("/days/{day}/file")
async def hand_out(bank: Here, day: date, form: Annotated[str, Query(pattern="^(csv|xml)$")] = "csv") -> Response:
    """The day's newest file for somebody to carry over: signed as it would be on the wire, in its headers."""
    body, headers = bank.unsigned_statement(day, form)
    return Response(body, headers=headers | bank.signature(body))


@router.get("/balance")
async def balance(bank: Here, account: str | None = None) -> dict[str, Any]:
    return {"account": account or bank.account, "balance": bank.balance(account), "today": bank.today()}


@router.get("/journal")
async def journal(
    bank: Here, after: int = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000, what: str | None = None
) -> dict[str, Any]:
    return {"entries": bank.books.journal(after, limit, what)}


def _of_files(fault: Fault | None) -> Fault | None:
    if fault is not None and fault not in FILE_FAULTS:
        raise Refused(422, "这不是对账文件的差错。")
    return fault
