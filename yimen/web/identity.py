"""Who calls, and who may.

Each route declares who may call it: `caller: Principal = allow(Role.WINDOW_CLERK)` or `dependencies=[allow_anyone()]`.

Guarantees: the declaration can be read from the route (`access_of`) and stands in its OpenAPI operation; a caller is
known and allowed before the body is read and before a unit of work opens. Does not: decide about single cases; which
citizen's or which department's case it is, the service checks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from yimen.contracts.parts import Staff
from yimen.web.problems import Problem


class Role(StrEnum):
    CITIZEN = "citizen"
    WINDOW_CLERK = "window_clerk"
    SECTION_OFFICER = "section_officer"
    CHIEF_REPRESENTATIVE = "chief_representative"
    FEE_OFFICER = "fee_officer"
    TREASURER = "treasurer"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    INTEGRATOR = "integrator"  # a department's own system
    OPERATOR = "operator"
    CENTRE_ADMIN = "centre_admin"
    STATION_CLERK = "station_clerk"  # `departments` of the token: the station's code
    VILLAGE_AGENT = "village_agent"  # `departments` of the token: the village's code
    ORGAN_HEAD = "organ_head"  # may extend (R23)
    GOVERNMENT_HEAD = "government_head"  # may extend a joint case (R24)
    DISCIPLINE_OFFICER = "discipline_officer"  # complaints of fees and bribery go there (R93)
    CLOCK_KEEPER = "clock_keeper"  # demonstrations only

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Role.CITIZEN: "办事群众",
    Role.WINDOW_CLERK: "窗口人员",
    Role.SECTION_OFFICER: "科室经办人",
    Role.CHIEF_REPRESENTATIVE: "首席代表",
    Role.FEE_OFFICER: "收费窗口人员",
    Role.TREASURER: "财政人员",
    Role.SUPERVISOR: "监察人员",
    Role.LEADER: "中心领导",
    Role.INTEGRATOR: "部门业务系统",
    Role.OPERATOR: "运维人员",
    Role.CENTRE_ADMIN: "中心管理员",
    Role.STATION_CLERK: "乡镇便民服务站人员",
    Role.VILLAGE_AGENT: "村级代办员",
    Role.ORGAN_HEAD: "部门负责人",
    Role.GOVERNMENT_HEAD: "县政府负责人",
    Role.DISCIPLINE_OFFICER: "纠风人员",
    Role.CLOCK_KEEPER: "演示时钟管理员",
}


@dataclass(frozen=True)
class Principal:
    """Who calls, as the identity provider vouches for it."""

    id: str
    name: str
    roles: frozenset[Role]
    departments: frozenset[str] = frozenset()

    def serves(self, department: str) -> bool:
        return department in self.departments

    @property
    def staff(self) -> Staff:
        return Staff(id=self.id, name=self.name)


class Access:
    """What `allow_anyone()` declares: nobody is asked who they are."""

    roles: tuple[Role, ...] = ()

    async def __call__(self, request: Request) -> Principal | None:  # noqa: ARG002 the dependency's shape
        return None


class Restricted(Access, SecurityBase):
    """What `allow(...)` declares. Being a SecurityBase writes the bearer scheme into OpenAPI."""

    model = HTTPBearer(bearerFormat="JWT", description="身份认证平台签发的令牌 (OpenID Connect)")
    scheme_name = "bearer"

    def __init__(self, *roles: Role) -> None:
        self.roles = tuple(sorted(set(roles)))

    async def __call__(self, request: Request) -> Principal:
        principal = await identify(request)
        if principal.roles.isdisjoint(self.roles):
            raise _not_for(principal, self.roles)
        return principal


def allow(*roles: Role) -> Any:
    """Only who has one of the roles. A default value for a `Principal` parameter, or an entry of `dependencies=`."""
    if not roles:
        raise TypeError("allow() needs a role; for everybody there is allow_anyone()")
    return Depends(Restricted(*roles))


def allow_anyone() -> Any:
    """Public: the authorization header is not even looked at."""
    return Depends(Access())


async def identify(request: Request) -> Principal:
    """Raises the 401 problem for whoever cannot show a valid token, 503 while no issuer's key was ever had."""
    known: Principal | None = getattr(request.state, "principal", None)
    if known is None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated("尚未登录", "请先登录，再办理此事项。", 'Bearer realm="yimen"')
        known = await request.app.state.verifier.verify(token.strip())
        request.state.principal = known
    assert known is not None
    return known


def unauthenticated(title: str, detail: str, challenge: str) -> Problem:
    return Problem(401, "unauthenticated", title, detail, headers={"WWW-Authenticate": challenge})


def _not_for(principal: Principal, roles: tuple[Role, ...]) -> Problem:
    may = "、".join(role.label for role in roles)
    has = "、".join(role.label for role in sorted(principal.roles)) or "无"
    detail = f"此操作限{may}办理；您当前的身份：{has}。如需办理，请使用相应身份登录。"
    return Problem(403, "forbidden", "没有权限", detail, allowed_roles=list(roles))


def access_of(route: Any) -> Access | None:
    """What the route declares; None where it declares nothing. Raises TypeError where it declares two things."""
    declared = [call for call in calls_of(route.dependant) if isinstance(call, Access)]
    if len(set(map(id, declared))) > 1:
        raise TypeError(f"{route.path} declares access more than once")
    return declared[0] if declared else None


def calls_of(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """Every dependency below a route, however deep."""
    for below in dependant.dependencies:
        if below.call is not None:
            yield below.call
        yield from calls_of(below)
