"""What everybody may know (结果公开, Art. 40): a decision's outcome, and the centre's announcements.

Guarantees: a person is named by the first character only, an organisation whole; an announcement is plain text, is
withdrawn once, and is never changed. Does not: publish reasons, nor anything of a case that is not decided.
"""

import re
from datetime import datetime

from services.intake.domain.values import Value
from yimen.contracts.intake import AnnouncementPublished, AnnouncementWithdrawn
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit

_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>")
_MOST_STARS = 2


def public_name(name: str, *, organisation: bool) -> str:
    """张三 -> 张*; no more than two stars, lest a long name be known by its length."""
    if organisation:
        return name
    return f"{name[0]}{'*' * min(max(len(name) - 1, 1), _MOST_STARS)}"


class Announcement(Value):
    announcement_id: str
    title: str
    body: str
    published_by: Staff
    published_at: datetime
    withdrawn_by: Staff | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | None = None


def publish(
    announcement_id: str, title: str, body: str, by: Staff, now: datetime
) -> tuple[Announcement, AnnouncementPublished]:
    if _MARKUP.search(title) or _MARKUP.search(body):
        raise Unfit("announcement-with-markup", "公告含有网页标记", "公告只能用纯文本，请去掉尖括号标记后重新发布。")
    event = AnnouncementPublished(
        announcement_id=announcement_id, title=title, body=body, published_by=by, published_at=now
    )
    return Announcement.model_validate(event, from_attributes=True), event


def withdraw(
    announcement: Announcement, reason: str, by: Staff, now: datetime
) -> tuple[Announcement, AnnouncementWithdrawn]:
    if announcement.withdrawn_at is not None:
        raise NotNow("announcement-withdrawn", "该公告已经撤下", "公告只能撤下一次；如需重新公告，请另行发布。")
    event = AnnouncementWithdrawn(
        announcement_id=announcement.announcement_id, reason=reason, withdrawn_by=by, withdrawn_at=now
    )
    return announcement.but(withdrawn_by=by, withdrawn_at=now, withdrawal_reason=reason), event
