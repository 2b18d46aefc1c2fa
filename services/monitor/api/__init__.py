"""What the supervisor answers, an area a module."""

from services.monitor.api import (
    alerts,
    cases,
    complaint_desk,
    complaints,
    consultations,
    counts,
    journal,
    rating_desk,
    ratings,
)

routers = (
    cases.router,
    alerts.router,
    counts.router,
    journal.router,
    complaints.router,
    complaint_desk.router,
    ratings.router,
    rating_desk.router,
    consultations.router,
)
