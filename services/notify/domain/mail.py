"""A message as a mail: plain text in UTF-8, written the same at every repetition.

Guarantees: neither an address nor a subject can add a header; `Unmailable` is raised for what is no single address. A
repeated mail carries the same Message-ID and the same date, so that a mailbox can tell that it is the same.
"""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from services.notify.domain.gateways import Outgoing
from yimen.worktime import SHANGHAI


class Unmailable(ValueError):
    """No mail can be written to this."""


def address_of(typed: str) -> Address:
    """ASCII only: whether a server on the way knows others cannot be told beforehand."""
    try:
        address = Address(addr_spec=typed.strip())
    except (HeaderParseError, ValueError, IndexError) as error:
        raise Unmailable("not an address") from error
    if not address.domain or not address.username or not address.addr_spec.isascii() or not _is_one_word(typed):
        raise Unmailable("not an address")
    return address


def _is_one_word(typed: str) -> bool:
    return not any(one.isspace() or not one.isprintable() or one in ',;<>\\"' for one in typed.strip())


def as_mail(message: Outgoing, *, sender: str, hall: str) -> EmailMessage:
    """`sender`: our address; `hall`: the name that stands before it."""
    ours = address_of(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=_one_line(hall), addr_spec=ours.addr_spec)
    mail["To"] = address_of(message.address)
    mail["Subject"] = _one_line(message.subject)
    mail["Date"] = message.at.astimezone(SHANGHAI)
    mail["Message-ID"] = f"<{message.id}@{ours.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    mail.set_content(message.text + "\n", charset="utf-8", cte="base64")
    return mail


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def mask_mail(address: str | None) -> str | None:
    """`z***@example.cn`: enough to tell somebody which of their addresses it was."""
    if address is None:
        return None
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}***{at}{domain}" if at else "***"
