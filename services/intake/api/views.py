"""What answers show: dates derived at the moment of asking, whole identification only to whom it is due."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from services.intake.api.shapes import (
    AgentView,
    AnswerView,
    ApplicantView,
    CaseView,
    FeesView,
    LeadWordView,
    NoticeView,
    ProgressView,
    ReviewView,
)
from services.intake.domain import clock, join, words
from services.intake.domain.case import Case, Rules, Status
from services.intake.domain.values import (
    Agent,
    LeadDecision,
    Person,
    Review,
)
from yimen.contracts.parts import Paper
from yimen.departments import department_name
from yimen.worktime import local_date


def own_summary(case: Case, rules: Rules, now: datetime, pay_by: date | None = None) -> dict[str, Any]:
    """Needs the whole case."""
    progress = words.progress(case, rules, pay_by)
    told = {
        "standing": progress.state,
        "next": progress.next,
        "by": progress.by,
        "provisional": progress.provisional,
    }
    return summary(case, rules, now) | told


def summary(case: Case, rules: Rules, now: datetime) -> dict[str, Any]:
    answer_by = clock.answer_by(case, rules) if case.status is Status.SUBMITTED else None
    serve_by = None if case.decided_on is None else clock.serve_by(case.decided_on, rules)
    awaited = answer_by or (serve_by if case.status is Status.DECIDED else None)
    return {
        "case_number": case.case_number,
        "state": case.status,
        "state_words": words.state(case),
        "version": case.version,
        "kind": case.kind,
        "item_code": case.item.code,
        "item_name": case.item.name,
        "department": case.department,
        "applicant_name": case.applicant.name,
        "submitted_at": case.submitted_at,
        "received_on": case.received_on,
        "answer_by": clock.maybe_due(answer_by),
        "supplement_by": clock.supplement_by(case, rules),
        "serve_by": clock.maybe_due(serve_by),
        "left": None if awaited is None else clock.days_left(awaited.date, rules, now),
        "deemed": case.deemed,
        "outcome": case.told_outcome,
        "waits_for": _waits_for(case, rules),
    }


def _waits_for(case: Case, rules: Rules) -> str | None:
    if case.status is Status.ACCEPTED and join.disputed(case, rules):
        return "lead_decision"
    asked = case.re_examination
    return "re_examination" if asked is not None and asked.upheld is None else None


def case_view(
    case: Case,
    rules: Rules,
    now: datetime,
    *,
    whole: bool,
    papers: Sequence[Row[Any]],
    answers: Sequence[Row[Any]],
    notices: Sequence[Row[Any]],
) -> CaseView:
    """`whole`: whether the reader may see the whole identification and the telephone number."""
    kept = ("materials", "requested", "accepted_on", "accepted_at", "extension_days", "stage", "reviewed_at", "channel")
    ended = ("reasons", "legal_basis", "decided_on", "decided_at", "licence", "ended_at", "missing", "outstanding")
    ways = ("deferral", "re_examination")
    pauses = [pause for review in case.reviews for pause in review.pauses]
    turn = ("renews", "renewal_due", "queued_at")
    doors = ("agency", "project", "fast_track_days")
    service = ("electronic_service", "postings", "served_at", "service_way", "receiver", "service_proof")
    own = {name: getattr(case, name) for name in (*kept, *ended, *ways, *turn, *doors, *service)}
    return CaseView(
        **own_summary(case, rules, now, _pay_by(notices)),
        **own,
        item_version=case.item.version,
        situations=case.situations,
        applicant=applicant_view(case.applicant, whole=whole),
        agent=None if case.agent is None else _agent(case.agent, whole=whole),
        reachable=bool(case.applicant.phone),
        promised_days=case.item.promised_days,
        statutory_days=case.item.statutory_days,
        promised_due=clock.maybe_due(clock.promised_due(case, rules)),
        statutory_due=clock.maybe_due(clock.statutory_due(case, rules)),
        paused=clock.stands(case),
        pauses=sorted(pauses, key=lambda pause: pause.started_at),
        reviews=[_review(case, review, rules, local_date(now), answers) for review in case.reviews],
        meetings=case.meetings,
        disputed=join.disputed(case, rules) if case.status is Status.ACCEPTED else (),
        lead_decisions=[_lead_word(case, word) for word in case.lead_words],
        documents=[document(row) for row in papers],
        fees=FeesView(lists=case.standing_lists, notices=list(map(notice, notices)), cleared_at=case.cleared_at),
    )


def applicant_view(person: Person, *, whole: bool) -> ApplicantView:
    shown = ApplicantView(**person.masked.model_dump())
    reached = {name: getattr(person, name) for name in ("id_number", "phone", "email")}
    return shown.model_copy(update=reached) if whole else shown


def _agent(agent: Agent, *, whole: bool) -> AgentView:
    return AgentView(
        name=agent.name,
        masked_id=agent.masked.masked_id,
        id_number=agent.id_number if whole else None,
        phone=agent.phone if whole else None,
        email=agent.email if whole else None,
        mandate=agent.mandate,
        mandate_on_file=agent.mandate_file is not None,
    )


def _review(case: Case, review: Review, rules: Rules, today: date, answers: Sequence[Row[Any]]) -> ReviewView:
    left_out = {"stage", "lists", "requested_at", "extension_days"}
    return ReviewView(
        **review.model_dump(exclude=left_out),
        department_name=department_name(review.department),
        stage=case.item.stages[review.stage].name,
        due=clock.maybe_due(clock.review_due(review, rules.calendar)),
        days_left=clock.review_left(review, rules.calendar, today),
        inspection_by=clock.maybe_due(clock.inspection_by(case, review, rules)),
        forward_by=clock.maybe_due(clock.forward_by(case, rules)),
        result=join.label(review, rules),
        answers=[_answer(row, review, rules) for row in answers if row.review_id == review.review_id],
        fee_lists=review.lists,
    )


def _answer(row: Row[Any], review: Review, rules: Rules) -> AnswerView:
    note = f"本意见到达时，该审查已记为“{join.label(review, rules)}”；留存备查，不改变结果。" if row.late else ""
    paper = None if row.document is None else Paper.model_validate(row.document, strict=False)
    return AnswerView.model_validate({**row._mapping, "document": paper, "note": note})


def _lead_word(case: Case, word: LeadDecision) -> LeadWordView:
    return LeadWordView(**word.model_dump(exclude={"stage", "earlier"}), stage=case.item.stages[word.stage].name)


def document(row: Row[Any]) -> Paper:
    return Paper.model_validate({"kind": row.kind, "number": row.number, "dated": row.dated}, strict=False)


def notice(row: Row[Any]) -> NoticeView:
    return NoticeView.model_validate(dict(row._mapping))


def progress_view(case: Case, rules: Rules, papers: Sequence[Row[Any]], notices: Sequence[Row[Any]]) -> ProgressView:
    now = words.progress(case, rules, _pay_by(notices))
    return ProgressView(
        case_number=case.case_number,
        item_name=case.item.name,
        department_name=department_name(case.department),
        status=case.status,
        state=now.state,
        next=now.next,
        by=now.by,
        provisional=now.provisional,
        submitted_at=case.submitted_at,
        accepted_on=case.accepted_on,
        deemed=case.deemed,
        decided_on=case.decided_on,
        outcome=case.told_outcome,
        documents=[document(row) for row in papers],
        fees=[notice(row) for row in notices],
    )


def _pay_by(notices: Sequence[Row[Any]]) -> date | None:
    return next((row.pay_by for row in notices if row.state in ("issued", "overdue")), None)
