"""What is told to nobody is kept too, with its reason: one row, written with the others of its unit.

Reasons are words of the program; `REASONS` says them to people.
"""

from types import MappingProxyType
from typing import Final

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.domain.rules import Letter
from services.notify.tables import skipped
from yimen.bus import Unit

REASONS: Final = MappingProxyType(
    {
        "no_rule": "没有规则要求告知",
        "rule_off": "规则已停用",
        "conditions_not_met": "不符合规则的条件",
        "no_contact": "收件人没有联系方式",
    }
)


def skip(unit: Unit[Context], told: Told, reason: str, letter: Letter | None = None) -> None:
    """`letter`: the one that is not sent; None when the event is told to nobody at all."""
    row = {
        "event_id": told.meta.id,
        "type": told.meta.type,
        "subject": told.meta.subject,
        "case_number": told.event.correlation_id,
        "template": letter and letter.template,
        "recipient": letter and letter.recipient,
        "reason": reason,
        "at": unit.now,
    }
    unit.add(skipped, row)
