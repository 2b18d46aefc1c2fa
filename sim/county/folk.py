"""People who walk in with a matter of their own: made-up names, and numbers that are well formed and nobody's."""

import random
from dataclasses import dataclass, field

from sim.demo.hall import Json

SURNAMES = "黄李韦陈梁覃张莫刘农陆卢廖谭宁杨吴周邓何"
GIVEN = (
    "秀英",
    "建国",
    "丽娟",
    "志强",
    "桂兰",
    "海燕",
    "文杰",
    "玉珍",
    "永福",
    "小红",
    "国庆",
    "春梅",
    "俊杰",
    "美玲",
    "德胜",
)
FIRMS = ("顺达货运", "绿源农业", "百味餐饮", "康宁药房", "金穗粮油", "宏图建筑", "晨光文具", "海风渔业")
AREA = "360722"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

INSTANT = ("公共场所卫生许可", "个体工商户", "公司设立登记")
COMMITTED = ("食品经营许可", "健身设施", "可行性研究报告", "林木采伐", "节能审查")
CHARGED = ("首次登记",)
JOINT = ("建设工程规划许可证",)


@dataclass
class Wish:
    """What somebody comes for. `course`: which way it takes (errands.COURSES)."""

    item: str
    course: str
    applicant: Json = field(default_factory=dict)


def resident_id(dice: random.Random) -> str:
    """GB 11643: area, birthday, serial, check digit."""
    birthday = f"{dice.randint(1955, 2004)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    body = f"{AREA}{birthday}{dice.randint(1, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code(dice: random.Random) -> str:
    """GB 32100: 18 characters, the last a check on the others."""
    body = f"91{AREA}MA{''.join(dice.choice(_CREDIT_DIGITS) for _ in range(7))}"
    total = sum(_CREDIT_DIGITS.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + _CREDIT_DIGITS[(31 - total % 31) % 31]


def somebody(dice: random.Random) -> Json:
    phone = f"138{dice.randint(0, 99_999_999):08}"
    name = dice.choice(SURNAMES) + dice.choice(GIVEN)
    if dice.random() < 0.3:
        firm = f"{dice.choice(FIRMS)}有限公司"
        return {"type": "organisation", "name": firm, "id_number": credit_code(dice), "phone": phone}
    return {"type": "person", "name": name, "id_number": resident_id(dice), "phone": phone}


def wish(dice: random.Random) -> Wish:
    """Mostly small matters; now and then one that takes many."""
    course = dice.choices(
        ("instant", "committed", "charged", "joint", "returned", "corrected"), (40, 26, 16, 5, 5, 8), k=1
    )[0]
    choices = {"instant": INSTANT, "charged": CHARGED, "joint": JOINT}.get(course, COMMITTED)
    return Wish(dice.choice(choices), course, somebody(dice))
