"""The messages that went out, for the supervisor and the operator. Phone numbers are masked."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from services.notify.api.parts import Read
from services.notify.queries import messages as stored
from yimen.web import Role, allow, new_router

router = new_router(tags=["messages"])


class Message(BaseModel):
    id: str
    case_number: str | None
    recipient: str
    phone: str | None = Field(description="masked")
    template: str
    version: int
    text: str
    state: Literal["waiting_contact", "queued", "sent", "delivered", "failed"]
    created_at: datetime
    sent_at: datetime | None
    final_at: datetime | None
    error: str | None


class Messages(BaseModel):
    messages: list[Message]
    next: str | None = Field(description="pass as `after` for the next page")


@router.get("/messages", dependencies=[allow(Role.SUPERVISOR, Role.OPERATOR)])
async def list_messages(
    view: Read,
    case_number: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> Messages:
    rows = await stored.message_list(view.conn, case_number, limit, after)
    shown = [Message.model_validate({**row._mapping, "phone": mask_phone(row.phone)}) for row in rows]
    return Messages(messages=shown, next=shown[-1].id if len(shown) == limit else None)


def mask_phone(phone: str | None) -> str | None:
    """138****1234; of a number too short for that, only its last two digits."""
    if phone is None:
        return None
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****" + phone[-2:]
