"""Re-examination of a return (复核, R17): the applicant shows the notice, the centre looks again, once.

Guarantees: a return that is not upheld puts the case back at the window as if it had come in that day: the law's time to
answer runs anew (R05), nothing that followed from an earlier acceptance stands, and the earlier reviews are history. The
one-time notice stays given (R06).
"""

from collections.abc import Collection
from datetime import datetime

from services.intake.domain import clock
from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.documents import RE_EXAMINATION, unnumbered_paper
from services.intake.domain.values import ReExamination
from services.intake.domain.words import wrong_state
from yimen.contracts.intake import CaseReExaminationRequested, CaseReExamined, CaseReopened
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import local_date


def request(case: Case, notice_number: str, notices: Collection[str], reasons: str, now: datetime) -> Change:
    """`notices`: numbers of the return notices that the case was given."""
    if case.status is not Status.RETURNED:
        raise wrong_state(case, "该办件没有退件，不需要复核", "只有已退件的办件才能申请复核。")
    if case.re_examination is not None:
        raise NotNow(
            "re-examination-already-requested",
            "已经申请过复核",
            "同一办件只能申请一次复核。如对复核决定仍有异议，请依法申请行政复议或者提起行政诉讼。",
        )
    if notice_number not in notices:
        raise Unfit(
            "return-notice-unknown",
            "退件通知书编号不符",
            "该办件没有这一编号的退件通知书，请对照通知书填写完整编号，例如“退字〔2026〕1号”。",
        )
    asked = ReExamination(notice_number=notice_number, reasons=reasons, requested_at=now)
    event = CaseReExaminationRequested(
        case_number=case.case_number, notice_number=notice_number, reasons=reasons, requested_at=now
    )
    return Change(case.but(re_examination=asked), (event,))


def find(case: Case, reasons: str, by: Staff, now: datetime, rules: Rules, *, upheld: bool) -> Change:
    """The centre's finding, on a numbered paper. `upheld`: the return stands."""
    asked = case.re_examination
    if asked is None or asked.upheld is not None:
        raise NotNow(
            "no-re-examination-pending",
            "该办件没有待作出的复核",
            "申请人申请复核之后才能作出一次复核决定，请核对办件。",
        )
    found = case.but(re_examination=asked.but(upheld=upheld, finding=reasons, examined_at=now))
    event = CaseReExamined(
        case_number=case.case_number,
        document=unnumbered_paper(RE_EXAMINATION, local_date(now)),
        upheld=upheld,
        reasons=reasons,
        examined_by=by,
        examined_at=now,
    )
    change = Change(found, (event,))
    return change if upheld else change.then(_reopened(found, now, rules))


def _reopened(case: Case, now: datetime, rules: Rules) -> Change:
    fresh = case.but(
        status=Status.SUBMITTED,
        received_on=local_date(now),
        complete_at=now,
        accepted_on=None,
        accepted_at=None,
        deemed=False,
        deferral=None,
        lead_decision=None,
        queued_at=None,
        extension_days=0,
        stage=None,
        outcome=None,
        reviewed_at=None,
        cleared_at=None,
        reasons="",
        ended_at=None,
    )
    event = CaseReopened(
        case_number=case.case_number,
        received_on=fresh.received_on,
        answer_by=clock.due(clock.answer_by(fresh, rules)),
        reopened_at=now,
    )
    return Change(fresh, (event,))
