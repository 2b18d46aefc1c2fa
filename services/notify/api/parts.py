"""What the routes share."""

from typing import Annotated, Final

from fastapi import Depends
from pydantic import Field

from services.notify.context import Context
from yimen.bus import Unit, View
from yimen.web import Principal, Role, allow, current_unit, current_view

Write = Annotated[Unit[Context], Depends(current_unit)]
Read = Annotated[View[Context], Depends(current_view)]
Integrator = Annotated[Principal, allow(Role.INTEGRATOR)]
Follower = Annotated[Principal, allow(Role.INTEGRATOR, Role.OPERATOR)]
"""Who may look at subscriptions: those whose they are, and whoever is asked why nothing arrives."""
Why = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
OVERSEERS: Final = (Role.CENTRE_ADMIN, Role.SUPERVISOR, Role.OPERATOR)
"""Who may read what is told to whom, and in which words."""
