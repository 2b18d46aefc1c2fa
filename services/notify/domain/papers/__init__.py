"""Which papers (文书) an event calls for."""

from dataclasses import dataclass
from datetime import date

from yimen.contracts.envelope import Event
from yimen.contracts.intake import CaseSubmitted
from yimen.contracts.parts import Document


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper to be made: its number was taken by whoever decided."""

    kind: str
    number: str
    dated: date
    title: str
    department: str | None
    case_number: str | None


def drafts(event: Event) -> list[Draft]:
    if isinstance(event, CaseSubmitted):
        return [_draft(event, event.document, "收件凭证")]
    return []


def _draft(event: CaseSubmitted, paper: Document, title: str) -> Draft:
    return Draft(paper.kind.value, paper.number, paper.dated, title, event.department, event.case_number)
