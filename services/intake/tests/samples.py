"""Items of each kind, an applicant, and cases of them, for tests."""

from datetime import UTC, date, datetime

from services.intake.domain import door
from services.intake.domain.case import Case, Change, Rules
from services.intake.domain.item import Disclosures, Item, ItemMaterial, LicenceSpec
from services.intake.domain.values import Held, Person, Review
from yimen.contracts.intake import Stage
from yimen.contracts.parts import Channel, Fee, Kind, Staff
from yimen.worktime import Calendar

MONDAY = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai. The fifth working day after it is Saturday 2026-10-10, worked."""

RULES = Rules(Calendar.seeded())
CLERK = Staff(id="clerk", name="王窗口")
CASE_NUMBER = "45072120260928L0000011"
ORGAN = "11450721MB155808114"
APPLICATION = ItemMaterial(code="01", name="申请表", originals=1)
MATERIALS = (
    APPLICATION,
    ItemMaterial(code="02", name="平面图", originals=1, copies=1),
    ItemMaterial(code="03", name="授权书", originals=1, required=False),
)
FEE = Fee(code="F1", name="登记费", unit="件", price=55000, basis="发改价格规〔2016〕2559号")


def item(kind: Kind, **changes: object) -> Item:
    serial = list(Kind).index(kind) + 1
    values = {
        "code": f"{ORGAN}00010{serial:07}",
        "name": f"样例事项{serial}",
        "department": "planning",
        "kind": kind,
        "statutory_days": 45 if kind is Kind.JOINT else 20,
        "promised_days": 0 if kind is Kind.INSTANT else 10,
        "materials": MATERIALS,
        "free": False,
        "fees": (FEE,),
        "licence": LicenceSpec(name="样例许可证", valid_years=5),
        "disclosures": Disclosures(
            content="审批", basis="法", conditions="条件", procedure="程序", limit="", fee="550元"
        ),
        "quantity": "无数量限制",
        "legal_basis": "《中华人民共和国城乡规划法》第四十条",
        "effective_from": date(2026, 1, 1),
        "version": 1,
    }
    return Item.model_validate(values | changes)


INSTANT = item(Kind.INSTANT, free=True, fees=())
COMMITTED = item(Kind.COMMITTED, stages=(Stage(name="审查", departments=("planning",), limit_days=5),))
FORWARDED = item(
    Kind.FORWARDED, superior="省级主管部门", stages=(Stage(name="初审", departments=("planning",), limit_days=5),)
)
JOINT = item(
    Kind.JOINT,
    stages=(
        Stage(name="联合审查", departments=("planning", "fire", "environment"), limit_days=7, silence_consents=True),
    ),
)
TWO_STAGES = item(
    Kind.JOINT,
    code=f"{ORGAN}000109999999",
    name="两阶段联办",
    stages=(
        Stage(name="初审", departments=("fire", "environment"), limit_days=4, silence_consents=True),
        Stage(name="终审", departments=("planning",), limit_days=3),
    ),
)
LED = item(Kind.JOINT, code=f"{ORGAN}000109999998", name="牵头决定的联办", stages=JOINT.stages, lead_may_override=True)
LED_TWO_STAGES = item(
    Kind.JOINT,
    code=f"{ORGAN}000109999997",
    name="两阶段、牵头决定的联办",
    stages=TWO_STAGES.stages,
    lead_may_override=True,
)
ITEMS = (INSTANT, COMMITTED, FORWARDED, JOINT, TWO_STAGES, LED, LED_TWO_STAGES)


def held(*codes: str, at: datetime = MONDAY) -> tuple[Held, ...]:
    names = {material.code: material.name for material in MATERIALS}
    return tuple(Held(code=code, name=names[code], copies=1, handed_in_at=at) for code in codes)


def submitted(of: Item = JOINT, *, at: datetime = MONDAY, materials: tuple[str, ...] = ("01", "02")) -> Case:
    return Case(
        case_number=CASE_NUMBER,
        item=of,
        channel=Channel.WEB,
        applicant=Person(name="张三", id_number="11010519491231002X", phone="13800000000"),
        account="citizen-1",
        submitted_at=at,
        received_on=at.astimezone(UTC).date(),
        materials=held(*materials, at=at),
        complete_at=at,
    )


def accepted(of: Item = JOINT, *, at: datetime = MONDAY) -> Case:
    return door.accept(submitted(of, at=at), CLERK, at, RULES).case


def review_of(case: Case, department: str) -> Review:
    return next(review for review in case.current_reviews if review.department == department)


def kinds(change: Change) -> list[str]:
    return [event.action for event in change.events]
