"""The books, for those who answer for them."""

from services.fees import invariants
from services.fees.api.parts import InView
from services.fees.views import Invariants, InvariantView
from yimen.web import Role, allow, new_router

router = new_router(tags=["books"])


@router.get("/invariants", dependencies=[allow(Role.TREASURER, Role.SUPERVISOR, Role.OPERATOR)])
async def books_invariants(view: InView) -> Invariants:
    found = await invariants.check(view)
    shown = [InvariantView(id=one.id, title=one.title, ok=one.ok, figures=one.figures) for one in found]
    return Invariants(ok=all(one.ok for one in found), checked_at=view.now, invariants=shown)
