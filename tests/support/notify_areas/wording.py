"""A template, a rule that the centre may switch, and what is written of both."""

from tests.support.rooms import Room


async def furnish(room: Room, _label: str) -> None:
    words = {"subject": "收到{case_number}", "text": "您的申请“{item_name}”已收到，将于{answer_by}前答复。"}
    room.ids |= {"code": "submitted", "language": "zh", "rule_id": "withdrawn"}
    room.bodies["POST /templates/{code}/{language}/versions"] = words | {"reason": "用语更亲切"}
    room.bodies["POST /templates/{code}/{language}/preview"] = words
    room.bodies["PUT /rules/{rule_id}"] = {
        "enabled": False,
        "channels": ["sms", "inbox"],
        "urgent": False,
        "reason": "主任办公会议决定",
    }
