"""Subjects that two speakers tell of, each in a sequence of its own."""

from typing import ClassVar

from yimen.contracts.envelope import Code, Event


class OfReview(Event):
    """A review: asked for by intake, answered by a department. Its scope is the department."""

    id_field: ClassVar[str] = "review_id"
    scope_field: ClassVar[str | None] = "department"

    review_id: Code
    department: Code
    case_number: Code
