"""The people of the played county. Every role that the hall knows is played by somebody; none of them exists."""

from dataclasses import dataclass, field

from yimen.departments import DEPARTMENTS

_STAFF = {  # window clerk, section officer, chief representative
    "planning": ("陈思远", "刘建平", "黄国栋"),
    "environment": ("林晓燕", "何志明", "罗长青"),
    "fire": ("赵铁军", "孙浩然", "周卫东"),
    "housing": ("吴丽华", "郑文斌", "王立新"),
    "market": ("冯雅琴", "曾庆丰", "谢永康"),
    "health": ("邓婉婷", "彭子健", "叶春兰"),
    "development": ("蔡文静", "潘振华", "钟启明"),
    "religion": ("马玉兰", "丁善文", "白海峰"),
    "culture": ("苏小曼", "卢一鸣", "江雪梅"),
    "forestry": ("杨柳青", "温志林", "石大山"),
    "administration": ("余佳慧", "邱明亮", "方正平"),
}


@dataclass(frozen=True)
class Person:
    """`id` is the token's subject. Numbers and phones are for filling in applications; no token carries them."""

    id: str
    name: str
    title: str
    roles: tuple[str, ...]
    departments: tuple[str, ...] = field(default=())
    id_number: str = ""
    phone: str = ""


def _applicants() -> list[Person]:
    return [
        Person("zhang-xiaomei", "张小梅", "市民", ("citizen",), id_number="36072219850312422X", phone="13800000001"),
        Person("li-qiang", "李强", "市民", ("citizen",), id_number="360722197805203316", phone="13800000002"),
        Person(
            "agent-chengyuan",
            "何敏",
            "诚远建材有限公司经办人",
            ("citizen",),
            id_number="91360722MA35K8XQ2K",
            phone="13800000003",
        ),
    ]


def _centre() -> list[Person]:
    return [
        Person("clerk-all", "万晓芳", "综合窗口", ("window_clerk",), tuple(DEPARTMENTS)),
        Person("fee-officer", "金若水", "收费窗口", ("fee_officer",)),
        Person("fee-officer-2", "钱多多", "收费窗口（复核）", ("fee_officer",)),
        Person("treasurer", "库有余", "财政局国库科", ("treasurer",)),
        Person("supervisor", "严明", "监察室", ("supervisor",)),
        Person("leader", "高远", "中心主任", ("leader",)),
        Person("operator", "云守望", "运维值班", ("operator",)),
        Person("centre-admin", "章有序", "中心管理员", ("centre_admin",)),
        Person("county-head", "郑县长", "县政府分管负责人", ("government_head",)),
        Person("station-taiping", "覃乐民", "太平镇便民服务站", ("station_clerk",), ("taiping",)),
        Person("agent-shanjiao", "农热心", "太平镇山脚村代办员", ("village_agent",), ("taiping-shanjiao",)),
        Person("discipline", "廉清正", "纠风办", ("discipline_officer",)),
        Person("clock-keeper", "时序", "演示时钟管理员", ("clock_keeper",)),
    ]


def _department(code: str) -> list[Person]:
    clerk, officer, chief = _STAFF[code]
    name, serves = DEPARTMENTS[code], (code,)
    return [
        Person(f"clerk-{code}", clerk, f"{name}窗口", ("window_clerk",), serves),
        Person(f"officer-{code}", officer, f"{name}科室经办人", ("section_officer",), serves),
        Person(f"chief-{code}", chief, f"{name}首席代表", ("chief_representative",), serves),
        Person(f"chief-b-{code}", f"{chief[0]}副代表", f"{name}首席代表B角", ("section_officer",), serves),
        Person(f"head-{code}", f"{officer[0]}局长", f"{name}负责人", ("organ_head",), serves),
        Person(f"system-{code}", f"{name}业务系统", f"{name}业务系统", ("integrator",), serves),
    ]


PEOPLE = {
    person.id: person
    for person in (*_applicants(), *_centre(), *(one for code in DEPARTMENTS for one in _department(code)))
}
