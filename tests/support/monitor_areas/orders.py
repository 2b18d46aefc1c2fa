"""An order that waits for its answer, or for what is decided about the answer."""

from tests.support.rooms import Room
from yimen.web import Role

JUDGED = {"POST /orders/{order_number}/return", "POST /orders/{order_number}/closure"}


async def furnish(room: Room, label: str) -> None:
    client, serial = room.harness.client, next(room.serial)
    demand = {"department": room.department, "demand": "三日内说明原因并反馈处理结果。", "days": 3}
    key = {"Idempotency-Key": f"order-{serial}"}
    made = await client.post("/orders", json=demand, headers=room.rightful(Role.SUPERVISOR) | key)
    room.ids["order_number"] = number = made.json()["order_number"]
    if label in JUDGED:
        headers = room.rightful(Role.CHIEF_REPRESENTATIVE) | {"If-Match": '"1"'}
        await client.post(f"/orders/{number}/answer", json={"answer": "已经整改。"}, headers=headers)
    step = "POST /orders/{order_number}"
    room.bodies |= {
        "POST /orders": demand | {"about": f"TS{serial}"},
        f"{step}/answer": {"answer": "已经整改。"},
        f"{step}/return": {"reason": "未说明责任人。", "days": 2},
        f"{step}/extension": {"reason": "责任人出差未归。", "days": 2},
        f"{step}/closure": {"result": "情况属实，予以办结。"},
    }
