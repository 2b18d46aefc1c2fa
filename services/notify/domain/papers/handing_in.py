"""Papers of the door: what was handed in, what is missing, taken.

Guarantees: the same names stand on the notice of what is missing, on the receipt of it and on the acceptance that follows.
"""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import (
    CaseSheet,
    Charge,
    Piece,
    Wanted,
    charges,
    in_file,
    name_of,
    pieces,
    received_on,
    to_applicant,
    wanted,
)
from yimen.contracts import intake
from yimen.contracts.parts import Kind


@dataclass(frozen=True, kw_only=True)
class Receipt(CaseSheet):
    """收件凭证 (R01, Art. 32)."""

    kind: str
    channel: str
    agency: str
    renews: str
    situations: str
    received_on: str
    answer_by: str
    materials: tuple[Piece, ...]
    copies: int


@dataclass(frozen=True, kw_only=True)
class Acceptance(CaseSheet):
    """受理通知书 (R09, Art. 32(5)), or its deemed form (R05, Art. 32(4))."""

    kind: str
    received_on: str
    accepted_on: str
    supplemented: bool
    deemed: bool
    answer_by: str
    basis: str
    joint: bool
    promised: str
    statutory: str
    promised_due: str
    statutory_due: str
    received: tuple[Piece, ...]
    awaited: tuple[Wanted, ...]
    fees: tuple[Charge, ...]
    handler: str


@dataclass(frozen=True, kw_only=True)
class OneTimeNotice(CaseSheet):
    """一次性告知书 (R04, Art. 32(4))."""

    received_on: str
    promised: str
    fees: tuple[Charge, ...]
    held: tuple[Piece, ...]
    requested: tuple[Wanted, ...]
    supplement_by: str
    handler: str


def receipt(event: intake.CaseSubmitted, known: Known) -> Receipt:
    names = {situation.code: situation.name for situation in known.item.situations}
    return Receipt(
        **to_applicant(event),
        kind=words.KINDS[event.kind],
        channel=words.CHANNELS[event.channel],
        agency=event.agency or "",
        renews=event.renews or "",
        situations="、".join(names.get(code, code) for code in event.situations),
        received_on=words.day(event.received_on),
        answer_by=words.due(event.answer_by),
        materials=(*pieces(known, event.materials), *_not_handed_in(event, known)),
        copies=sum(material.copies for material in event.materials),
    )


def _not_handed_in(event: intake.CaseSubmitted, known: Known) -> tuple[Piece, ...]:
    """What else stands on the item's list. Where situations choose from it, who asks knows what was chosen."""
    if known.item.situations:
        return ()
    brought = {material.code for material in event.materials}
    left = [material for material in known.item.materials if material.code not in brought]
    return tuple(Piece(name=m.name, due=str(m.copies), given="0", note="未提交") for m in left)


def acceptance(event: intake.CaseAccepted, known: Known) -> Acceptance:
    opening, item = known.opening, known.item
    reopened = known.last(intake.CaseReopened)
    return Acceptance(
        **to_applicant(opening),
        kind=words.KINDS[event.kind],
        received_on=words.day(received_on(known)),
        accepted_on=words.day(event.accepted_on),
        supplemented=any(supplement.complete for supplement in known.before(intake.CaseSupplemented)),
        deemed=event.deemed,
        answer_by=words.due(reopened.answer_by if reopened else opening.answer_by),
        basis=item.basis or "",
        joint=event.kind is Kind.JOINT,
        promised=words.working_days(event.promised_days),
        statutory=words.working_days(event.statutory_days),
        promised_due=words.due(event.promised_due),
        statutory_due=words.due(event.statutory_due),
        received=pieces(known, in_file(known)),
        awaited=wanted(event.awaited),
        fees=charges(item.fees),
        handler=name_of(event.accepted_by),
    )


def one_time_notice(event: intake.CaseCorrectionRequested, known: Known) -> OneTimeNotice:
    opening = known.opening
    asked = {material.code for material in event.requested}
    return OneTimeNotice(
        **to_applicant(opening),
        received_on=words.day(received_on(known)),
        promised=words.working_days(known.item.promised_days),
        fees=charges(known.item.fees),
        held=pieces(known, [material for material in opening.materials if material.code not in asked]),
        requested=wanted(event.requested),
        supplement_by=words.day(event.supplement_by),
        handler=event.requested_by.name,
    )
