"""The proof of service (送达回证, Art. 44)."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import CaseSheet, to_applicant
from yimen.contracts import intake
from yimen.contracts.parts import ServiceProof, ServiceWay
from yimen.terms import SERVICE_WAYS


@dataclass(frozen=True, kw_only=True)
class ServedPaper:
    title: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Service(CaseSheet):
    documents: tuple[ServedPaper, ...]
    way: str
    place: str
    received_at: str
    receiver: str
    relation: str
    proxy_reason: str
    witness: str
    deliverer: str
    carrier: str
    waybill: str
    posted_on: str
    public: bool
    remark: str
    electronic: bool


def service(event: intake.CaseServed, known: Known) -> Service:
    """A service on record before proofs were kept has way, receiver, deliverer and the decision."""
    proof = event.proof
    return Service(
        **to_applicant(known.opening),
        documents=_served(proof, known),
        way=SERVICE_WAYS[proof.way] if proof else event.way,
        place=(proof.place or "") if proof else "",
        received_at=words.hour(proof.received_at if proof else event.served_at),
        receiver=event.receiver,
        relation=(proof.relation or "") if proof else "",
        proxy_reason=(proof.proxy_reason or "") if proof else "",
        witness=(proof.witness or "") if proof else "",
        deliverer=event.served_by.name,
        carrier=(proof.carrier or "") if proof else "",
        waybill=(proof.waybill or "") if proof else "",
        posted_on=words.day(proof.posted_on) if proof and proof.posted_on else "",
        public=proof is not None and proof.way is ServiceWay.PUBLIC,
        remark=(proof.remark or "") if proof else "",
        electronic=proof is not None and proof.way is ServiceWay.ELECTRONIC,
    )


def _served(proof: ServiceProof | None, known: Known) -> tuple[ServedPaper, ...]:
    """The papers with their titles, where the case's own story has them."""
    decided, licence = known.latest(intake.CaseDecided), known.last(intake.CaseLicenceIssued)
    decision = "准予行政许可决定书" if decided.document.kind == "grant" else "不予行政许可决定书"
    titles = {decided.document.number: decision}
    if licence is not None:
        titles[licence.licence_number] = licence.licence_name
    numbers = proof.documents if proof and proof.documents else titles
    return tuple(ServedPaper(title=titles.get(number, "文书"), number=number) for number in numbers)
