"""What the routes of fees share."""

from typing import Annotated, Final

from fastapi import Depends, Path, Query

from services.fees.context import Context
from yimen.bus import Unit, View
from yimen.web import Role, current_unit, current_view

InUnit = Annotated[Unit[Context], Depends(current_unit)]
InView = Annotated[View[Context], Depends(current_view)]
Id = Annotated[str, Path(min_length=1, max_length=80)]
Limit = Annotated[int, Query(ge=1, le=200)]

FEE_WINDOW: Final = (Role.FEE_OFFICER, Role.TREASURER, Role.SUPERVISOR)
COUNTY_WIDE: Final = (*FEE_WINDOW, Role.LEADER)
