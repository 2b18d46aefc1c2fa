"""The messages that went out, for the supervisor and the operator. Phone numbers and addresses are masked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.notify.api.parts import Read
from services.notify.domain.mail import mask_mail
from services.notify.queries import messages as stored
from yimen.web import Role, allow, new_router

router = new_router(tags=["messages"])

State = Literal["waiting_contact", "queued", "sent", "delivered", "failed", "capped", "unknown", "skipped"]


class Message(BaseModel):
    id: str
    case_number: str | None
    recipient: str
    channel: str = Field(description="sms or mail")
    phone: str | None = Field(description="masked; of an SMS")
    email: str | None = Field(description="masked; of a mail")
    template: str
    version: int
    language: str
    urgent: bool
    text: str
    state: State
    gateway: str | None = Field(description="which has it, or may have it")
    mark: str | None = Field(description="test: to a test number, and never left the house")
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
    shown = [_shown(row) for row in rows]
    return Messages(messages=shown, next=shown[-1].id if len(shown) == limit else None)


def _shown(row: Row[Any]) -> Message:
    masked = {"phone": mask_phone(row.phone), "email": None}
    if row.channel == "mail":
        masked = {"phone": None, "email": mask_mail(row.email)}
    return Message.model_validate({**row._mapping, **masked})


def mask_phone(phone: str | None) -> str | None:
    """138****1234; of a number too short for that, only its last two digits."""
    if phone is None:
        return None
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****" + phone[-2:]
