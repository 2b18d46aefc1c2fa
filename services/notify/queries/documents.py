"""Papers, and the links to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.documents import TO_APPLICANTS
from services.notify.tables import case_departments, document_links, documents
from yimen.bus import Unit, View

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose papers a reader may see. `departments` None: everybody's; `fees`: also those of the money side."""

    departments: frozenset[str] | None
    fees: bool = False


async def document(conn: AsyncConnection, document_id: str, *, lock: bool = False) -> Row[Any] | None:
    query = select(documents).where(documents.c.id == document_id)
    return (await conn.execute(query.with_for_update() if lock else query)).one_or_none()


async def seen_document(conn: AsyncConnection, document_id: str, sight: Sight) -> Row[Any] | None:
    query = select(documents).where(documents.c.id == document_id, _seen_by(sight))
    return (await conn.execute(query)).one_or_none()


async def document_list(
    conn: AsyncConnection, sight: Sight, wanted: dict[str, str], after: str | None, limit: int
) -> Rows:
    """Newest first. `wanted`: columns that must have these values; `after`: the id of the last one seen."""
    query = select(documents).where(_seen_by(sight), *(documents.c[name] == value for name, value in wanted.items()))
    if after is not None:
        last = select(documents.c.created_at).where(documents.c.id == after).scalar_subquery()
        query = query.where(
            or_(documents.c.created_at < last, (documents.c.created_at == last) & (documents.c.id < after))
        )
    newest = (documents.c.created_at.desc(), documents.c.id.desc())
    return (await conn.execute(query.order_by(*newest).limit(limit))).all()


def _seen_by(sight: Sight) -> ColumnElement[bool]:
    if sight.departments is None:
        return true()
    theirs = _theirs(sight.departments)
    return or_(theirs, documents.c.type.like("fees.%")) if sight.fees else theirs


def _theirs(departments: Collection[str]) -> ColumnElement[bool]:
    """What they give themselves, and what was given in the cases on which they work."""
    on_the_case = (
        select(case_departments.c.case_number)
        .where(
            case_departments.c.case_number == documents.c.case_number, case_departments.c.department.in_(departments)
        )
        .exists()
    )
    return documents.c.department.in_(departments) | on_the_case


# -- the public, and applicants ---------------------------------------------------------------------------------------


async def by_number(conn: AsyncConnection, number_key: str) -> Rows:
    query = select(documents).where(documents.c.number_key == number_key)
    return (await conn.execute(query.order_by(documents.c.created_at, documents.c.id).limit(20))).all()


async def by_content(conn: AsyncConnection, sha256: str) -> Rows:
    return (await conn.execute(select(documents).where(documents.c.sha256 == sha256).limit(20))).all()


async def of_applicant(conn: AsyncConnection, case_number: str) -> Rows:
    """Those that are there to be fetched, in their order."""
    query = select(documents).where(
        documents.c.case_number == case_number, documents.c.state == "rendered", documents.c.kind.in_(TO_APPLICANTS)
    )
    return (await conn.execute(query.order_by(documents.c.created_at, documents.c.id))).all()


async def keep_link(unit: Unit[Any], token_hash: str, case_number: str, expires_at: datetime) -> None:
    """Also forgets the links that no longer open anything."""
    await unit.execute(delete(document_links).where(document_links.c.expires_at <= unit.now))
    unit.add(document_links, {"token_hash": token_hash, "case_number": case_number, "expires_at": expires_at})


async def linked_document(view: View[Any], token_hash: str, document_id: str) -> Row[Any] | None:
    query = (
        select(documents)
        .join(document_links, document_links.c.case_number == documents.c.case_number)
        .where(document_links.c.token_hash == token_hash, document_links.c.expires_at > view.now)
        .where(documents.c.id == document_id, documents.c.state == "rendered", documents.c.kind.in_(TO_APPLICANTS))
    )
    return (await view.execute(query)).one_or_none()


async def mark_collected(unit: Unit[Any], document_id: str) -> bool:
    """Whether this is the first time."""
    first = update(documents).where(documents.c.id == document_id, documents.c.collected_at.is_(None))
    return (await unit.execute(first.values(collected_at=unit.now))).rowcount == 1
