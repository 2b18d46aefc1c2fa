"""A line of a ledger: what the paper ledger shows, with the identification masked."""

from datetime import date, datetime

from pydantic import BaseModel

from services.intake.api.views import document
from services.intake.domain import clock, words
from services.intake.domain.case import Rules, Status
from services.intake.domain.values import Posting
from services.intake.queries.lists import Entry
from yimen.contracts.parts import Channel, Due, Kind, Outcome, Paper, ServiceProof
from yimen.departments import department_name


class LedgerLine(BaseModel):
    """`promised_due` is None before acceptance and while a pause stands; `serve_by` before the decision; `service_proof` of
    what was served before proofs were kept here."""

    case_number: str
    submitted_at: datetime
    received_on: date
    channel: Channel
    applicant_name: str
    masked_id: str
    item_code: str
    item_name: str
    kind: Kind
    department: str
    department_name: str
    state: Status
    state_words: str
    accepted_on: date | None
    deemed: bool
    promised_due: Due | None
    outcome: Outcome | None
    decided_on: date | None
    licence_number: str | None
    serve_by: Due | None
    served_at: datetime | None
    service_way: str | None
    receiver: str | None
    electronic_service: bool
    postings: tuple[Posting, ...]
    service_proof: ServiceProof | None
    ended_at: datetime | None
    documents: list[Paper]


def ledger_line(entry: Entry, rules: Rules) -> LedgerLine:
    case = entry.case
    applicant = case.applicant.masked
    same = ("case_number", "submitted_at", "received_on", "channel", "kind", "department", "accepted_on", "deemed")
    ends = ("decided_on", "served_at", "service_way", "receiver", "ended_at")
    service = ("electronic_service", "postings", "service_proof")
    return LedgerLine(
        **{name: getattr(case, name) for name in (*same, *ends, *service)},
        applicant_name=applicant.name,
        masked_id=applicant.masked_id,
        item_code=case.item.code,
        item_name=case.item.name,
        department_name=department_name(case.department),
        state=case.status,
        state_words=words.STATUS[case.status],
        promised_due=clock.maybe_due(clock.promised_due(case, rules)),
        outcome=case.told_outcome,
        licence_number=None if case.licence is None else case.licence.number,
        serve_by=None if case.decided_on is None else clock.due(clock.serve_by(case.decided_on, rules)),
        documents=[document(paper) for paper in entry.papers],
    )
