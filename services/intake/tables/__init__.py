"""What intake stores."""

from services.intake.tables.agencies import agencies
from services.intake.tables.announcements import announcements
from services.intake.tables.bans import bans
from services.intake.tables.calendar import calendar_plans, limit_changes
from services.intake.tables.cases import (
    cases,
    counters,
    documents,
    items,
    metadata,
    notices,
    password_tries,
    review_answers,
    reviews,
)
from services.intake.tables.catalogue import item_reports, item_withdrawals, windows
from services.intake.tables.deciding import licences, quotas
from services.intake.tables.drafts import drafts
from services.intake.tables.files import download_links, files
from services.intake.tables.projects import projects

__all__ = [
    "agencies",
    "announcements",
    "bans",
    "calendar_plans",
    "cases",
    "counters",
    "documents",
    "download_links",
    "drafts",
    "files",
    "item_reports",
    "item_withdrawals",
    "items",
    "licences",
    "limit_changes",
    "metadata",
    "notices",
    "password_tries",
    "projects",
    "quotas",
    "review_answers",
    "reviews",
    "windows",
]
