"""What makes an item unfit to be published. Each rule names the field and says in Chinese what to do about it.

Guarantees: every rule speaks, whatever the others found, so that a department mends its record in one round; the
contradictions that real records carry (figure against text, promise against law, free with fee rows) are refused.
Does not: know whether a cited article says what it is cited for.
"""

import re
from collections.abc import Callable
from contextlib import suppress

from services.intake.domain.fee_rules import fees
from services.intake.domain.findings import Found, repeated
from services.intake.domain.flow_rules import first_review, flow, forwarding, overriding, situations_of_flow
from services.intake.domain.item import Disclosures, Item
from services.intake.domain.material_rules import deferral, materials, situations_of_materials
from yimen.contracts.parts import Kind
from yimen.ids import InvalidNumber, implementation_code

COUNTY = 4
STATUTORY_DEFAULT = 20  # R22, Art. 42
JOINT_LIMIT = 45  # R24, Art. 42

DISCLOSURE_NAMES = {
    "content": "审批内容",
    "basis": "依据",
    "conditions": "条件",
    "procedure": "程序",
    "limit": "时限",
    "fee": "收费标准",
}

_WORKING_DAYS = re.compile(r"([0-9]{1,9})\s*个?工作日")
_ANY_DAYS = re.compile(r"([0-9]{1,9})\s*个?(?:工作)?日")
_NUMBER = re.compile(r"[0-9]{1,9}")
_AT_ONCE = ("当场", "即时")


def faults(item: Item) -> Found:
    for rule in _RULES:
        yield from rule(item)


def faults_as_far_as_read(item: Item) -> Found:
    """Of an item some of whose fields could not be read and are not there: rules that need them stay silent."""
    for rule in _RULES:
        with suppress(AttributeError):
            yield from rule(item)


def statutory_default(kind: object) -> int:
    """The limit where no other law names one: 45 for joint cases (R24), else 20 (R22)."""
    return JOINT_LIMIT if kind == Kind.JOINT else STATUTORY_DEFAULT


def _code(item: Item) -> Found:
    try:
        code = implementation_code(item.code)
    except InvalidNumber as wrong:
        yield "code", str(wrong)
        return
    if str(code) != item.code:
        yield "code", f"编码应写作“{code}”，请去掉空格，改用半角大写。"
    if code.level != COUNTY:
        yield "code", f"行使层级为{code.level_name}，本中心只办理县级事项，第19位应为{COUNTY}，请核对。"


def _limits(item: Item) -> Found:
    """R21, R22, R24."""
    if item.promised_days > item.statutory_days:
        yield (
            "promised_days",
            f"承诺时限{item.promised_days}个工作日超过法定时限{item.statutory_days}个工作日，请缩短承诺时限。",
        )
    if item.kind is Kind.JOINT and item.statutory_days > JOINT_LIMIT:
        yield "statutory_days", f"联办件法定时限最长{JOINT_LIMIT}个工作日，现为{item.statutory_days}，请改正。"
    if item.kind is not Kind.JOINT and item.statutory_days > STATUTORY_DEFAULT and not item.statutory_basis.strip():
        yield (
            "statutory_days",
            f"法定时限{item.statutory_days}个工作日超过{STATUTORY_DEFAULT}个工作日，请在statutory_basis写明依据的法律、法规，"
            "没有依据的请改正。",
        )
    if item.kind is Kind.INSTANT and item.promised_days != 0:
        yield "promised_days", f"即办件当场办结，承诺时限应为0，现为{item.promised_days}，请改正时限或办件类型。"
    if item.kind is not Kind.INSTANT and item.promised_days == 0:
        yield "promised_days", "不是即办件，承诺时限至少1个工作日，请改正时限或办件类型。"


def _texts(item: Item) -> Found:
    """The figure equals the number in its text, and the text names its unit."""
    for name, days in (("statutory", item.statutory_days), ("promised", item.promised_days)):
        text = getattr(item, f"{name}_text")
        if not text:
            continue
        said = _days_of(text)
        if said is None:
            yield f"{name}_text", f"“{text}”没有写明“…个工作日”或“当场”，请写明数字和单位。"
        elif said != days:
            yield f"{name}_days", f"数值{days}与文字“{text}”不一致，请核对后改正其中一处。"


def _days_of(text: str) -> int | None:
    if found := _WORKING_DAYS.search(text):
        return int(found[1])
    return 0 if any(word in text for word in _AT_ONCE) else None


def _disclosed(item: Item) -> Found:
    """R12, and what the public reads is what is counted and charged."""
    for field in Disclosures.model_fields:
        if not getattr(item.disclosures, field).strip():
            yield f"disclosures.{field}", f"六项公开缺“{DISCLOSURE_NAMES[field]}”，补齐之前不得公布。"
    for days in sorted({int(days) for days in _ANY_DAYS.findall(item.disclosures.limit)}):
        if days not in (item.statutory_days, item.promised_days):
            yield "disclosures.limit", f"公开的时限{days}日既不是法定时限也不是承诺时限，请核对后改正。"
    if item.free and item.disclosures.fee.strip() and "不收费" not in item.disclosures.fee:
        yield "disclosures.fee", "不收费事项的公开内容应写明“不收费”，请改正。"


def _waits(item: Item) -> Found:
    """R15, R33: what is decided on the same visit can wait for no queue and no inspection."""
    if item.kind is Kind.INSTANT and item.quota is not None:
        yield "quota", "数量有限的事项按受理先后决定，不能是即办件，请改正办件类型或删除数量。"
    if item.kind is Kind.INSTANT and item.inspection:
        yield "inspection", "需要现场核查的事项不能是即办件，请改正办件类型或改为false。"


def _basis(item: Item) -> Found:
    if not item.legal_basis.strip():
        yield "legal_basis", "没有设定依据，请写明法律、法规的名称和条款。"
    if not item.quantity.strip():
        yield "quantity", "没有写明数量，无数量限制的请写“无数量限制”。"


def _quota(item: Item) -> Found:
    """R15: what the public reads of the number is what is counted."""
    if item.quota is None:
        return
    if "无数量限制" in item.quantity:
        yield "quantity", f"每年限额{item.quota}件，数量不得写“无数量限制”，请改正其中一处。"
    elif (said := set(map(int, _NUMBER.findall(item.quantity)))) and item.quota not in said:
        yield "quantity", f"每年限额{item.quota}件与数量的文字“{item.quantity}”不一致，请核对后改正其中一处。"


def _situations(item: Item) -> Found:
    for code in repeated(situation.code for situation in item.situations):
        yield "situations", f"情形编码{code}重复，请改正。"


def _handing_in(item: Item) -> Found:
    """R100: the levels at which it may be handed in. R33: an inspection needs officials who have days for it."""
    if not item.channels:
        yield "channels", "没有写明申请渠道，请至少列出一种，如window（窗口）。"
    for channel in repeated(item.channels):
        yield "channels", f"申请渠道{channel}重复，请改正。"
    if item.inspection and item.kind is Kind.INSTANT:
        yield "inspection", "即办件当场办结，不能以检验、检测、检疫为依据，请改正办件类型。"


_RULES: tuple[Callable[[Item], Found], ...] = (
    _code,
    _limits,
    _texts,
    _disclosed,
    fees,
    _situations,
    materials,
    situations_of_materials,
    deferral,
    flow,
    situations_of_flow,
    forwarding,
    first_review,
    overriding,
    _waits,
    _basis,
    _quota,
    _handing_in,
)
