"""A day whose file opens with another balance than the books, which leaves it open; and a file of another day to bring."""

from datetime import date, timedelta

from sqlalchemy import func, select

from services.fees.tables import days
from services.fees.tests.samples import TODAY
from sim.bank import KeyRing, wire
from sim.bank.statements import Statement, to_csv
from tests.support.rooms import Room
from yimen.web import Role

BROUGHT = "POST /statements"
NOTE = {"note": "已与银行核对，次日更正"}


async def furnish(room: Room, _label: str) -> None:
    # Days that have no neighbours: those of one kind are even, of the other odd.
    day = TODAY - timedelta(days=2 * await _known(room) + 2)
    treasurer = room.rightful(Role.TREASURER)
    body = _file(room, day, 100)
    made = await room.harness.client.post("/statements", content=body, headers=treasurer | _signature(room, body))
    assert made.status_code == 201, made.text
    found = await room.harness.client.get(f"/differences?day={day}", headers=treasurer)
    [difference] = found.json()["differences"]
    room.ids |= {"day": day.isoformat(), "difference_id": str(difference["difference_id"])}
    other = _file(room, day - timedelta(days=3651), 0)
    room.bodies |= {
        "POST /days/{day}/closing": NOTE,
        "POST /differences/{difference_id}/resolution": NOTE,
        "POST /differences/{difference_id}/carry": NOTE,
        BROUGHT: other,
    }
    room.headers |= {BROUGHT: _signature(room, other)}


async def _known(room: Room) -> int:
    async with room.harness.units.view() as view:
        return int((await view.execute(select(func.count()).select_from(days))).scalar_one())


def _file(room: Room, day: date, opening: int) -> bytes:
    account, now = room.harness.service.context.settings.fiscal_account, room.harness.clock.now()
    return to_csv(Statement("代收银行", account, day, 1, opening, (), now, (now, now))).encode()


def _signature(room: Room, body: bytes) -> dict[str, str]:
    ring = KeyRing(room.harness.service.context.settings.bank_keys_file.parent)
    return wire.signature(ring, ring.serials[0], room.harness.clock.now(), f"nonce-{next(room.serial):08}", body)
