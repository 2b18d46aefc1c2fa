"""The operator's hands on one department's instance (运维接口), where one address leads to many instances.

The same as every service's `/operations` and `/personal-access`; a gateway sends what begins with
`/departments/{department}` to the instance of that department, and nothing else tells them apart from outside.
"""

from typing import Annotated

from fastapi import Depends
from fastapi.routing import APIRoute

from services.approval.context import Context
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import NotFound, current_view, new_router
from yimen.web.operations import router as of_operators
from yimen.web.personal import router as of_supervisors


async def _ours(department: Code, view: Annotated[View[Context], Depends(current_view)]) -> None:
    if department not in view.context.departments:
        raise NotFound("没有这个部门", "此处不办理该部门的事项，请核对部门代码。")


router = new_router(prefix="/departments/{department}", tags=["operations"], dependencies=[Depends(_ours)])
for route in (*of_operators.routes, *of_supervisors.routes):
    assert isinstance(route, APIRoute)
    router.add_api_route(
        route.path,
        route.endpoint,
        methods=sorted(route.methods or ()),
        dependencies=route.dependencies,
        responses=route.responses,
    )
