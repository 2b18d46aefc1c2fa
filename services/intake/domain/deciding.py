"""From the last answer to service (决定、发证、送达).

Guarantees: a grant with fee lists waits until nothing is owed (R54), one with a gap until it is filled (R16); a denial
waits for neither; the decision is made once; a denial carries its reasons, the article and the ways of redress (Art. 38);
a licence is issued in the same transaction as the grant, and closing comes with service.
"""

from datetime import date, datetime, timedelta

from services.intake.domain import clock, join
from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.documents import UNNUMBERED, unnumbered
from services.intake.domain.values import Licence
from services.intake.domain.words import wrong_state
from yimen.contracts.intake import CaseClosed, CaseDecided, CaseLicenceIssued, CaseReviewed, CaseServed
from yimen.contracts.parts import DocumentKind, Kind, Outcome, Staff
from yimen.departments import DEPARTMENTS
from yimen.errors import NotNow, Refusal, Unfit
from yimen.worktime import local_date

REDRESS = "如不服本决定，可自收到之日起六十日内申请行政复议，或者六个月内向人民法院提起行政诉讼。"
GRANT_BASIS = "《中华人民共和国行政许可法》第三十八条第一款"
DENIAL_BASIS = "《中华人民共和国行政许可法》第三十八条第二款"


def finish_review(case: Case, outcome: Outcome, now: datetime, rules: Rules) -> Change:
    """Every department has spoken; dated by the last of their words, whenever it got here."""
    reviewed_at = min(join.last_word_at(case), now)
    changed = case.but(status=Status.REVIEWED, outcome=outcome, reviewed_at=reviewed_at)
    event = CaseReviewed(
        case_number=case.case_number, outcome=outcome, fee_lists=case.standing_lists, reviewed_at=reviewed_at
    )
    return Change(changed, (event,)).then(conclude(changed, rules))


def clear_fees(case: Case, at: datetime, rules: Rules) -> Change:
    """Nothing is owed any more. May come before the last answer: then it waits in the case."""
    if case.cleared_at is not None:
        return Change(case)
    return conclude(case.but(cleared_at=at), rules)


def conclude(case: Case, rules: Rules) -> Change:
    """Decide by rule, if the review is over and nothing is owed."""
    if case.status is not Status.REVIEWED or case.reviewed_at is None or case.outcome is None:
        return Change(case)
    granted = case.outcome is Outcome.GRANTED
    if granted and (case.awaits_deferred or (case.standing_lists and case.cleared_at is None)):
        return Change(case)
    at = max([case.reviewed_at, *_waited_for(case)]) if granted else case.reviewed_at
    said = join.summary(case, DEPARTMENTS, rules)
    basis = join.legal_basis(case, rules)
    if case.outcome is Outcome.GRANTED:
        return _decided(case, case.outcome, said, GRANT_BASIS, at, None, rules)
    return _decided(case, case.outcome, said, basis or DENIAL_BASIS, at, None, rules)


def _waited_for(case: Case) -> list[datetime]:
    """Instants without which a grant could not come: the fees cleared, the gap filled."""
    cleared = case.cleared_at if case.standing_lists else None
    filled = case.deferral.met_at if case.deferral else None
    return [instant for instant in (cleared, filled) if instant is not None]


def decide_at_window(
    case: Case, outcome: Outcome, reasons: str, legal_basis: str, by: Staff, now: datetime, rules: Rules
) -> Change:
    """An instant item is decided on the same visit by the window that accepted it."""
    if case.kind is not Kind.INSTANT:
        raise NotNow(
            "decided-by-departments",
            "该事项不能在窗口当场决定",
            "只有即办件由窗口当场决定，其他办件由审查部门答复后决定。",
        )
    if case.status is not Status.ACCEPTED:
        raise wrong_state(case, "该办件不在待决定状态", "受理之后、决定之前才能作出决定。")
    if outcome is Outcome.DENIED and not (reasons.strip() and legal_basis.strip()):
        raise Unfit("denial-without-reasons", "不予许可必须说明理由和依据", "请填写不予许可的理由和所依据的条款。")
    if outcome is Outcome.GRANTED and case.awaits_deferred:
        raise _deferred_material_missing(case)
    basis = legal_basis.strip() or GRANT_BASIS
    return _decided(
        case.but(outcome=outcome), outcome, reasons.strip() or "符合法定条件、标准。", basis, now, by, rules
    )


def _deferred_material_missing(case: Case) -> Refusal:
    """What was let follow has to be in the file before anything is granted (R16)."""
    names = "、".join(material.name for material in case.outstanding_deferred)
    return NotNow(
        "deferred-material-missing",
        "容缺材料尚未补齐，不能准予许可",
        f"还缺少：{names}。容缺材料补齐之前不得作出准予许可的决定，请先通知申请人补交。",
    )


def _decided(
    case: Case, outcome: Outcome, reasons: str, basis: str, at: datetime, by: Staff | None, rules: Rules
) -> Change:
    granted = outcome is Outcome.GRANTED
    if not granted:
        reasons = reasons[: join.MOST_TEXT - len(REDRESS) - 1].rstrip("。") + "。" + REDRESS
    on = local_date(at)
    changed = case.but(status=Status.DECIDED, reasons=reasons, legal_basis=basis, decided_at=at, decided_on=on)
    event = CaseDecided(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.GRANT if granted else DocumentKind.DENIAL, on),
        outcome=outcome,
        reasons=reasons,
        legal_basis=basis,
        decided_by=by,
        decided_on=on,
        decided_at=at,
    )
    decided = Change(changed, (event,))
    return decided.then(_licensed(changed, on, at, rules)) if granted else decided


def _licensed(case: Case, on: date, at: datetime, rules: Rules) -> Change:
    spec = case.item.licence
    if spec is None:
        return Change(case)
    until = None if spec.valid_years is None else last_valid_day(on, spec.valid_years)
    licence = Licence(number=UNNUMBERED, name=spec.name, valid_from=on, valid_until=until)
    event = CaseLicenceIssued(
        case_number=case.case_number,
        licence_number=licence.number,
        licence_name=licence.name,
        valid_from=on,
        valid_until=until,
        serve_by=clock.due(clock.serve_by(on, rules)),
        issued_at=at,
    )
    return Change(case.but(licence=licence), (event,))


def last_valid_day(first: date, years: int) -> date:
    """The day before the anniversary. What began on 29 February ends on 28 February."""
    try:
        return first.replace(year=first.year + years) - timedelta(days=1)
    except ValueError:
        return date(first.year + years, 2, 28)


def serve(case: Case, way: str, receiver: str, by: Staff, now: datetime) -> Change:
    """The decision, and the licence with it, reaches the applicant (送达); that closes the case (R37)."""
    if case.status is not Status.DECIDED or case.outcome is None:
        raise wrong_state(case, "该办件没有待送达的决定", "作出决定之后才能送达，且只送达一次。")
    served = CaseServed(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.SERVICE, local_date(now)),
        way=way,
        receiver=receiver,
        served_by=by,
        served_at=now,
    )
    closed = CaseClosed(case_number=case.case_number, outcome=case.outcome, closed_at=now)
    return Change(case.but(status=Status.CLOSED, ended_at=now), (served, closed))
