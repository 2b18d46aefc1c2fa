"""Papers that end a case at the door: not taken, sent back; and what comes of looking at a return again."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import (
    HALL,
    CaseSheet,
    Piece,
    in_file,
    name_of,
    on_paper,
    pieces,
    received_on,
    to_applicant,
)
from yimen.contracts import intake

GROUNDS = (
    ("not_a_licence_matter", "申请事项依法不需要取得行政许可"),
    ("another_organ", "申请事项依法不属于本机关职权范围"),
    ("false_material", "隐瞒有关情况或者提供虚假材料"),
    ("no_standing", "申请人不具备申请资格"),
    ("other", "其他法定情形"),
)


@dataclass(frozen=True, kw_only=True)
class Refusal(CaseSheet):
    """不予受理决定书 (R02, R03, Art. 32(1), (2)). `grounds`: (chosen, words)."""

    received_on: str
    grounds: tuple[tuple[bool, str], ...]
    reasons: str
    competent_organ: str
    returned: tuple[Piece, ...]
    handler: str


@dataclass(frozen=True, kw_only=True)
class Return(CaseSheet):
    """退办件通知书 (R08, R17)."""

    received_on: str
    reasons: str
    policy_basis: str
    returned: tuple[Piece, ...]
    handler: str


@dataclass(frozen=True, kw_only=True)
class ReExamination(CaseSheet):
    """复核决定书 (R17)."""

    notice_number: str
    requested_on: str
    objections: str
    upheld: bool
    reasons: str
    examiner: str


def refusal(event: intake.CaseRefused, known: Known) -> Refusal:
    opening = known.opening
    chosen = event.ground or ("another_organ" if event.competent_organ else None)
    return Refusal(
        **to_applicant(opening),
        received_on=words.day(received_on(known)),
        grounds=tuple((code == chosen, said) for code, said in GROUNDS) if chosen else (),
        reasons=event.reasons,
        competent_organ=event.competent_organ or "",
        returned=pieces(known, on_paper(in_file(known))),
        handler=event.refused_by.name,
    )


def sent_back(event: intake.CaseReturned, known: Known) -> Return:
    opening = known.opening
    return Return(
        **to_applicant(opening),
        received_on=words.day(received_on(known)),
        reasons=event.reasons,
        policy_basis=event.policy_basis,
        returned=pieces(known, on_paper(in_file(known))),
        handler=name_of(event.returned_by),
    )


def re_examination(event: intake.CaseReExamined, known: Known) -> ReExamination:
    opening, asked = known.opening, known.latest(intake.CaseReExaminationRequested)
    return ReExamination(
        **to_applicant(opening, HALL),
        notice_number=asked.notice_number,
        requested_on=words.day_of(asked.requested_at),
        objections=asked.reasons,
        upheld=event.upheld,
        reasons=event.reasons,
        examiner=event.examined_by.name,
    )
