"""Who may not apply for a time, or not with a gap (R14, R16).

Guarantees: whoever gave false material may not apply again for one year (Licensing Law Art. 78), whoever got a licence by
fraud for three (Art. 79), for items that bear on safety; the last day counts whole. Bad credit closes only acceptance
with a gap, until the record is lifted.
"""

from collections.abc import Iterable
from datetime import date, datetime

from services.intake.domain.item import Item
from services.intake.domain.values import Value
from yimen.contracts.parts import BanGround, Staff
from yimen.errors import NotNow, Unfit

YEARS = {BanGround.FALSE_MATERIAL: 1, BanGround.FRAUD: 3}
GROUNDS = {
    BanGround.FALSE_MATERIAL: "隐瞒有关情况或者提供虚假材料申请行政许可",
    BanGround.FRAUD: "以欺骗、贿赂等不正当手段取得行政许可",
    BanGround.BAD_CREDIT: "有失信记录",
}
ARTICLES = {
    BanGround.FALSE_MATERIAL: "《中华人民共和国行政许可法》第七十八条",
    BanGround.FRAUD: "《中华人民共和国行政许可法》第七十九条",
}


class Ban(Value):
    """Of one person or body. `item_code` None: every item that bears on safety. `until` None: until lifted."""

    ban_id: str
    id_number: str
    name: str
    organisation: bool
    ground: BanGround
    item_code: str | None = None
    found_on: date
    until: date | None
    basis: str
    imposed_by: Staff
    imposed_at: datetime
    lifted_at: datetime | None = None
    lifted_by: Staff | None = None
    lifting_reason: str = ""

    def stands(self, on: date) -> bool:
        return self.lifted_at is None and (self.until is None or on <= self.until)

    def concerns(self, item: Item) -> bool:
        return self.item_code in (None, item.code)


def last_day(ground: BanGround, found_on: date) -> date | None:
    """The same day of the last year (the day of the finding is not counted; Civil Code Art. 201, 202). None: no end."""
    if ground not in YEARS:
        return None
    try:
        return found_on.replace(year=found_on.year + YEARS[ground])
    except ValueError:  # 29 February: the month's last day
        return found_on.replace(year=found_on.year + YEARS[ground], day=28)


def check(ground: BanGround, found_on: date, item: Item | None, today: date) -> None:
    """Raises `Unfit` for a ban that the law does not know."""
    if found_on > today:
        raise Unfit("found-in-future", "认定日期晚于今天", "认定日期不得晚于今天，请核对后重新填写。")
    if item is not None and ground in YEARS and not item.safety:
        raise Unfit(
            "item-not-safety",
            "该事项不适用限制申请",
            "法律只限制再次申请直接关系公共安全、人身健康、生命财产安全的事项，请核对事项编码。",
        )


def refuse_banned(bans: Iterable[Ban], item: Item, on: date) -> None:
    """Raises `NotNow` for an application on that day, with the ground that binds longest (R14)."""
    binding = [ban for ban in bans if _binds(ban, item, on)]
    if not binding:
        return
    ban = max(binding, key=lambda ban: ban.until or date.max)
    raise NotNow(
        "applicant-banned",
        "申请人在限制申请期内",
        f"申请人因{GROUNDS[ban.ground]}，依据{ARTICLES[ban.ground]}，在{ban.until}前（含当日）不得再次申请该事项。"
        "限制期满后可以重新提出申请；如有异议，请向中心提出。",
        until=str(ban.until),
    )


def _binds(ban: Ban, item: Item, on: date) -> bool:
    return item.safety and ban.ground in YEARS and ban.stands(on) and ban.concerns(item)


def refuse_gap(bans: Iterable[Ban], item: Item, on: date) -> None:
    """Raises `NotNow` for an acceptance with a gap where the applicant's credit is bad (R16)."""
    if any(ban.ground is BanGround.BAD_CREDIT and ban.stands(on) and ban.concerns(item) for ban in bans):
        raise NotNow(
            "applicant-of-bad-credit",
            "申请人有失信记录，不能容缺受理",
            "有失信记录且尚未修复信用的申请人不适用容缺受理，请申请人补齐全部材料后再受理。",
        )
