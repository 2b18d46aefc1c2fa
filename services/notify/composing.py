"""What each paper says: plain JSON from the event that it puts into writing, and from what was heard before."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from yimen.departments import department_name


async def compose(_conn: AsyncConnection, document: Row[Any]) -> dict[str, Any]:
    """Raises `Transient` while something that it needs has not been heard."""
    said = document.event["data"]
    return {
        "organ": department_name(document.department),
        "applicant": said["applicant"]["name"],
        "item": said["item_name"],
        "case_number": said["case_number"],
        "materials": [{"name": one["name"], "copies": one["copies"]} for one in said["materials"]],
    }
