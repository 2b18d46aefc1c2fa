"""The inbox in the hall (站内信): what a department, a station or the centre was told, for its staff; and what the
applicant of a case was told, for who handed it in on line, and for whoever has its number and query password.

Guarantees: staff read the letters of departments that they serve, and no others, citizens those of cases that they
handed in; who read a letter first is kept.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Row, update

from services.notify.api.parts import Read, Write
from services.notify.context import Context
from services.notify.domain.values import DEFAULT
from services.notify.queries import inbox as stored
from services.notify.tables import inbox_letters
from yimen.bus import Units, View
from yimen.passwords import kept_hash, let_in
from yimen.web import Forbidden, NotFound, Principal, Role, allow, allow_anyone, new_router, refuses

router = new_router(tags=["messages"])

ROLES = (
    *(Role.WINDOW_CLERK, Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE, Role.ORGAN_HEAD),
    *(Role.STATION_CLERK, Role.CENTRE_ADMIN, Role.CITIZEN),
)
CURSOR = r"^[01]\.[0-9]{1,18}$"
OWN_PAGE = 100
Reader = Annotated[Principal, allow(*ROLES)]


class InboxLetter(BaseModel):
    id: int
    recipient: str = Field(
        description="department/<code of a department, an office, a station, or centre>, case/<number>"
    )
    case_number: str | None
    template: str
    version: int
    subject: str | None
    text: str
    urgent: bool
    created_at: datetime
    read_at: datetime | None
    read_by: str | None = Field(description="who read it first")


class Inbox(BaseModel):
    letters: list[InboxLetter]
    next: str | None = Field(description="pass as `after` for the next page")


@router.get("/inbox")
async def read_inbox(
    caller: Reader,
    view: Read,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Inbox:
    """Unread letters first, each part newest first; a citizen's in the language that was chosen with the contact."""
    languages = await _languages(view, caller)
    rows = await stored.inbox_page(view.conn, _recipients(caller) | languages.keys(), _place(after), limit)
    letters = [shown(row, languages.get(row.recipient) or DEFAULT) for row in rows]
    return Inbox(letters=letters, next=cursor(rows, limit))


@router.post("/inbox/{letter_id}/read", status_code=204)
async def mark_read(letter_id: Annotated[int, Path(ge=1, le=2**62)], caller: Reader, unit: Write) -> None:
    """Once more changes nothing."""
    letter = await stored.inbox_letter(unit.conn, letter_id)
    theirs = _recipients(caller) | (await _languages(unit, caller)).keys()
    if letter is None or (letter.recipient not in theirs and caller.roles == {Role.CITIZEN}):
        raise NotFound("没有这封站内信", "请核对编号。")
    if letter.recipient not in theirs:
        raise Forbidden("这是其他部门的站内信", "只能阅读本部门的站内信。")
    if not letter.is_read:
        values = {"is_read": True, "read_at": unit.now, "read_by": caller.id}
        await unit.execute(update(inbox_letters).where(inbox_letters.c.id == letter_id).values(values))


@router.post("/cases/{case_number}/inbox", dependencies=[allow_anyone()], responses=refuses(404, 429))
async def read_own_inbox(
    case_number: Annotated[str, Path(max_length=80)],
    query_password: Annotated[str, Header(max_length=80)],
    request: Request,
    after: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Inbox:
    """What the applicant was told, newest first, in the language that was chosen with the contact."""
    units: Units[Context] = request.app.state.units
    number = await let_in(units, case_number, query_password, kept_hash)
    async with units.view() as view:
        return await _of_case(view, number, await stored.language_of(view.conn, f"case/{number}"), after)


@router.get("/my/cases/{case_number}/inbox", responses=refuses(404))
async def read_inbox_of_own_case(
    case_number: Annotated[str, Path(max_length=80)],
    view: Read,
    caller: Annotated[Principal, allow(Role.CITIZEN)],
    after: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Inbox:
    """The same, of a case that the caller handed in on line: no password is asked for."""
    return await _of_case(view, case_number, await own_case(view, caller, case_number), after)


async def _of_case(view: View[Context], number: str, language: str | None, after: str | None) -> Inbox:
    rows = await stored.inbox_page(view.conn, {f"case/{number}"}, _place(after), OWN_PAGE)
    return Inbox(letters=[shown(row, language or DEFAULT) for row in rows], next=cursor(rows, OWN_PAGE))


async def own_case(view: View[Context], caller: Principal, case_number: str) -> str | None:
    """The language of its letters. Raises NotFound where the caller did not hand it in, be there such a case or not."""
    languages = await stored.languages_of(view.conn, caller.id)
    if f"case/{case_number}" not in languages:
        raise NotFound("没有找到这件办件", "请核对办件编号；不是您本人在网上提交的，请用办件编号和查询密码查询。")
    return languages[f"case/{case_number}"]


async def _languages(view: View[Context], caller: Principal) -> dict[str, str | None]:
    """A citizen's own cases, each with the language of its letters."""
    return await stored.languages_of(view.conn, caller.id) if Role.CITIZEN in caller.roles else {}


def _recipients(caller: Principal) -> set[str]:
    """The centre's own letters are for its administrator."""
    served = {*caller.departments, "centre"} if Role.CENTRE_ADMIN in caller.roles else caller.departments
    return {f"department/{department}" for department in served}


def _place(after: str | None) -> stored.Place | None:
    if after is None:
        return None
    is_read, _, letter_id = after.partition(".")
    return is_read == "1", int(letter_id)


def cursor(rows: stored.Rows, limit: int) -> str | None:
    return f"{int(rows[-1].is_read)}.{rows[-1].id}" if len(rows) == limit else None


def shown(row: Row[Any], language: str) -> InboxLetter:
    """In that language, else in Chinese, else in the one that there is."""
    words = row.words.get(language) or row.words.get(DEFAULT) or next(iter(row.words.values()))
    return InboxLetter.model_validate({**row._mapping, **words})
