"""What a centre may put into its rulebook, and what no centre may.

Guarantees: a book without a fault has every row that the supervisor asks for, charges only parts that exist, and keeps the
national law: its rows can be neither switched off nor made milder. Every fault is named by its row and field.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.monitor.domain.clocks import SEVERITY
from services.monitor.domain.limits import LADDER
from services.monitor.domain.rulebook import Rulebook
from yimen.contracts.monitor import AlertRule, Charge, FindingRule, Light, PartyKind, Scheme
from yimen.terms import SUPERVISION

BONUS: Final = "bonus"
"""The part that every scheme has beside its own: what is earned on top, up to `bonus_cap`."""

BASE: Final = 1000
"""A month's hundred points, in tenths (R75)."""

NATIONAL: Final = frozenset(
    {
        *(
            "statutory",
            "long-over",
            "service",
            "visit",
            "hearing",
            "unnoticed",
        ),  # Licensing Law Art. 42, 44, 55, 47, 45
        *("deemed-acceptance", "second-notice", "no-reasons", "lone-inspector", "fee-violation"),  # 32, 38, 34, 59
        "long-over",  # R72; after how many days is a number
    }
)
"""Rows of the national law: no centre switches them off, or makes them milder than the first book does."""

RANGES: Final[dict[str, tuple[int, int]]] = {
    "pre_alert_percent": (1, 100),
    "pre_alert_days_left": (0, 20),
    "red_after_days": (1, 60),
    "supplement_days": (0, 365),
    "pre_alerts_in_a_row": (2, 20),
    "early_percent": (1, 100),
    "appeal_days": (1, 60),
    "excellent_percent": (0, 100),
    "red_flags": (0, 100),
    "grade_excellent": (1, BASE + 100),
    "grade_good": (1, BASE + 100),
    "grade_pass": (1, BASE + 100),
    "rating_default_stars": (1, 5),
    "complaint_accept_days": (1, 5),
    "complaint_extension_days": (0, 20),
}
"""Of the others: what ends in `_days` is one to sixty working days, points keep their sign."""

_ASCENDING: Final = (
    ("grade_pass", "grade_good", "grade_excellent"),
    ("complaint_simple_days", "complaint_written_days", "complaint_complex_days", "complaint_outer_days"),
    ("data_cap_tenths", "data_tenths"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`pointer`: where in the book, as RFC 6901 writes it."""

    pointer: str
    message: str


def faults(book: Rulebook, first: Rulebook) -> tuple[Fault, ...]:
    """Everything that is wrong with the book. `first`: the one that the supervisor starts with, and knows how to keep."""
    return (*_alerts(book, first), *_findings(book, first), *_schemes(book, first), *_numbers(book, first))


def _alerts(book: Rulebook, first: Rulebook) -> Iterator[Fault]:
    known = {rule.code: rule for rule in first.alerts}
    yield from _codes("alerts", "监察规则", [rule.code for rule in book.alerts], known, others=False)
    for at, rule in enumerate(book.alerts):
        if rule.code in known:
            yield from _alert(f"/alerts/{at}", rule, known[rule.code])
        yield from _charges(f"/alerts/{at}", rule, book.schemes)
        for which, charge in enumerate(rule.charges):
            if charge.least is not None or charge.tenths > 0:
                text = f"“{rule.code}”的第{which + 1}项扣分应为固定的负数：监察提示由系统发出，无人裁量。"
                yield Fault(f"/alerts/{at}/charges/{which}", text)
    yield from _ladder(book.alerts)


def _alert(place: str, rule: AlertRule, known: AlertRule) -> Iterator[Fault]:
    for field, what in (("rule", "规则编号"), ("scope", "适用范围")):
        if getattr(rule, field) != getattr(known, field):
            yield Fault(f"{place}/{field}", f"“{rule.code}”的{what}不能更改，应为“{getattr(known, field)}”。")
    if rule.level is Light.GREEN:
        yield Fault(f"{place}/level", f"“{rule.code}”的级别应为蓝、黄或者红；不需要时请停用该规则。")
    if rule.code in NATIONAL and not rule.enabled:
        yield Fault(f"{place}/enabled", f"“{rule.code}”依据行政许可法，不能停用。")
    if rule.code in NATIONAL and SEVERITY[rule.level] < SEVERITY[known.level]:
        yield Fault(f"{place}/level", f"“{rule.code}”依据行政许可法，级别不能低于{SUPERVISION[known.level]}。")


def _ladder(alerts: Sequence[AlertRule]) -> Iterator[Fault]:
    """A later rung is no milder than the one before it."""
    places = {rule.code: (at, rule) for at, rule in enumerate(alerts)}
    rungs = [places[code] for code in LADDER if code in places]
    for (_, milder), (at, rule) in pairwise(rungs):
        if SEVERITY[rule.level] < SEVERITY[milder.level]:
            yield Fault(f"/alerts/{at}/level", f"“{rule.code}”的级别不能低于在它之前的“{milder.code}”。")


def _findings(book: Rulebook, first: Rulebook) -> Iterator[Fault]:
    known = {rule.code for rule in first.findings}
    yield from _codes("findings", "检查发现", [rule.code for rule in book.findings], known, others=True)
    for at, rule in enumerate(book.findings):
        yield from _charges(f"/findings/{at}", rule, book.schemes)
        for which, charge in enumerate(rule.charges):
            if charge.least is not None and not _between(charge.least, charge.tenths):
                text = f"“{rule.code}”第{which + 1}项的最轻分值（{charge.least}）应在0与{charge.tenths}之间。"
                yield Fault(f"/findings/{at}/charges/{which}/least", text)


def _between(least: int, tenths: int) -> bool:
    return least * tenths > 0 and abs(least) <= abs(tenths)


def _charges(place: str, rule: AlertRule | FindingRule, schemes: Iterable[Scheme]) -> Iterator[Fault]:
    parts = {scheme.kind: {part.code for part in scheme.parts} for scheme in schemes}
    charged: set[tuple[PartyKind, str]] = set()
    for which, charge in enumerate(rule.charges):
        text = _charge(charge, parts.get(charge.kind, set()))
        if (charge.kind, charge.part) in charged:
            text = text or f"{SUPERVISION[charge.kind]}的“{charge.part}”重复"
        if text:
            yield Fault(f"{place}/charges/{which}", f"“{rule.code}”第{which + 1}项：{text}。")
        charged.add((charge.kind, charge.part))


def _charge(charge: Charge, parts: set[str]) -> str | None:
    if charge.part == BONUS:
        return None if 0 < charge.tenths <= BASE else "加分应为正数，不超过一百分"
    if charge.part not in parts:
        return f"{SUPERVISION[charge.kind]}的考核项目中没有“{charge.part}”"
    return None if -BASE <= charge.tenths < 0 else "扣分应为负数，不超过一百分"


def _schemes(book: Rulebook, first: Rulebook) -> Iterator[Fault]:
    kinds = [scheme.kind for scheme in book.schemes]
    if sorted(kinds) != sorted(PartyKind):
        yield Fault("/schemes", "部门、窗口、个人的考核办法应各有一份。")
        return
    for at, scheme in enumerate(book.schemes):
        known = {part.code for part in first.scheme(scheme.kind).parts}
        what = f"{SUPERVISION[scheme.kind]}考核办法"
        yield from _codes(f"schemes/{at}/parts", what, [part.code for part in scheme.parts], known, others=True)
        total = sum(part.ceiling for part in scheme.parts)
        if total != BASE:
            yield Fault(f"/schemes/{at}/parts", f"{what}各项分值之和应为100分（{BASE}），现为{total}。")
        for which, part in enumerate(scheme.parts):
            if part.ceiling < 0 or part.code == BONUS:
                yield Fault(f"/schemes/{at}/parts/{which}", f"{what}的“{part.code}”：分值不能为负，加分另计。")
        if not 0 <= scheme.bonus_cap <= BASE:
            yield Fault(f"/schemes/{at}/bonus_cap", f"{what}的加分上限应在0与100分之间。")


def _numbers(book: Rulebook, first: Rulebook) -> Iterator[Fault]:
    yield from _codes("numbers", "参数", list(book.numbers), first.numbers, others=False)
    for name, number in book.numbers.items():
        low, high = _range(name, first.numbers.get(name, 0))
        if not low <= number <= high:
            yield Fault(f"/numbers/{name}", f"参数“{name}”应在{low}与{high}之间，现为{number}。")
    for names in _ASCENDING:
        for smaller, larger in pairwise(names):
            if book.numbers.get(smaller, 0) > book.numbers.get(larger, BASE):
                yield Fault(f"/numbers/{larger}", f"参数“{larger}”不能小于“{smaller}”。")


def _range(name: str, first: int) -> tuple[int, int]:
    if name in RANGES:
        return RANGES[name]
    if name.endswith("_days"):
        return 1, 60
    return (-BASE, 0) if first < 0 else (0, BASE)


def _codes(place: str, what: str, codes: list[str], known: Iterable[str], *, others: bool) -> Iterator[Fault]:
    """Every known code once; what the supervisor does not know only where others may be added."""
    for code in known:
        if code not in codes:
            yield Fault(f"/{place}", f"{what}缺少“{code}”。")
    for code in sorted(set(codes)):
        if codes.count(code) > 1:
            yield Fault(f"/{place}", f"{what}“{code}”重复。")
        if not others and code not in known:
            yield Fault(f"/{place}", f"{what}“{code}”不是系统所知的规则，不会生效，请删除。")
