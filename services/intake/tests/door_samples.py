"""Items with minor material and items that bear on safety, and cases that were accepted with a gap, for tests."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain import clock, deferring, door
from services.intake.domain.case import Case, Change
from services.intake.domain.deferring import Gap
from services.intake.domain.item import Item, ItemMaterial
from services.intake.domain.values import Held
from services.intake.tests.samples import APPLICATION, CLERK, JOINT, MONDAY, ORGAN, RULES, item, submitted
from yimen.contracts.parts import Kind
from yimen.errors import Refusal

PLAN = ItemMaterial(code="02", name="平面图", originals=1, deferrable=True)
PHOTO = ItemMaterial(code="04", name="现场照片", originals=1, deferrable=True)
WITH_MINOR = (APPLICATION, PLAN, PHOTO)

MINOR_JOINT = item(
    Kind.JOINT, code=f"{ORGAN}000109999901", name="可容缺联办事项", materials=WITH_MINOR, stages=JOINT.stages
)
MINOR_INSTANT = item(
    Kind.INSTANT, code=f"{ORGAN}000109999902", name="可容缺即办事项", materials=WITH_MINOR, free=True, fees=()
)
SAFETY = item(Kind.INSTANT, code=f"{ORGAN}000109999903", name="烟花爆竹经营许可", free=True, fees=(), safety=True)
OTHER_SAFETY = item(Kind.INSTANT, code=f"{ORGAN}000109999904", name="危险品经营许可", free=True, fees=(), safety=True)
DOOR_ITEMS: tuple[Item, ...] = (MINOR_JOINT, MINOR_INSTANT, SAFETY, OTHER_SAFETY)

OCTOBER_14 = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
NOVEMBER_2 = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code == code)


def gap(*codes: str, days: int | None = 5, committed: bool = True) -> Gap:
    return Gap(dict.fromkeys(codes or ("02", "04"), "尚在制作"), days, committed)


def accepted_with(asked: Gap, of: Item = MINOR_JOINT, at: datetime = MONDAY) -> Change:
    return door.accept(submitted(of, at=at, materials=("01",)), CLERK, at, RULES, asked)


def with_a_gap(of: Item = MINOR_JOINT, days: int | None = 5) -> Case:
    """Until the worked Saturday 2026-10-10, unless the test says how many days."""
    return accepted_with(gap(days=days), of).case


def lapsed(of: Item = MINOR_JOINT) -> Case:
    return deferring.lapse(with_a_gap(of, None if of.kind is Kind.INSTANT else 5), RULES).case


def pieces(*codes: str, at: datetime = OCTOBER_14) -> tuple[Held, ...]:
    names = {material.code: material.name for material in WITH_MINOR}
    return tuple(Held(code=code, name=names.get(code, "别的"), copies=1, handed_in_at=at) for code in codes)


def handed_in(case: Case, *codes: str, at: datetime = OCTOBER_14) -> Change:
    return deferring.hand_in(case, pieces(*codes, at=at), at, RULES)


def returned_unfilled() -> Case:
    """Accepted with a gap, lapsed, and returned on 2026-10-31, when the grace had passed too."""
    case = lapsed()
    (ends,) = (due for (name, _key), due in clock.timers(case, RULES).items() if name == clock.DEFERRAL_MAKE_UP)
    return door.return_unfilled(case, ends).case


def later(days: int) -> datetime:
    return MONDAY + timedelta(days=days)
