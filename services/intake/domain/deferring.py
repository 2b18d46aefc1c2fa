"""Acceptance with a gap (容缺受理, R16): minor material may follow after acceptance, by a day that is told in writing.

Guarantees: only what the item lets follow, against the applicant's written commitment, and never beyond the promised
limit. A gap that is not filled in time stops the case's clock, not the departments' work (decision 0023); filled, the
clock runs again. Does not: return the case when the grace passes too (`door` does), or know who has bad credit (`bans`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.intake.domain import clock
from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.deciding import conclude
from services.intake.domain.documents import DEFERRAL, DEFERRAL_LAPSED, unnumbered_paper
from services.intake.domain.reviewing import add_materials
from services.intake.domain.values import Deferral, Held
from services.intake.domain.words import wrong_state
from yimen.contracts.intake import CaseDeferralLapsed, CaseDeferralMet, CaseMaterialsDeferred
from yimen.contracts.parts import Kind, RequestedMaterial
from yimen.errors import NotNow, Unfit
from yimen.worktime import Day, end_of_day, local_date


@dataclass(frozen=True)
class Gap:
    """What the window would let follow: code -> reason. `days`: working days, None for the centre's usual grace."""

    reasons: Mapping[str, str]
    days: int | None
    committed: bool


def missing_beside(case: Case, gap: Gap) -> tuple[str, ...]:
    """Names of the mandatory materials that are missing and would not be let follow. Raises `Unfit` for an unlawful gap."""
    listed = {material.code: material for material in case.item.materials}
    if major := [code for code in gap.reasons if code not in listed or not listed[code].deferrable]:
        raise Unfit(
            "material-not-deferrable",
            "材料不能容缺",
            f"只有办事指南标明可以容缺的次要材料才能后补，以下材料不得容缺：{'、'.join(major)}。",
        )
    names = {listed[code].name for code in gap.reasons}
    if needless := sorted(names - set(case.missing)):
        raise Unfit(
            "material-not-missing",
            "材料并不缺少",
            f"以下材料已经提交或者不是必需材料，不需要容缺：{'、'.join(needless)}。请从容缺清单中删去。",
        )
    if not gap.committed:
        raise Unfit("commitment-missing", "没有确认容缺承诺书", "容缺受理须由申请人书面承诺按期补齐，请确认承诺书。")
    if gap.days is not None and gap.days > case.item.promised_days:
        raise Unfit(
            "deferral-beyond-promise",
            "容缺期限超过承诺时限",
            f"补交期限不得超过该事项的承诺时限{case.item.promised_days}个工作日，请缩短期限。",
        )
    return tuple(name for name in case.missing if name not in names)


def let_follow(case: Case, gap: Gap) -> tuple[RequestedMaterial, ...]:
    names = {material.code: material.name for material in case.item.materials}
    return tuple(RequestedMaterial(code=code, name=names[code], reason=why) for code, why in gap.reasons.items())


def defer(case: Case, gap: Gap, now: datetime, rules: Rules) -> Change:
    """Of a case that was just accepted."""
    materials = let_follow(case, gap)
    until = _until(case, gap, rules)
    event = CaseMaterialsDeferred(
        case_number=case.case_number,
        document=unnumbered_paper(DEFERRAL, local_date(now)),
        materials=materials,
        until=clock.due(until),
        deferred_at=now,
    )
    return Change(case.but(deferral=Deferral(materials=materials, deferred_at=now, until=until.date)), (event,))


def _until(case: Case, gap: Gap, rules: Rules) -> Day:
    days = rules.deferral_grace_days if gap.days is None else gap.days
    promised = clock.promised_due(case, rules)
    assert promised is not None
    assert case.accepted_on is not None
    whole = days >= case.item.promised_days
    return promised if whole else min(promised, rules.calendar.add(case.accepted_on, days))


def lapse(case: Case, rules: Rules) -> Change:
    """Not filled by the end of the day that was told; dated by that day's last moment, however late this is noticed."""
    deferral = case.deferral
    if deferral is None or not case.awaits_deferred or deferral.lapsed_at is not None or not _under_way(case):
        return Change(case)
    ends = end_of_day(deferral.until)
    at = ends - timedelta(microseconds=1)
    event = CaseDeferralLapsed(
        case_number=case.case_number,
        document=unnumbered_paper(DEFERRAL_LAPSED, local_date(ends)),
        materials=case.outstanding_deferred,
        make_up_by=clock.due(clock.make_up_by(deferral, rules)),
        lapsed_at=at,
    )
    return Change(case.but(deferral=deferral.but(lapsed_at=at)), (event,))


def hand_in(case: Case, pieces: tuple[Held, ...], now: datetime, rules: Rules) -> Change:
    """Pieces that were let follow, one by one or together; each goes to the departments that have not answered."""
    deferral = case.deferral
    if deferral is None or not case.awaits_deferred or not _under_way(case):
        raise wrong_state(case, "该办件没有待补交的容缺材料")
    _in_time(deferral, now, rules)
    if foreign := sorted({piece.code for piece in pieces} - deferral.codes):
        raise Unfit(
            "material-not-deferred",
            "材料不在容缺范围内",
            f"容缺受理通知书没有列出以下材料：{'、'.join(foreign)}。请只提交通知书所列的材料。",
        )
    began = Change(case) if now < end_of_day(deferral.until) else lapse(case, rules)
    brought = {piece.code for piece in pieces}
    kept = tuple(held for held in case.materials if held.code not in brought)
    added = tuple(piece.but(supplement=True) for piece in pieces)
    filed = began.then(add_materials(began.case.but(materials=kept + added), added, now))
    return filed if filed.case.outstanding_deferred else filed.then(_met(filed.case, now, rules))


def _under_way(case: Case) -> bool:
    return case.status in (Status.ACCEPTED, Status.REVIEWED)


def _in_time(deferral: Deferral, now: datetime, rules: Rules) -> None:
    last = clock.make_up_by(deferral, rules).date
    if now >= end_of_day(last):
        raise NotNow(
            "deferral-too-late", "容缺材料补交期限已过", f"补交期限已于{last}届满，该办件将退回，请重新提出申请。"
        )


def _met(case: Case, now: datetime, rules: Rules) -> Change:
    deferral = case.deferral
    assert deferral is not None
    again = case.kind is Kind.INSTANT and deferral.lapsed_at is not None
    met = case.but(deferral=deferral.but(met_at=now), complete_at=now if again else case.complete_at)
    event = CaseDeferralMet(
        case_number=case.case_number,
        materials=tuple(held.material for held in case.materials if held.code in deferral.codes),
        met_at=now,
        promised_due=clock.maybe_due(clock.promised_due(met, rules)),
        statutory_due=clock.maybe_due(clock.statutory_due(met, rules)),
    )
    return Change(met, (event,)).then(conclude(met, rules))
