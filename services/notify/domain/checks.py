"""What the public check (文书核验) answers: nothing personal, and whether a file is the paper, byte for byte."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    SAME = "same"  # 一致
    DIFFERENT = "different"  # 不一致
    UNKNOWN = "unknown"  # 查无此文书


@dataclass(frozen=True, slots=True)
class Checked:
    """What is told of a paper. `sha256`, `size` and `template_version` once it is rendered."""

    document_id: str
    title: str
    kind: str
    number: str
    organ: str
    dated: date
    state: str
    sha256: str | None
    size: int | None
    template_version: int | None


def verdict(sha256: str, named: list[Checked], *, is_named: bool) -> Verdict:
    """`named`: the papers that were asked about by number or id, or, where none was (`is_named` False), those of this
    very content."""
    if any(paper.sha256 == sha256 for paper in named):
        return Verdict.SAME
    return Verdict.DIFFERENT if is_named and named else Verdict.UNKNOWN
