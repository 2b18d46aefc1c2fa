"""The catalogue in force as a file, open to everyone: YAML as the start-up files are written, CSV for spreadsheets."""

from typing import Annotated, Any

from fastapi import Depends, Response

from services.intake import queries
from services.intake.context import Context
from services.intake.domain.catalogue import catalogue_documents
from services.intake.domain.catalogue_csv import write_csv
from services.intake.domain.catalogue_yaml import write_yaml
from services.intake.domain.item import Item
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import allow_anyone, current_view, new_router
from yimen.worktime import local_date

router = new_router(tags=["items"])

Reading = Annotated[View[Context], Depends(current_view)]


def _file(media_type: str, schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": schema}}, "description": "事项目录文件"}}


_PARTS = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}


@router.get(
    "/catalogue.yaml",
    dependencies=[allow_anyone()],
    response_class=Response,
    responses=_file("application/yaml", _PARTS),
)
async def export_yaml(view: Reading, department: Code | None = None) -> Response:
    """As in force today; of one department where it is named."""
    text = write_yaml(catalogue_documents(await _in_force(view, department)))
    return _attached(text, "application/yaml", "catalogue.yaml")


@router.get(
    "/catalogue.csv",
    dependencies=[allow_anyone()],
    response_class=Response,
    responses=_file("text/csv", {"type": "string"}),
)
async def export_csv(view: Reading, department: Code | None = None) -> Response:
    """As in force today; of one department where it is named. No cell runs as a formula."""
    text = write_csv(catalogue_documents(await _in_force(view, department), defaults=True))
    return _attached(text, "text/csv; charset=utf-8", "catalogue.csv")


async def _in_force(view: View[Context], department: str | None) -> list[Item]:
    items = await queries.current_items(view, local_date(view.now))
    return [item for item in items if department in (None, item.department)]


def _attached(text: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=media_type, headers=headers)
