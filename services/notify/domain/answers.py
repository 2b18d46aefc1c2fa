"""What another system's answer to a call tells: its words, made fit to keep, and how long it wants to be left alone.

Guarantees: at most `MOST` bytes of it, as text without control characters; no header but the one that asks for time.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST = 1024
"""Bytes kept of an answer's body."""

CHARSETS = frozenset({"gbk", "gb2312", "gb18030", "big5", "iso-8859-1", "utf-16"})
"""Read besides UTF-8. A name from outside is never looked up: not every codec of Python's is one of text."""


def legible(body: bytes, charset: str | None) -> str:
    """Whatever cannot be shown becomes a blank."""
    charset = (charset or "").strip().lower()
    text = body[:MOST].decode(charset if charset in CHARSETS else "utf-8", errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def wait_asked(retry_after: str | None, now: datetime) -> float:
    """Seconds, of a number of them or of an HTTP date; 0 for what is neither. `now` is the world's, as the date is."""
    if retry_after is None:
        return 0
    value = retry_after.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0
    return max(0.0, (_with_zone(until) - now).total_seconds())


def _with_zone(instant: datetime) -> datetime:
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
