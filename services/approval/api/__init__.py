"""The window's desk, room by room."""

from services.approval.api import extensions, operations, procedures, reviews, stand_ins

routers = (
    reviews.router,
    procedures.router,
    extensions.router,
    extensions.requests,
    stand_ins.router,
    operations.router,
)
