"""The furniture of approval: a review on a department's desk, ready for whatever is about to be asked of it."""

from datetime import datetime, timedelta
from typing import Any

from services.approval.tests import samples
from tests.support.rooms import Room
from yimen.contracts.parts import Kind
from yimen.web import Role
from yimen.worktime import local_date, start_of_day

DEPARTMENT = "/departments/{department}/"
REVIEW = f"POST {DEPARTMENT}reviews/{{review_id}}/"
DEPUTY = f"{DEPARTMENT}stand-ins/{{staff_id}}"
UPWARD = {f"{REVIEW}forwarding", f"{REVIEW}superior-answer"}
MORE_TIME = {f"{REVIEW}extension", f"{REVIEW}extension/refusal"}
WAITING = MORE_TIME | {f"GET {DEPARTMENT}extension-requests", f"GET {DEPARTMENT}reviews/{{review_id}}"}
"""Asked by a head, these are about a review whose request for more time is theirs to answer."""

BEFORE = {
    f"{REVIEW}resumption": [f"{REVIEW}pause"],
    f"{REVIEW}hearing/notice": [f"{REVIEW}hearing"],
    f"{REVIEW}superior-answer": [f"{REVIEW}forwarding"],
} | {label: [f"{REVIEW}extension-request"] for label in WAITING}


async def furnish(room: Room, label: str) -> None:
    """Signed for, except where signing is what is to be done; with somebody who stands in for the chief."""
    number, now = next(room.serial), room.harness.clock.now()
    review_id = f"R{number}"
    asked = samples.requested(
        review_id=review_id,
        case_number=f"CASE{number}",
        department=room.department,
        requested_at=now,
        requested_on=local_date(now),
        limit_days=20,
        **_kind(room, label),
    )
    await room.harness.deliver(asked, source="/intake")
    room.ids = {"department": room.department, "review_id": review_id, "staff_id": f"deputy-{number}"}
    room.bodies = _bodies(now)
    if label != f"{REVIEW}receipt":
        await _done(room, "POST", f"reviews/{review_id}/receipt", None)
    decides = label == f"{REVIEW}decision" and room.asker is Role.SECTION_OFFICER
    for deputy in (room.ids["staff_id"], *([room.person] if decides else [])):
        await _done(room, "PUT", f"stand-ins/{deputy}", room.bodies[f"PUT {DEPUTY}"])
    if label == f"{REVIEW}hearing/record":
        await _heard(room, review_id)


def _kind(room: Room, label: str) -> dict[str, Any]:
    """Joint; but forwarded for what goes up, and of the organ alone where its head answers."""
    if label in UPWARD:
        return {"kind": Kind.FORWARDED, "silence_consents": False}
    if label in WAITING and room.asker is not Role.GOVERNMENT_HEAD:
        return {"kind": Kind.COMMITTED, "silence_consents": False}
    return {}


def _bodies(now: datetime) -> dict[str, Any]:
    today = local_date(now)
    hearing = start_of_day(samples.CALENDAR.add(today, 10).date)
    two = [{"id": "u1", "name": "王签收"}, {"id": "u2", "name": "孙二"}]
    moves = {
        "assignment": {"assignee": {"id": "u7", "name": "周科员"}},
        "pause": {"kind": "testing", "basis": "许可法第四十五条", "planned_days": 10},
        "site-visit": {
            "officials": two,
            "place": "人民路1号",
            "findings": "通道畅通",
            "started_at": now.isoformat(),
            "checked_party": "赵一",
        },
        "hearing": {"requested_by": "赵一", "told_on": str(today), "requested_on": str(today)},
        "hearing/notice": {
            "holds_at": hearing.isoformat(),
            "place": "二楼会议室",
            "chair": {"id": "legal-1", "name": "李主持"},
        },
        "hearing/record": {"record": "双方陈述意见，记录属实。"},
        "extension-request": {"days": 5, "reasons": "需委托专业机构复核"},
        "extension": {"days": 5, "reasons": "情况复杂，同意延期"},
        "extension/refusal": {"reasons": "理由不足"},
        "forwarding": {"superior": "市消防救援支队", "opinion": "拟同意"},
        "superior-answer": {"superior": "市消防救援支队", "granted": True},
        "decision": {"opinion": "consent"},
        "fee-list": {"lines": [{"code": "SURVEY", "quantity": 2}]},
    }
    deputy = {"name": "副代表", "from": str(today), "until": str(today + timedelta(days=9)), "reason": "外出学习"}
    return {f"{REVIEW}{name}": body for name, body in moves.items()} | {f"PUT {DEPUTY}": deputy}


async def _heard(room: Room, review_id: str) -> None:
    """A hearing whose hour has come."""
    for step in ("hearing", "hearing/notice"):
        await _done(room, "POST", f"reviews/{review_id}/{step}", room.bodies[f"{REVIEW}{step}"])
    room.harness.clock.move_to(datetime.fromisoformat(room.bodies[f"{REVIEW}hearing/notice"]["holds_at"]))


async def _done(room: Room, method: str, path: str, body: Any) -> None:
    """By the chief representative, on the version that stands."""
    chief = room.harness.as_(Role.CHIEF_REPRESENTATIVE, departments=[room.department], id="chief-1", name="李首席")
    url, client = f"/departments/{room.department}/{path}", room.harness.client
    answer = await client.request(method, url, json=body, headers=chief | {"If-Match": '"0"'})
    if answer.status_code == 412:
        seen = {"If-Match": answer.headers["ETag"]}
        answer = await client.request(method, url, json=body, headers=chief | seen)
    assert answer.status_code == 200, answer.text
