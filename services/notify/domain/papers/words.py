"""How values read on paper: days as GB/T 9704 writes them, hours, limits, money, and the Chinese of coded values."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from yimen.contracts.parts import Channel, Due, Fee, FeeCalculator, Kind, Opinion, Outcome, PricedLine
from yimen.money import format_yuan
from yimen.worktime import SHANGHAI

PROVISIONAL: Final = "（暂定，以国务院办公厅公布的节假日安排为准）"

KINDS: Final[dict[StrEnum, str]] = {
    Kind.INSTANT: "即办件",
    Kind.COMMITTED: "承诺件",
    Kind.JOINT: "联办件",
    Kind.FORWARDED: "上报件",
}
CHANNELS: Final[dict[StrEnum, str]] = {
    Channel.WEB: "网上申请",
    Channel.WINDOW: "大厅窗口",
    Channel.TOWNSHIP: "乡镇便民服务站代办",
    Channel.VILLAGE: "村级代办点代办",
}
OPINIONS: Final[dict[StrEnum, str]] = {
    Opinion.CONSENT: "同意",
    Opinion.REFUSE: "不同意",
    Opinion.CONSENT_BUT_FORWARD: "同意但转报",
}
OUTCOMES: Final[dict[StrEnum, str]] = {Outcome.GRANTED: "准予许可", Outcome.DENIED: "不予许可"}
OCCASIONS: Final = {"meeting": "联合会审", "site_visit": "联合踏勘"}


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def day_of(instant: datetime) -> str:
    return day(instant.astimezone(SHANGHAI))


def hour(instant: datetime) -> str:
    """To the minute, by the hall's clock."""
    local = instant.astimezone(SHANGHAI)
    return f"{day(local)}{local.hour}时{local.minute:02}分"


def due(limit: Due | None) -> str:
    return "" if limit is None else day(limit.on) + (PROVISIONAL if limit.provisional else "")


def working_days(count: int) -> str:
    return f"{count}个工作日" if count else "当场办结"


def yuan(fen: int) -> str:
    return format_yuan(fen, thousands=True)


def price(fee: Fee) -> str:
    """A published standard as people read it."""
    if fee.calculator is FeeCalculator.PERCENTAGE and fee.rate is not None:
        return f"计费基数的{share(fee.rate)}"
    if fee.grades:
        return "；".join(f"{grade.name}{yuan(grade.price)}元/{fee.unit}" for grade in fee.grades)
    return f"{yuan(fee.price)}元/{fee.unit}"


def standard(line: PricedLine) -> str:
    """What an amount was reckoned by."""
    half = "（减半）" if line.half_rate else ""
    if line.calculator is FeeCalculator.PERCENTAGE and line.rate is not None:
        return f"计费基数的{share(line.rate)}{half}"
    return f"{yuan(line.price)}元/{line.unit}{half}"


def quantity(line: PricedLine) -> str:
    if line.calculator is FeeCalculator.PERCENTAGE and line.base is not None:
        return f"基数{yuan(line.base)}元"
    if line.calculator is FeeCalculator.AREA and line.area is not None:
        return f"{line.area:,}平方米"
    return f"{line.quantity:,}{line.unit}"


def share(ten_thousandths: int) -> str:
    """250 as 2.5%."""
    return f"{ten_thousandths / 100:g}%"
