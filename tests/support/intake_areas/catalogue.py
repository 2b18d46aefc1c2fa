"""An item that a department reported, one that may be withdrawn, a file to bring in, a window of the hall."""

from typing import Any
from uuid import uuid4

from services.intake.domain.catalogue_csv import write_csv
from tests.support.rooms import Room
from yimen.web import Role

PLANNING = "114507210000001153"
REPORT = "POST /item-reports/{report_id}/"
WITHDRAWAL = "POST /items/{item_code}/withdrawal"


def record(serial: int) -> dict[str, Any]:
    """A sound item of planning's, of a code that nobody has reported."""
    return {
        "code": f"{PLANNING}4450{serial:09}",
        "name": "临时占地许可",
        "department": "planning",
        "kind": "instant",
        "statutory_days": 20,
        "promised_days": 0,
        "materials": [{"code": "001", "name": "申请表", "originals": 1}],
        "free": True,
        "licence": {"name": "临时占地许可证"},
        "disclosures": {
            "content": "审批",
            "basis": "城乡规划法",
            "conditions": "条件",
            "procedure": "程序",
            "limit": "当场办结",
            "fee": "不收费",
        },
        "quantity": "无数量限制",
        "legal_basis": "《中华人民共和国城乡规划法》第四十四条",
        "effective_from": "2026-01-01",
        "version": 1,
    }


async def furnish(room: Room, label: str) -> None:
    """A report that waits; where an item is to be withdrawn, one of its own that was entered."""
    reported = record(next(room.serial))
    chief = room.harness.as_(Role.CHIEF_REPRESENTATIVE, departments=["planning"], id="chief", name="黄国栋")
    report_id = await _done(room, "/item-reports", {"item": reported}, chief)
    if label == WITHDRAWAL:
        admin = room.harness.as_(Role.CENTRE_ADMIN, id="admin", name="章有序") | {"If-Match": '"1"'}
        await _done(room, f"/item-reports/{report_id}/entry", None, admin)
        room.ids["item_code"] = reported["code"]
    room.ids |= {"report_id": report_id, "window": f"w{next(room.serial)}"}
    room.bodies |= bodies(next(room.serial))


def bodies(serial: int) -> dict[str, Any]:
    staff = [{"id": "wang", "name": "王窗口", "part": "A"}, {"id": "zhao", "name": "赵窗口", "part": "B"}]
    window = {"name": "综合窗口", "place": "一楼", "hours": "9:00至17:00", "phone": "0777-1234567"}
    return {
        "POST /item-reports": {"item": record(serial)},
        "POST /catalogue-imports": {
            "format": "csv",
            "text": csv_file(record(1_000_000 + serial)),
            "department": "planning",
        },
        f"{REPORT}refusal": {"reason": "依据不足"},
        f"{REPORT}exemption": {"reason": "涉密事项"},
        WITHDRAWAL: {"reason": "法律修订", "effective_on": "2026-12-31"},
        "PUT /windows/{window}": window | {"departments": ["planning"], "staff": staff, "duty": []},
    }


def csv_file(item: dict[str, Any]) -> str:
    heading = {"department": "planning", "organ": "自然资源和规划局", "credit_code": PLANNING}
    return write_csv([heading | {"items": [item]}])


async def _done(room: Room, path: str, body: Any, headers: dict[str, str]) -> str:
    answer = await room.harness.client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())} | headers)
    assert answer.is_success, answer.text
    return str(answer.json()["report_id"])
