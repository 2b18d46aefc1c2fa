"""Papers of joint handling (Art. 26): what each department is asked, what it answers, and what comes of all answers.

Guarantees: what counted is shown as what it was: silence and absence are never shown as words (R44, R45).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import HALL, CaseSheet, Piece, name_of, pieces, to_applicant
from yimen.contracts import approval, intake
from yimen.contracts.parts import Fee, FeeLine, Opinion, Outcome
from yimen.departments import department_name
from yimen.worktime import local_date

SILENT = {"silence": "超时视为同意", "absence": "缺席视为同意"}


@dataclass(frozen=True, kw_only=True)
class JointNotice(CaseSheet):
    """联办件通知书 (R40, R41): notice, counterfoil, and a blank sheet to answer on. The leading department has its own from
    the hall."""

    to: str
    leader: str
    lead: bool
    stage: str
    project: str
    requested_on: str
    limit: str
    due: str
    silence_consents: bool
    inspection_by: str
    forward_by: str
    attachments: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class ListedFee:
    name: str
    quantity: str
    standard: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class OpinionSheet(CaseSheet):
    """意见函 (R42), to the leading department; from that department itself, to the hall."""

    department: str
    stage: str
    notice_number: str
    opinion: str
    reasons: str
    legal_basis: str
    fees: tuple[ListedFee, ...]
    decided_on: str
    decided_by: str
    in_place_of: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One department's block. `by`: nobody where the answer was deemed."""

    department: str
    stage: str
    opinion: str
    reasons: str
    legal_basis: str
    by: str
    on: str
    number: str


@dataclass(frozen=True, kw_only=True)
class LeadWord:
    """What the lead department decided on others' refusals (S06)."""

    against: str
    decided: str
    reasons: str
    legal_basis: str


@dataclass(frozen=True, kw_only=True)
class JointOpinion(CaseSheet):
    """汇总表和联合审查意见书 (R49)."""

    lead: str
    outcome: str
    reviewed_on: str
    blocks: tuple[Answered, ...]
    words: tuple[LeadWord, ...]


@dataclass(frozen=True, kw_only=True)
class Minutes(CaseSheet):
    """会审、踏勘纪要 (R45, S06)."""

    occasion: str
    site_visit: bool
    place: str
    held_at: str
    present: str
    absent: str
    officials: str
    minutes: str
    recorded_by: str


def joint_notice(event: intake.ReviewRequested, known: Known) -> JointNotice:
    return JointNotice(
        **to_applicant(known.opening, HALL if event.lead else None) | {"addressee": department_name(event.department)},
        to=department_name(event.department),
        leader=department_name(known.opening.department),
        lead=event.lead,
        stage=event.stage,
        project=event.project or "",
        requested_on=words.day(event.requested_on),
        limit=words.working_days(event.limit_days),
        due=words.due(event.due),
        silence_consents=event.silence_consents,
        inspection_by=words.due(event.inspection_by),
        forward_by=words.due(event.forward_by),
        attachments=pieces(known, event.materials),
    )


def opinion(event: approval.ReviewDecided, known: Known) -> OpinionSheet:
    asked = known.once(intake.ReviewRequested, event.subject)
    leader = known.opening.department
    to = "" if leader == event.department else department_name(leader)
    return OpinionSheet(
        **to_applicant(known.opening, event.department) | {"addressee": to},
        department=department_name(event.department),
        stage=asked.stage,
        notice_number=asked.document.number if asked.document else "",
        opinion=words.OPINIONS[event.opinion],
        reasons=event.reasons,
        legal_basis=event.legal_basis,
        fees=_listed(known.before(approval.ReviewFeeListed), asked.fees),
        decided_on=words.day_of(event.decided_at),
        decided_by=event.decided_by.name,
        in_place_of=name_of(event.in_place_of),
    )


def _listed(lists: Iterable[approval.ReviewFeeListed], fees: Iterable[Fee]) -> tuple[ListedFee, ...]:
    """What stands of a department's lists: a list that another replaces does not."""
    told = [*lists]
    replaced = {one.replaces for one in told}
    published = {fee.code: fee for fee in fees}
    lines = [line for one in told if one.list_id not in replaced for line in one.lines]
    return tuple(_fee(line, published.get(line.code)) for line in lines)


def _fee(line: FeeLine, fee: Fee | None) -> ListedFee:
    if fee is None:
        return ListedFee(name=line.code, quantity=str(line.quantity), standard="", basis="")
    return ListedFee(name=fee.name, quantity=f"{line.quantity}{fee.unit}", standard=words.price(fee), basis=fee.basis)


def joint_opinion(event: intake.CaseReviewed, known: Known) -> JointOpinion:
    opening = known.opening
    return JointOpinion(
        **to_applicant(opening),
        lead=department_name(opening.department),
        outcome=words.OUTCOMES[event.outcome],
        reviewed_on=words.day_of(event.reviewed_at),
        blocks=tuple(_block(event, review, known) for review in event.reviews),
        words=tuple(_lead_word(word) for word in _of_this_round(known)),
    )


def _of_this_round(known: Known) -> list[intake.CaseLeadDecided]:
    """A return that was not upheld takes back what had been said before it (R17)."""
    words_said: list[intake.CaseLeadDecided] = []
    for event in known.before(intake.CaseEvent):
        if isinstance(event, intake.CaseReopened):
            words_said = []
        elif isinstance(event, intake.CaseLeadDecided):
            words_said.append(event)
    return words_said


def _lead_word(word: intake.CaseLeadDecided) -> LeadWord:
    return LeadWord(
        against="、".join(map(department_name, word.against)),
        decided="不采纳该意见" if word.outcome is Outcome.GRANTED else "采纳该意见",
        reasons=word.reasons,
        legal_basis=word.legal_basis,
    )


def _block(event: intake.CaseReviewed, review_id: str, known: Known) -> Answered:
    subject = f"review/{review_id}"
    asked = known.once(intake.ReviewRequested, subject)
    whose, stage = department_name(asked.department), asked.stage
    if review_id in event.deemed:
        silent = known.once(intake.ReviewDeemedConsented, subject)
        return _silence(silent, whose, stage)
    answer = known.once(approval.ReviewDecided, subject)
    return Answered(
        department=whose,
        stage=stage,
        opinion=_counted(event, answer) + _superior(answer, known),
        reasons=answer.reasons,
        legal_basis=answer.legal_basis,
        by=answer.decided_by.name,
        on=words.day_of(answer.decided_at),
        number=answer.document.number if answer.document else "",
    )


def _silence(silent: intake.ReviewDeemedConsented, whose: str, stage: str) -> Answered:
    """Silence is dated by the limit's last day, absence by the day of the meeting."""
    absent = silent.ground == "absence"
    said, on = SILENT["absence" if absent else "silence"], silent.due.on
    if absent:
        on = local_date(silent.deemed_at)
    return Answered(
        department=whose, stage=stage, opinion=said, reasons="", legal_basis="", by="", on=words.day(on), number=""
    )


def _counted(event: intake.CaseReviewed, answer: approval.ReviewDecided) -> str:
    """A refusal without reasons that did not stop the case counted as consent (R43)."""
    said = words.OPINIONS[answer.opinion]
    unreasoned = answer.opinion is Opinion.REFUSE and not answer.reasons.strip()
    return f"{said}（未说明理由，按同意处理）" if unreasoned and event.outcome is Outcome.GRANTED else said


def _superior(answer: approval.ReviewDecided, known: Known) -> str:
    """Of what was sent up the superior's answer settles it (R48)."""
    if answer.opinion is not Opinion.CONSENT_BUT_FORWARD:
        return ""
    said = known.once(approval.ReviewSuperiorAnswered, answer.subject)
    return f"；{said.superior}{'同意' if said.granted else '不同意'}：{said.opinion}".rstrip("：")


def minutes(event: intake.CaseMeetingHeld, known: Known) -> Minutes:
    return Minutes(
        **to_applicant(known.opening, HALL),
        occasion=words.OCCASIONS.get(event.occasion, words.OCCASIONS["meeting"]),
        site_visit=event.occasion == "site_visit",
        place=event.place,
        held_at=words.hour(event.held_at),
        present="、".join(map(department_name, event.present)),
        absent="、".join(map(department_name, event.absent)),
        officials="、".join(official.name for official in event.officials),
        minutes=event.minutes,
        recorded_by=event.recorded_by.name,
    )
