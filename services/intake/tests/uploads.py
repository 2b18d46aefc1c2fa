"""What tests of files share: to upload, to hand in with files, to look into the store."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from sqlalchemy import func, select

from services.intake.tables import files
from services.intake.tests.hall import Hall
from services.intake.tests.papers import PDF


async def upload(hall: Hall, content: Any = PDF, by: dict[str, str] | None = None, **headers: str) -> httpx.Response:
    return await hall.client.post("/files", content=content, headers=(by or hall.citizen) | headers)


async def uploaded(hall: Hall, content: bytes = PDF, by: dict[str, str] | None = None) -> str:
    answer = await upload(hall, content, by)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["file_id"])


async def applied_with_file(hall: Hall, content: bytes = PDF, by: dict[str, str] | None = None) -> str:
    """A case whose second material, 平面图, is a file; two copies of each."""
    file_id = await uploaded(hall, content, by)
    materials = [{"code": "01", "copies": 2}, {"code": "02", "copies": 2, "file_id": file_id}]
    return await hall.submitted(materials=materials, by=by)


async def rows(hall: Hall) -> int:
    async with hall.harness.units.view() as view:
        return int((await view.execute(select(func.count()).select_from(files))).scalar_one())


def folder(hall: Hall) -> Path:
    return Path(unquote(urlsplit(hall.harness.service.context.settings.materials_url).path))


def objects(hall: Hall) -> list[str]:
    return sorted(path.name for path in folder(hall).rglob("*") if path.is_file())
