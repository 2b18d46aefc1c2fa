"""What a draft brings: an application of which anything may be missing or half-written. Only its size is bounded."""

from typing import Annotated, Any, Literal

from pydantic import Field

from yimen.contracts.parts import Channel
from yimen.web import Body

Line = Annotated[str, Field(max_length=200)] | None


class DraftApplicant(Body):
    type: Literal["person", "organisation"] | None = None
    name: Line = None
    id_number: Line = None
    phone: Line = None
    email: Line = None


class DraftAgent(Body):
    name: Line = None
    id_number: Line = None
    phone: Line = None
    email: Line = None
    mandate: Line = None


class DraftMaterial(Body):
    code: Line = None
    copies: Annotated[int, Field(ge=0, le=99, strict=True)] | None = None
    sha256: Line = None
    file_id: Line = None


class DraftBody(Body):
    """Field by field what an application has (`ApplicationBody`)."""

    item_code: Line = None
    channel: Channel | None = None
    applicant: DraftApplicant | None = None
    agent: DraftAgent | None = None
    materials: Annotated[list[DraftMaterial], Field(max_length=100)] | None = None
    as_is: bool | None = None
    situations: Annotated[list[Line], Field(max_length=50)] | None = None
    project: Line = None
    renews: Line = None
    language: Line = None
    electronic_service: bool | None = None

    @property
    def written(self) -> dict[str, Any]:
        """What was sent, and no more."""
        return self.model_dump(mode="json", exclude_unset=True)
