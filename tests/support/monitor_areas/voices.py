"""A complaint in the hands of whoever is about to ask, a bad rating, a question: each where the step asked for finds it."""

from typing import Any
from uuid import uuid4

from services.monitor.tests import raters
from services.monitor.tests.voices import ACCEPTANCE, ANSWER, REVISIT, SAID
from tests.support.monitor_areas.seals import PASSWORD
from tests.support.rooms import Room
from yimen.web import Role

COMPLAINT, RATING = "POST /complaints/{complaint_number}/", "POST /ratings/{rating_id}/"
CONSULTATION = "POST /consultations/{consultation_number}/"
ERASURE = "contact-erasure"
TOPICS = {Role.DISCIPLINE_OFFICER: "bribery", Role.SUPERVISOR: "licensing"}
TRANSFERS = {"bribery": "licensing", "licensing": "service", "service": "bribery"}
OFFICERS = {"bribery": Role.DISCIPLINE_OFFICER, "licensing": Role.SUPERVISOR, "service": Role.CENTRE_ADMIN}
BEFORE = {"refusal": 0, "acceptance": 0, "revisit": 2}
"""How far a complaint has come when a step is asked for: filed, accepted, answered."""

CALLED = {"reached": True, "note": "已致歉"}
RATED = {
    "PUT /ratings/{case_number}/{stage}": raters.ON_LINE,
    "PUT /tablets/{ticket}": raters.GOOD,
    f"{RATING}call-back": CALLED,
    f"{RATING}rectification": {"measures": "增设窗口"},
}
ASKED = {"department": "planning", "question": "临时占道要带什么材料？", "asker": "覃小满", "contact": "13977712345"}
ANSWERED = {"answer": "带身份证。", "shown_question": "要带什么材料？"}
REFUSED = {"ground": "elsewhere", "reasons": "不属于大厅办理的事项"}
ERASED = {"reason": "本人申请删除"}


async def furnish(room: Room, label: str) -> None:
    topic = TOPICS.get(room.asker or Role.CENTRE_ADMIN, "service")
    room.bodies |= {
        "POST /complaints": SAID,
        "POST /complaints/entered": SAID | {"channel": "phone"},
        f"{COMPLAINT}acceptance": ACCEPTANCE,
        f"{COMPLAINT}refusal": REFUSED,
        f"{COMPLAINT}transfer": {"topic": TRANSFERS[topic], "reasons": "应由其他单位办理"},
        f"{COMPLAINT}extension": {"days": 5, "reasons": "需要调取材料"},
        f"{COMPLAINT}answer": ANSWER,
        f"{COMPLAINT}revisit": REVISIT,
        "POST /consultations": ASKED,
        f"{CONSULTATION}answer": ANSWERED,
        **{f"{of}{ERASURE}": ERASED for of in (COMPLAINT, RATING, CONSULTATION)},
    }
    await _complaint(room, label, topic)
    await _rating(room, label)
    await _consultation(room, label)


async def _complaint(room: Room, label: str, topic: str) -> None:
    filed = await _create(room, "/complaints", SAID | {"topic": topic})
    number, headers = filed["complaint_number"], {"Query-Password": filed["query_password"]}
    room.ids["complaint_number"] = number
    room.headers |= {"GET /complaints/{complaint_number}/progress": headers, f"{COMPLAINT}withdrawal": headers}
    steps = [("acceptance", ACCEPTANCE), ("answer", ANSWER)][: BEFORE.get(label.rpartition("/")[2], 1)]
    if label.endswith(ERASURE):
        steps = [("refusal", REFUSED)]
    for version, (step, body) in enumerate(steps, 1):
        who = room.harness.as_(OFFICERS[topic], id="officer-1", name="经办人") | {"If-Match": f'"{version}"'}
        done = await room.harness.client.post(f"/complaints/{number}/{step}", json=body, headers=who)
        assert done.status_code == 200, done.text


async def _rating(room: Room, label: str) -> None:
    """Of a case of its own; on line, of the one whose record can be checked."""
    number = f"R{next(room.serial)}"
    for case in (number, room.ids["case_number"]):
        await room.harness.deliver(*raters.story(case), source="/intake", time=room.harness.clock.now())
    one = raters.Raters(room.harness)
    ticket = (await one.open("acceptance", number=number)).json()["ticket"]
    said = raters.GOOD | raters.NAMED if label.endswith(ERASURE) else raters.BAD
    given = (await room.harness.client.put(f"/tablets/{ticket}", json=said)).json()
    opened = (await one.open(number=number)).json()
    room.ids |= {"rating_id": given["rating_id"], "ticket": opened["ticket"], "stage": "closing"}
    room.bodies |= RATED | {"POST /ratings/tickets": {"case_number": number, "stage": "closing"}}
    room.headers["PUT /ratings/{case_number}/{stage}"] = {"Query-Password": PASSWORD}
    if label == f"{RATING}rectification":
        assert (await one.act(given["rating_id"], "call-back", CALLED)).is_success


async def _consultation(room: Room, label: str) -> None:
    asked = await _create(room, "/consultations", ASKED)
    number = asked["consultation_number"]
    room.ids["consultation_number"] = number
    room.headers["GET /consultations/{consultation_number}/progress"] = {"Query-Password": asked["query_password"]}
    if label.endswith(ERASURE):
        who = room.harness.as_(Role.WINDOW_CLERK, departments=["planning"], id="clerk-1") | {"If-Match": '"1"'}
        done = await room.harness.client.post(f"/consultations/{number}/answer", json=ANSWERED, headers=who)
        assert done.status_code == 200, done.text


async def _create(room: Room, path: str, body: dict[str, Any]) -> dict[str, Any]:
    made = await room.harness.client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found
