"""Mail by SMTP, one connection for each.

What an answer means: until the text was sent, a refusal with 4xx or a connection that ends leaves the mail surely not
taken (greylisting is that), one with 5xx to the envelope or the text refuses it for good; a connection that ends after
the text was begun leaves it unknown. That we are not let in (5xx to the greeting, STARTTLS or AUTH) is our own trouble,
and refuses no mail.
"""

import re
import ssl
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from services.notify.domain.gateways import Answer, Outcome, Outgoing
from services.notify.domain.mail import Unmailable, address_of, as_mail
from services.notify.settings import NotifySettings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0

_ADDRESS = re.compile(r"\S*@\S*")


class SmtpServer:
    """`tls`: whose certificates STARTTLS trusts; by default those of the system."""

    name = "smtp"

    def __init__(self, settings: NotifySettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls

    async def hand_over(self, message: Outgoing) -> Answer:
        try:
            mail = as_mail(message, sender=self._settings.smtp_from, hall=self._settings.hall_name)
            to = address_of(message.address).addr_spec
        except Unmailable as fault:
            return Answer(Outcome.REFUSED, str(fault))
        client = self._client()
        try:
            await self._enter(client)
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            return Answer(Outcome.NOT_TAKEN, _said(error))
        try:
            return await _deliver(client, self._settings.smtp_from, to, mail.as_bytes())
        finally:
            await _leave(client)

    def _client(self) -> SMTP:
        s = self._settings
        return SMTP(
            hostname=s.smtp_host,
            port=s.smtp_port,
            timeout=ANSWER_SECONDS,
            start_tls=s.smtp_starttls,
            use_tls=False,
            tls_context=self._tls,
        )

    async def _enter(self, client: SMTP) -> None:
        await client.connect(timeout=CONNECT_SECONDS)
        if self._settings.smtp_username:
            await client.login(self._settings.smtp_username, self._settings.smtp_password.get_secret_value())


async def _leave(client: SMTP) -> None:
    """Politely; what was answered before stands."""
    with suppress(SMTPException, OSError, TimeoutError):
        await client.quit(timeout=1)
    client.close()


async def _deliver(client: SMTP, sender: str, to: str, text: bytes) -> Answer:
    try:
        await client.mail(sender)
        await client.rcpt(to)
    except (SMTPException, OSError, TimeoutError) as error:
        return Answer(Outcome.REFUSED if _is_final(error) else Outcome.NOT_TAKEN, _said(error))
    try:
        taken = await client.data(text)
    except SMTPResponseException as error:
        return Answer(Outcome.REFUSED if _is_final(error) else Outcome.NOT_TAKEN, _said(error))
    except (SMTPException, OSError, TimeoutError) as error:
        return Answer(Outcome.UNKNOWN, _said(error))
    return Answer(Outcome.TAKEN, f"answered {taken.code}")


def _is_final(error: Exception) -> bool:
    return isinstance(error, SMTPResponseException) and 500 <= error.code < 600


def _said(error: Exception) -> str:
    """Servers repeat the address in what they answer; it is left out."""
    if isinstance(error, SMTPResponseException):
        return f"answered {error.code} {_ADDRESS.sub('…', error.message)[:200]}"
    return f"no answer: {type(error).__name__}"
