"""How requests enter: `create_app` for the application, `new_router` for routes, `allow` for who may call them.

Problem … Invalid      how a handler refuses
Body                   what it is asked with
current_unit/_view     what it works with
refuses                what its document says beyond that
creates, if_match      how it takes effect once, and only on what the caller saw
is_heavy, is_signed    how often it may be asked
revalidated            what readers may keep, if they ask whether it still holds
"""

from yimen.web.app import UndeclaredAccess, create_app
from yimen.web.body import Body
from yimen.web.idempotency import creates, forget_old_answers
from yimen.web.identity import Access, Principal, Role, access_of, allow, allow_anyone
from yimen.web.openapi import refuses
from yimen.web.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from yimen.web.rates import is_heavy, is_signed
from yimen.web.revalidation import revalidated
from yimen.web.routing import UnitRoute, current_unit, current_view, new_router, raw_body
from yimen.web.tokens import TokenVerifier
from yimen.web.versions import StaleVersion, if_match, set_etag

__all__ = [
    "Access",
    "Body",
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Principal",
    "Problem",
    "Role",
    "StaleVersion",
    "TokenVerifier",
    "UndeclaredAccess",
    "UnitRoute",
    "access_of",
    "allow",
    "allow_anyone",
    "create_app",
    "creates",
    "current_unit",
    "current_view",
    "forget_old_answers",
    "if_match",
    "is_heavy",
    "is_signed",
    "new_router",
    "raw_body",
    "refuses",
    "revalidated",
    "set_etag",
]
