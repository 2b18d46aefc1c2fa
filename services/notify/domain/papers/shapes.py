"""Values that papers of several kinds share, as their readers see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from yimen.contracts.intake import CaseReopened, CaseSubmitted, CaseSupplemented
from yimen.contracts.parts import Applicant, Fee, Material, RequestedMaterial, Staff

HALL = "hall"
"""The organ of papers that the centre itself gives."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """The case that a paper is about: who asks for what. `you`: how the applicant is spoken to."""

    case_number: str
    item: str
    item_code: str
    applicant: str
    masked_id: str
    id_label: str
    you: str
    agent: str
    contact: str
    department: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What every paper has beside its title, number and date. `organ`: a department's code, or `HALL`."""

    organ: str
    addressee: str


@dataclass(frozen=True, kw_only=True)
class CaseSheet(Sheet):
    matter: Matter


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A material with its counted copies (R01). `due`: empty where the list does not name it."""

    name: str
    due: str
    given: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A material that is missing or wrong, and why."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A published fee of the item (R13)."""

    name: str
    standard: str
    basis: str


def matter(opening: CaseSubmitted) -> Matter:
    return Matter(
        case_number=opening.case_number,
        item=opening.item_name,
        item_code=opening.item_code,
        applicant=opening.applicant.name,
        masked_id=opening.applicant.masked_id,
        id_label=id_label(opening.applicant),
        you="你单位" if opening.applicant.organisation else "你",
        agent=opening.agent.name if opening.agent else "",
        contact=(opening.agent or opening.applicant).name,
        department=opening.department,
    )


class Heading(TypedDict):
    """The fields of a `CaseSheet`."""

    organ: str
    addressee: str
    matter: Matter


def to_applicant(opening: CaseSubmitted, organ: str | None = None) -> Heading:
    """From the department that leads the case, unless it comes from somebody else."""
    return Heading(organ=organ or opening.department, addressee=opening.applicant.name, matter=matter(opening))


def received_on(known: Known) -> date:
    """The day that the law's time to answer counts from: anew after a return that was not upheld (R17)."""
    reopened = known.last(CaseReopened)
    return reopened.received_on if reopened else known.opening.received_on


def id_label(whose: Applicant) -> str:
    return "信用代码" if whose.organisation else "证件号码"


def in_file(known: Known) -> tuple[Material, ...]:
    """Everything that was handed in before: a supplement takes the place of what it mends, the rest keeps its place."""
    held = {material.code: material for material in known.opening.materials}
    for supplement in known.before(CaseSupplemented):
        held |= {material.code: material for material in supplement.materials}
    return tuple(held.values())


def pieces(known: Known, materials: Iterable[Material]) -> tuple[Piece, ...]:
    listed = {material.code: material for material in known.item.materials}
    return tuple(_piece(material, listed.get(material.code)) for material in materials)


def _piece(given: Material, listed: Material | None) -> Piece:
    note = "电子文件" if given.sha256 else ""
    return Piece(name=given.name, due=str(listed.copies) if listed else "", given=str(given.copies), note=note)


def on_paper(materials: Iterable[Material]) -> tuple[Material, ...]:
    """What can be given back."""
    return tuple(material for material in materials if material.copies)


def wanted(materials: Iterable[RequestedMaterial]) -> tuple[Wanted, ...]:
    return tuple(Wanted(name=material.name, reason=material.reason) for material in materials)


def charges(fees: Iterable[Fee]) -> tuple[Charge, ...]:
    return tuple(Charge(name=fee.name, standard=words.price(fee), basis=fee.basis) for fee in fees)


def name_of(who: Staff | None) -> str:
    return who.name if who else ""
