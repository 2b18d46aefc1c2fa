"""A sealed journal, and a case whose record can be checked."""

from typing import Final
from uuid import uuid4

from tests.support.rooms import Room
from yimen.contracts import intake
from yimen.ids import case_number
from yimen.passwords import hashed
from yimen.web import Role
from yimen.worktime import local_date

PASSWORD: Final = "ABCDE23456"


async def furnish(room: Room, _label: str) -> None:
    harness, now = room.harness, room.harness.clock.now()
    number = case_number("450721", local_date(now), "C", next(room.serial))
    said = intake.CredentialRecorded(case_number=number, password_hash=hashed(PASSWORD), recorded_at=now)
    await harness.deliver(said, source="/intake")
    headers = harness.as_(Role.SUPERVISOR) | {"Idempotency-Key": uuid4().hex}
    await harness.client.post("/journal/seals", headers=headers)
    await harness.fire_timers()
    room.ids |= {"case_number": number, "seal_number": "1"}
