"""How uploads and the links to them are found and kept."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select

from services.intake.domain.files import Examined, StoredFile, new_file_id
from services.intake.tables import download_links, files
from yimen.bus import Unit, View


async def keep_file(unit: Unit[Any], examined: Examined, size: int, account: str) -> StoredFile:
    """One row for each content and owner: a second upload finds the first."""
    row = unit.insert(files).values(
        file_id=new_file_id(),
        sha256=examined.sha256,
        media_type=examined.media_type,
        size=size,
        uploaded_by=account,
        uploaded_at=unit.now,
    )
    await unit.execute(row.on_conflict_do_nothing(index_elements=["sha256", "uploaded_by"]))
    query = select(files).where(files.c.sha256 == examined.sha256, files.c.uploaded_by == account)
    return _stored((await unit.execute(query)).one())


async def find_files(view: View[Any], wanted: Collection[str], uploaders: Collection[str]) -> dict[str, StoredFile]:
    """Those that one of the uploaders uploaded, by file_id."""
    query = select(files).where(files.c.file_id.in_(sorted(wanted)), files.c.uploaded_by.in_(sorted(uploaders)))
    return {row.file_id: _stored(row) for row in await view.execute(query)}


async def uploads_since(view: View[Any], account: str, since: datetime) -> int:
    query = select(func.count()).where(files.c.uploaded_by == account, files.c.uploaded_at > since)
    return int((await view.execute(query)).scalar_one())


async def keep_link(unit: Unit[Any], token_hash: str, file_id: str, name: str, expires_at: datetime) -> None:
    """Also forgets the links that no longer open anything."""
    await unit.execute(delete(download_links).where(download_links.c.expires_at <= unit.now))
    unit.add(download_links, {"token_hash": token_hash, "file_id": file_id, "name": name, "expires_at": expires_at})


async def linked_file(view: View[Any], token_hash: str) -> tuple[str, StoredFile] | None:
    """Its name for the reader, and the file; None for a token that is unknown, or whose time is over."""
    query = (
        select(download_links.c.name, files)
        .join(files)
        .where(download_links.c.token_hash == token_hash, download_links.c.expires_at > view.now)
    )
    row = (await view.execute(query)).one_or_none()
    return None if row is None else (row.name, _stored(row))


def _stored(row: Row[Any]) -> StoredFile:
    return StoredFile.model_validate(dict(row._mapping))
