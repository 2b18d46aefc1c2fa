"""Papers' numbers as people type them, which papers are the applicant's to fetch, and a file out of a form.

Guarantees: a number is found whichever brackets, widths and blanks it is typed with. Does not: tell whether it exists.
"""

import re
import unicodedata
from email.message import Message
from typing import Final

TO_APPLICANTS: Final = frozenset(
    {
        *("receipt", "acceptance", "one_time_notice", "refusal", "return", "re_examination"),
        *("deferral", "deferral_lapsed", "special_procedure", "extension", "hearing_notice", "fee_notice"),
        *("grant", "denial", "licence", "service", "agency_receipt"),
    }
)
"""The others go between departments, and are handed out by them (joint notices, opinions, minutes, orders)."""

_BRACKETS = str.maketrans(dict.fromkeys("[({【「『〈《〖", "〔") | dict.fromkeys("])}】」』〉》〗", "〕"))
_YEARLY = re.compile(r"(.*〔[0-9]{4}〕)0*([0-9]+)号?")
_BLANKS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def number_key(number: str) -> str:
    """One for all ways to type a number: `受字〔2026〕12号`, `受字[2026]12号`, `受字（２０２６）１２`."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", number)).upper().translate(_BRACKETS)
    found = _YEARLY.fullmatch(plain)
    return f"{found[1]}{found[2]}号" if found else plain


def file_in(content_type: str, body: bytes) -> bytes:
    """The file that a request brings: of a form with one file (`multipart/form-data`), else the whole body.

    Only to compare it byte by byte: a form that cannot be read is no file that we know."""
    kind = Message()
    kind["content-type"] = content_type or "application/pdf"
    boundary = kind.get_param("boundary")
    if kind.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        return body
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode()):
        head, _, content = part.partition(b"\r\n\r\n")
        if b"filename=" in head.lower():
            return content
    return b""
