"""At the door (受理): from handing in to acceptance, or to one of the ends that acceptance can turn a case into.

Guarantees: what is missing is asked for once (R06) and only from the item's list (R10); silence past the limit
is acceptance as of the day of receipt, and nothing said after it counts (R05); a complete supplement is
accepted by itself, as of the day of its last piece (R07); every answer leaves a dated document (R09).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from services.intake.domain import clock, deferring, grounds, situations
from services.intake.domain.case import AT_THE_DOOR, UNDECIDED, Case, Change, Rules, Status
from services.intake.domain.contact import contact_of
from services.intake.domain.deciding import before_renewal_by_law
from services.intake.domain.deferring import Gap
from services.intake.domain.documents import unnumbered
from services.intake.domain.grounds import RefusalGround
from services.intake.domain.project import fast_tracked
from services.intake.domain.reviewing import cancel_open, request_stage
from services.intake.domain.values import Held
from services.intake.domain.words import wrong_state
from yimen.contracts.intake import (
    CaseAccepted,
    CaseCorrectionRequested,
    CaseRefused,
    CaseReturned,
    CaseSubmitted,
    CaseSupplemented,
    CaseWithdrawn,
)
from yimen.contracts.parts import DocumentKind, RequestedMaterial, Staff
from yimen.errors import NotNow, Refusal, Unfit
from yimen.worktime import end_of_day, local_date


def submit(case: Case, rules: Rules, *, as_is: bool) -> Change:
    """The application is registered and receipted with counted copies (R01). Incomplete only if handed in `as_is`.
    Where an agent acts (Art. 29), it is the agent who is told."""
    situations.check_choice(case.item, case.situations)
    if case.missing and not as_is:
        raise Unfit(
            "materials-missing",
            "必需的申请材料不齐",
            f"还缺少：{'、'.join(case.missing)}。请补齐后提交；如需先按现状提交，由窗口一次性告知补正内容。",
        )
    item = case.item
    submitted = CaseSubmitted(
        case_number=case.case_number,
        item_code=item.code,
        item_name=item.name,
        item_version=item.version,
        department=item.department,
        kind=item.kind,
        channel=case.channel,
        applicant=case.applicant.masked,
        materials=tuple(held.material for held in case.materials),
        document=unnumbered(DocumentKind.RECEIPT, case.received_on),
        submitted_at=case.submitted_at,
        received_on=case.received_on,
        answer_by=clock.due(clock.answer_by(case, rules)),
        situations=case.situations,
        renews=case.renews,
        agency=case.agency,
        project=case.project,
        agent=case.agent.masked if case.agent else None,
        electronic_service=case.electronic_service,
    )
    called = case.agent or case.applicant
    contact = contact_of(case.case_number, called, case.language.value, case.account, case.submitted_at)
    return Change(case, (submitted, contact, *fast_tracked(case)))


def accept(case: Case, by: Staff, now: datetime, rules: Rules, gap: Gap | None = None) -> Change:
    """The window accepts a complete application, or one of which only minor material is missing (`gap`, R16)."""
    _awaiting_answer(case, now, rules)
    if missing := case.missing if gap is None else deferring.missing_beside(case, gap):
        then = "请申请人按一次性告知书补交" if case.requested else "请一次性告知申请人需要补正的全部内容"
        raise NotNow("materials-missing", "申请材料不齐，不能受理", f"还缺少：{'、'.join(missing)}。{then}。")
    awaited = () if gap is None else deferring.let_follow(case, gap)
    accepted = _accepted(case, local_date(now), now, now, rules, by=by, awaited=awaited)
    return accepted if gap is None else accepted.then(deferring.defer(accepted.case, gap, now, rules))


def deem_accepted(case: Case, due_at: datetime, now: datetime, rules: Rules) -> Change:
    """Not answered in five working days: accepted by law as of the day it came in (R05)."""
    return _accepted(case, case.received_on, due_at, now, rules, deemed=True, awaited=_never_asked_for(case))


def _never_asked_for(case: Case) -> tuple[RequestedMaterial, ...]:
    """What is still missing when silence has accepted the case."""
    missing = [material for material in case.item.materials if material.name in case.missing]
    return tuple(RequestedMaterial(code=m.code, name=m.name, reason="收件时未提交") for m in missing)


def request_correction(case: Case, missing: Mapping[str, str], by: Staff, now: datetime, rules: Rules) -> Change:
    """The one-time notice: `missing` is material code -> reason (R04)."""
    if case.requested:
        raise NotNow(
            "correction-already-requested",
            "已经一次性告知过补正内容",
            "法律规定补正内容只能一次性告知，不得再次要求补正。请依据已有材料作出受理或不予受理的决定。",
        )
    _awaiting_answer(case, now, rules)
    asked = situations.materials_for(case.item, case.situations)
    listed = {material.code: material.name for material in asked}
    if foreign := sorted(set(missing) - set(listed)):
        raise foreign_materials(foreign)
    if unnamed := [m.name for m in asked if m.name in case.missing and m.code not in missing]:
        raise Unfit(
            "notice-incomplete",
            "一次性告知没有列全",
            f"以下必需材料尚未提交，也没有列入告知：{'、'.join(unnamed)}。补正只能告知一次，请一并列入。",
        )
    requested = tuple(RequestedMaterial(code=code, name=listed[code], reason=why) for code, why in missing.items())
    changed = case.but(status=Status.CORRECTION_REQUESTED, requested=requested, requested_at=now)
    supplement_by = clock.supplement_by(changed, rules)
    assert supplement_by is not None
    event = CaseCorrectionRequested(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.ONE_TIME_NOTICE, local_date(now)),
        requested=requested,
        requested_by=by,
        requested_at=now,
        supplement_by=supplement_by,
    )
    return Change(changed, (event,))


def foreign_materials(codes: Sequence[str]) -> Refusal:
    """Only what stands on the item's list may be asked for or handed in (R10)."""
    return Unfit(
        "material-not-listed",
        "材料不在该事项的材料目录内",
        f"目录中没有以下材料编码：{'、'.join(codes)}。只能要求或提交目录所列的材料，请对照办事指南修改。",
    )


def supplement(case: Case, pieces: tuple[Held, ...], now: datetime, rules: Rules) -> Change:
    """Pieces handed in after the one-time notice; with the last of them the case is accepted by itself (R07)."""
    _taking_supplements(case, now, rules)
    asked = {material.code for material in case.requested}
    if foreign := sorted({piece.code for piece in pieces} - asked):
        raise Unfit(
            "material-not-requested",
            "材料不在补正范围内",
            f"一次性告知书没有要求以下材料：{'、'.join(foreign)}。请只提交告知书所列的材料。",
        )
    brought = {piece.code for piece in pieces}
    kept = tuple(held for held in case.materials if held.code not in brought)
    changed = case.but(materials=kept + tuple(piece.but(supplement=True) for piece in pieces))
    complete = not changed.outstanding
    event = CaseSupplemented(
        case_number=case.case_number,
        materials=tuple(piece.material for piece in pieces),
        complete=complete,
        supplemented_at=now,
    )
    if not complete:
        return Change(changed, (event,))
    whole = Change(changed.but(complete_at=now), (event,))
    return whole.then(_accepted(whole.case, local_date(now), now, now, rules))


def _taking_supplements(case: Case, now: datetime, rules: Rules) -> None:
    """Until the limit that the notice told; where a return was not upheld (R17), as long as the window may answer."""
    if case.reopened and case.status is Status.SUBMITTED and case.outstanding:
        _awaiting_answer(case, now, rules)
        return
    limit = clock.supplement_by(case, rules)
    if case.status is not Status.CORRECTION_REQUESTED or limit is None:
        raise wrong_state(case, "该办件当前不需要补正")
    if now >= end_of_day(limit):
        raise NotNow("supplement-too-late", "补正期限已过", f"补正期限已于{limit}届满，该办件将退回，请重新提出申请。")


def refuse(
    case: Case,
    ground: RefusalGround,
    reasons: str,
    competent_organ: str | None,
    by: Staff,
    now: datetime,
    rules: Rules,
) -> Change:
    """Not accepted: not a matter for a licence (R02), or another organ's matter, which is then named (R03)."""
    _at_the_door(case, now, rules)
    reasons = grounds.stated(ground, reasons, competent_organ)
    event = CaseRefused(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.REFUSAL, local_date(now)),
        ground=ground.value,
        reasons=reasons,
        competent_organ=competent_organ,
        refused_by=by,
        refused_at=now,
    )
    return Change(case.but(status=Status.REFUSED, ended_at=now, reasons=reasons), (event,))


def send_back(case: Case, reasons: str, policy_basis: str, by: Staff, now: datetime, rules: Rules) -> Change:
    """Returned (退办) by the window, with reasons and the policy that they rest on."""
    _at_the_door(case, now, rules)
    return _returned(case, reasons, policy_basis, now, by)


def return_unsupplemented(case: Case, due_at: datetime, rules: Rules) -> Change:
    """The supplement limit passed (R08)."""
    reasons = f"自一次性告知之日起{rules.supplement_days}日内未补正申请材料。材料备齐后可以重新提出申请。"
    return _returned(case, reasons, "一次性告知书载明的补正期限", due_at, None)


def return_unfilled(case: Case, due_at: datetime) -> Change:
    """The gap stayed open past the grace (R16)."""
    names = "、".join(material.name for material in case.outstanding_deferred)
    reasons = f"容缺受理后逾期未补交：{names}。材料备齐后可以重新提出申请。"
    returned = _returned(case, reasons, "容缺受理通知书载明的补交期限和申请人的承诺", due_at, None)
    return returned.then(cancel_open(returned.case, "容缺材料逾期未补，办件已经退回", due_at))


def withdraw(case: Case, reasons: str, now: datetime) -> Change:
    """The applicant may take the application back until it is decided; open reviews are cancelled."""
    if case.status not in UNDECIDED:
        raise wrong_state(case, "该办件已经办结，不能撤回")
    event = CaseWithdrawn(case_number=case.case_number, reasons=reasons, withdrawn_at=now)
    ended = case.but(status=Status.WITHDRAWN, ended_at=now, reasons=reasons)
    return Change(ended, (event,)).then(cancel_open(ended, "申请人撤回申请", now))


def _accepted(
    case: Case,
    on: date,
    at: datetime,
    now: datetime,
    rules: Rules,
    *,
    by: Staff | None = None,
    deemed: bool = False,
    awaited: tuple[RequestedMaterial, ...] = (),
) -> Change:
    changed = case.but(status=Status.ACCEPTED, accepted_on=on, accepted_at=at, deemed=deemed)
    promised, statutory = clock.promised_due(changed, rules), clock.statutory_due(changed, rules)
    assert promised is not None
    assert statutory is not None
    event = CaseAccepted(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.ACCEPTANCE, local_date(at)),
        department=case.department,
        kind=case.kind,
        accepted_on=on,
        accepted_at=at,
        deemed=deemed,
        accepted_by=by,
        promised_days=case.item.promised_days,
        statutory_days=case.item.statutory_days,
        promised_due=clock.due(promised),
        statutory_due=clock.due(statutory),
        awaited=awaited,
    )
    accepted = Change(changed, (event,))
    first = situations.next_stage(case.item, case.situations, 0)
    return accepted if first is None else accepted.then(request_stage(changed, first, now, rules))


def _returned(case: Case, reasons: str, policy_basis: str, at: datetime, by: Staff | None) -> Change:
    event = CaseReturned(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.RETURN, local_date(at)),
        reasons=reasons,
        policy_basis=policy_basis,
        returned_by=by,
        returned_at=at,
    )
    return Change(case.but(status=Status.RETURNED, ended_at=at, reasons=reasons), (event,))


def _awaiting_answer(case: Case, now: datetime, rules: Rules) -> None:
    if case.status is not Status.SUBMITTED:
        raise wrong_state(case, "该办件不在等待受理的状态")
    before_renewal_by_law(case, now)
    last = clock.answer_by(case, rules).date
    if now >= end_of_day(last):
        raise NotNow(
            "deemed-accepted",
            "答复期限已过，依法视为受理",
            f"{last}前没有告知申请人，自收件之日起即为受理。请刷新办件，按已受理办理。",
        )


def _at_the_door(case: Case, now: datetime, rules: Rules) -> None:
    if case.status not in AT_THE_DOOR:
        raise wrong_state(case, "该办件已经受理或已经结束")
    if case.status is Status.SUBMITTED:
        _awaiting_answer(case, now, rules)
