"""Papers: of the department's case, one that failed where an operator is about to have it made again, and a link."""

from typing import Final

from services.notify.tests import samples
from services.notify.tests.sheets import keep_paper
from tests.support.rooms import Room
from yimen.contracts import intake
from yimen.contracts.parts import Applicant
from yimen.ids import case_number
from yimen.passwords import hashed
from yimen.web import Role
from yimen.worktime import local_date

PASSWORD: Final = "00000000"  # what the room shows
OWN: Final = ("POST /my/cases/{case_number}/documents", "GET /my/cases/{case_number}/inbox")
AGAIN: Final = "POST /documents/{document_id}/rendering"
UNSETTABLE: Final = Applicant(name="王𠮷", masked_id="3607**********0011")


async def furnish(room: Room, label: str) -> None:
    harness, now = room.harness, room.harness.clock.now()
    number = case_number("450721", local_date(now), "P", next(room.serial))
    said = intake.CredentialRecorded(case_number=number, password_hash=hashed(PASSWORD), recorded_at=now)
    handed_in = samples.contact(number, account=room.person)
    await harness.deliver(said, handed_in, source="/intake")
    paper = await keep_paper(harness, case_number=number, department=room.department)
    opened = await harness.client.post(f"/cases/{number}/documents", headers={"Query-Password": PASSWORD})
    assert opened.status_code == 200, opened.text
    token = opened.json()["documents"][0]["url"].split("/")[2]
    if label == AGAIN:
        paper = await _failed(room, number)
    room.ids |= {"case_number": number, "document_id": paper, "token": token}
    room.bodies |= {AGAIN: {"reason": "字体已补齐"}, "POST /check": b"%PDF-1.7"}


async def _failed(room: Room, number: str) -> str:
    event = samples.submitted(number, room.department).model_copy(update={"applicant": UNSETTABLE})
    await room.harness.deliver(samples.published(), event, source="/intake")
    while await room.harness.run_senders():
        pass
    answer = await room.harness.client.get(
        "/documents", headers=room.rightful(Role.SUPERVISOR), params={"case_number": number, "state": "failed"}
    )
    return str(answer.json()["documents"][0]["id"])
