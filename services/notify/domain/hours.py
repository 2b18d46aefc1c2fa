"""When a message may reach a phone: quiet hours, the day's cap, numbers that nobody answers.

All times of day are Shanghai's, which has no summer time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from yimen.worktime import SHANGHAI, local_date

SMS: Literal["sms"] = "sms"
MAIL: Literal["mail"] = "mail"
INBOX: Literal["inbox"] = "inbox"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` on (that instant is quiet) until `ends` (that one is not), over midnight where it ends earlier than it
    begins. Equal: there are none."""

    begins: time
    ends: time

    def until(self, now: datetime) -> datetime | None:
        """When the quiet that reigns now is over; None when it does not reign."""
        local = now.astimezone(SHANGHAI)
        if not self._covers(local.time()):
            return None
        morning = local.replace(hour=self.ends.hour, minute=self.ends.minute, second=self.ends.second, microsecond=0)
        if morning <= local:
            morning += timedelta(days=1)
        return morning.astimezone(now.tzinfo)

    def _covers(self, at: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


def waits_until(quiet: QuietHours, now: datetime, *, channel: str, urgent: bool) -> datetime | None:
    """Only what rings waits for the morning: a mail wakes nobody. What is urgent does not wait."""
    return None if urgent or channel != SMS else quiet.until(now)


def is_capped(sent_today: int, cap: int) -> bool:
    """`sent_today`: messages that this number was given on this day, without the one that is asked about."""
    return sent_today >= cap


def sms_day(now: datetime) -> date:
    """The day on whose account a message goes: from midnight to midnight in Shanghai."""
    return local_date(now)


def is_test_number(phone: str, entries: Collection[str]) -> bool:
    """`13800000000` is that number; `1380000*` all that begin so."""
    return any(phone.startswith(entry[:-1]) if entry.endswith("*") else phone == entry for entry in entries)
