"""The bank's days in a test's hands: money moves, the bank closes its day, the file comes in."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx

from services.fees.tests.samples import CASE, TODAY
from services.fees.tests.window import Window
from sim.bank import Fault, SignedFile
from sim.bank.ledger import Line
from sim.bank.statements import Statement, to_csv
from yimen.web import Role
from yimen.worktime import SHANGHAI

TREASURER = "treasurer-1"
TOMORROW = TODAY + timedelta(days=1)


async def paid(window: Window, *numbers: int, told: bool = True) -> list[str]:
    """A notice of 160 yuan for each, paid at the bank; the serials."""
    serials = []
    for n in numbers:
        notice = await window.issued(f"{CASE}-{n}", f"L{n}")
        serials.append(window.bank.pay(notice["payment_code"], "qr")["serial"])
    if told:
        await window.bank.tell()
    return serials


def morning(window: Window, day: date, hour: int = 6) -> None:
    """The clock goes on to that hour in Shanghai."""
    window.clock.advance(datetime.combine(day, time(hour), SHANGHAI) - window.clock.now())


def filed(window: Window, day: date = TODAY, fault: Fault | None = None, serial: str | None = None) -> SignedFile:
    """The bank ends its day; its file."""
    window.bank.close_day(day, fault, serial)
    return window.bank.statement(day)


async def bring(window: Window, file: SignedFile, role: Role = Role.TREASURER, **params: Any) -> httpx.Response:
    headers = window.headers(role, TREASURER) | file.headers
    return await window.harness.client.post("/statements", content=file.body, headers=headers, params=params)


async def imported(window: Window, file: SignedFile, status: int = 201) -> dict[str, Any]:
    answer = await bring(window, file)
    assert answer.status_code == status, answer.text
    await window.harness.fire_timers()
    found: dict[str, Any] = answer.json()
    return found


async def found(window: Window) -> list[tuple[str, str, str]]:
    """Kind, serial and state of every difference."""
    rows = await window.rows("SELECT kind, bank_serial, state FROM differences ORDER BY day, kind, bank_serial")
    return [tuple(row) for row in rows]  # type: ignore[misc]


async def day(window: Window, when: date = TODAY) -> dict[str, Any]:
    shown: dict[str, Any] = await window.get(f"/days/{when}", Role.TREASURER)
    return shown


async def answer_for(
    window: Window, act: str, path: str, version: int, note: str = "已与银行核对", role: Role = Role.TREASURER
) -> httpx.Response:
    """`act`: resolution or carry of a difference, closing of a day."""
    headers = window.headers(role, TREASURER) | {"If-Match": f'"{version}"'}
    return await window.harness.client.post(f"{path}/{act}", json={"note": note}, headers=headers)


async def settle_all(window: Window, act: str = "resolution", kinds: Sequence[str] = ()) -> None:
    """Every difference that waits for somebody, or those of these kinds."""
    listed = (await window.get("/differences?limit=200", Role.TREASURER))["differences"]
    for one in listed:
        if one["state"] in ("open", "held") and (not kinds or one["kind"] in kinds):
            answer = await answer_for(window, act, f"/differences/{one['difference_id']}", one["version"])
            assert answer.status_code == 200, answer.text


def made(window: Window, *lines: Line, day: date = TODAY, version: int = 1, opening: int = 0) -> SignedFile:
    """A file under the bank's signature with whatever lines a test needs."""
    told = Statement(
        "代收银行",
        window.bank.account,
        day,
        version,
        opening,
        lines,
        window.clock.now(),
        window.bank.ledger.period(day),
    )
    body = to_csv(told).encode()
    return SignedFile(body, window.bank.signature(body))


def booked(window: Window, day: date = TODAY) -> tuple[Line, ...]:
    """What the bank's own books have of that day."""
    return window.bank.ledger.lines(window.bank.account, day)


async def agree(window: Window) -> None:
    """Our bank account is the bank's; what the treasury has to come is on its way or in no remittance yet."""
    assert await window.balance("1002") == window.bank.balance()
    to_come = -sum([await window.balance(account) for account in ("2203", "1122.%")])
    [on_its_way] = await window.rows("SELECT COALESCE(SUM(amount), 0) FROM remittances WHERE state = 'ordered'")
    [unsent] = await window.rows(
        """SELECT COALESCE(SUM(CASE WHEN p.debit = '2203' AND p.credit = '2242' THEN -p.amount
            WHEN p.credit LIKE '1122.%' AND p.debit IN ('1002', '2241') THEN p.amount ELSE 0 END), 0)
        FROM journals j JOIN postings p ON p.journal_id = j.id
        WHERE NOT EXISTS (SELECT 1 FROM remittance_parts r WHERE r.journal_id = j.id)"""
    )
    assert to_come == on_its_way[0] + unsent[0]
    assert await window.harness.parked() == []
