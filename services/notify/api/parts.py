"""What the routes share."""

from typing import Annotated

from fastapi import Depends

from services.notify.context import Context
from yimen.bus import Unit, View
from yimen.web import Principal, Role, allow, current_unit, current_view

Write = Annotated[Unit[Context], Depends(current_unit)]
Read = Annotated[View[Context], Depends(current_view)]
Integrator = Annotated[Principal, allow(Role.INTEGRATOR)]
