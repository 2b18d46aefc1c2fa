"""Mail: what goes out, over real connections to a real SMTP server in its own process, and what becomes of it."""

import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from email import message_from_string
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from services.notify.domain.gateways import Outcome, Outgoing
from services.notify.domain.mail import Unmailable, address_of, as_mail, mask_mail
from services.notify.providers.smtp import SmtpServer
from services.notify.settings import NotifySettings
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, settings_for, start
from services.notify.tests.postboxes import MailServer, mail_server, self_signed
from yimen.contracts.notify import MessageFailed, MessageSent
from yimen.testing import MONDAY_NINE
from yimen.web import Role

SENDER = "hall@yimen.example"
NUMBERS = count()


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    """One for all: each test writes to mailboxes of its own."""
    with mail_server() as one:
        yield one


@pytest.fixture
def box() -> str:
    """What a mailbox's name ends with."""
    return f"-{next(NUMBERS)}@example.cn"


def with_mail(port: int, **changes: Any) -> dict[str, Any]:
    return {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False, "smtp_from": SENDER, **changes}


@pytest.fixture
async def mailer(database_url: str, server: MailServer) -> AsyncIterator[Messenger]:
    async for one in start(database_url, **with_mail(server.port)):
        yield one


async def tell(mailer: Messenger, email: str | None, **more: Any) -> dict[str, Any]:
    """The mail's row."""
    contact = samples.contact(email=email, **more)
    await mailer.harness.deliver(contact, samples.submitted(), source="/intake")
    await mailer.work()
    return await row_of(mailer)


async def row_of(mailer: Messenger) -> dict[str, Any]:
    (row,) = [row for row in await mailer.messages() if row["channel"] == "mail"]
    return row


# -- on the wire -------------------------------------------------------------------------------------------------------


async def test_a_mail_arrives_as_it_was_written(mailer: Messenger, server: MailServer, box: str) -> None:
    row = await tell(mailer, f"zhao{box}")
    (mail,) = server.mails(f"zhao{box}")
    headers = message_from_string(mail["headers"], policy=default)
    assert (mail["sender"], mail["text"]) == (SENDER, f"{row['text']}\r\n")
    assert headers["Message-ID"] == f"<{row['id']}@yimen.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Subject"] == row["subject"]
    assert str(headers["From"]) == f"行政服务中心 <{SENDER}>"
    assert headers["Date"].datetime == MONDAY_NINE
    assert (row["state"], row["gateway"]) == ("sent", "smtp")
    sent = await mailer.harness.events(MessageSent)
    assert sorted(event.channel for event in sent) == ["mail", "sms"]


async def test_who_wants_english_is_written_to_in_english(mailer: Messenger, server: MailServer, box: str) -> None:
    row = await tell(mailer, f"zhao{box}", language="en")
    assert row["language"] == "en"
    assert "case number" in server.mails(f"zhao{box}")[0]["text"]


async def test_a_mail_that_is_put_off_goes_out_later(mailer: Messenger, server: MailServer, box: str) -> None:
    assert (await tell(mailer, f"grey{box}"))["state"] == "queued"
    assert server.mails(f"grey{box}") == []
    await mailer.after(seconds=70)
    assert (await row_of(mailer))["state"] == "sent"
    assert len(server.mails(f"grey{box}")) == 1


async def test_an_unknown_mailbox_ends_it_with_the_servers_reason_without_the_address(
    mailer: Messenger, server: MailServer, box: str
) -> None:
    row = await tell(mailer, f"nobody{box}")
    assert row["state"] == "failed"
    assert "550 5.1.1" in row["error"]
    (failed,) = await mailer.harness.events(MessageFailed)
    assert (failed.channel, "nobody" in failed.reason) == ("mail", False)
    assert server.mails(f"nobody{box}") == []


async def test_a_connection_that_ends_after_the_text_is_asked_for_again_under_the_same_message_id(
    mailer: Messenger, server: MailServer, box: str
) -> None:
    assert (await tell(mailer, f"drop{box}"))["state"] == "queued"
    await mailer.after(seconds=70)
    assert (await row_of(mailer))["state"] == "sent"
    first, second = server.mails(f"drop{box}")
    assert first["headers"] == second["headers"], "the mailbox can tell that it is the same"
    assert first["text"] == second["text"]


async def test_a_server_that_is_away_has_taken_nothing(database_url: str, box: str) -> None:
    async for mailer in start(database_url, **with_mail(1)):
        assert (await tell(mailer, f"zhao{box}"))["state"] == "queued"
        assert [row["state"] for row in await mailer.messages() if row["channel"] == "sms"] == ["sent"]


@pytest.mark.parametrize("trusted", [True, False])
async def test_mails_go_encrypted_to_a_server_that_is_trusted_and_to_no_other(tmp_path: Path, trusted: bool) -> None:
    certificate = self_signed(tmp_path)
    tls = ssl.create_default_context(cafile=str(certificate)) if trusted else None
    with mail_server(certificate) as server:
        told = with_mail(server.port, smtp_host="localhost", smtp_starttls=True)
        provider = SmtpServer(settings_for("sqlite+aiosqlite://", **told), tls)
        answer = await provider.hand_over(outgoing())
        assert answer.outcome is (Outcome.TAKEN if trusted else Outcome.NOT_TAKEN)
        assert [mail["encrypted"] for mail in server.mails()] == ([1] if trusted else [])


async def test_a_password_is_not_shown_to_a_server_without_encryption_that_asks_for_none(server: MailServer) -> None:
    """We are not let in: our own trouble, which refuses no mail."""
    told = with_mail(server.port, smtp_username="hall", smtp_password=SecretStr("secret-of-mail"))
    answer = await SmtpServer(settings_for("sqlite+aiosqlite://", **told)).hand_over(outgoing())
    assert answer.outcome is Outcome.NOT_TAKEN
    assert "secret-of-mail" not in answer.detail


# -- who gets one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contact_first", [True, False])
async def test_whoever_gave_no_address_gets_none_whenever_the_contact_comes(
    mailer: Messenger, contact_first: bool
) -> None:
    events: list[Any] = [samples.contact(), samples.submitted()]
    await mailer.harness.deliver(*(events if contact_first else events[::-1]), source="/intake")
    await mailer.work()
    row = await row_of(mailer)
    assert (row["state"], row["error"]) == ("skipped", "收件人没有提供电子邮件地址")
    assert mailer.harness.service.context.mail is not None
    assert await mailer.harness.events(MessageFailed) == []


async def test_a_hall_without_a_mail_server_writes_none(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(email="z@example.cn"), samples.submitted(), source="/intake")
    assert [row["channel"] for row in await messenger.messages()] == ["sms"]


async def test_addresses_stand_in_contacts_and_nowhere_else(
    mailer: Messenger, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    for case, address in enumerate(("secret-one@example.cn", "nobody-two@example.cn", "late-three@example.cn")):
        told = (samples.contact(f"C{case}", email=address), samples.submitted(f"C{case}"))
        await mailer.harness.deliver(*told, source="/intake")
    await mailer.work()
    metadata = mailer.harness.units.metadata
    async with mailer.harness.units.view() as view:
        for table in metadata.sorted_tables:
            if table.name != "contacts":
                assert "@example.cn" not in repr((await view.execute(table.select())).all()), table.name
    output = capsys.readouterr()
    assert "@example.cn" not in caplog.text + output.out + output.err
    shown = await mailer.harness.client.get("/messages", headers=mailer.harness.as_(Role.SUPERVISOR))
    mails = {one["email"] for one in shown.json()["messages"] if one["channel"] == "mail"}
    assert mails == {"s***@example.cn", "n***@example.cn", "l***@example.cn"}


# -- as text -----------------------------------------------------------------------------------------------------------


def outgoing(**changes: Any) -> Outgoing:
    told = {"id": "m1", "address": "zhao@example.cn", "subject": "受理通知", "text": "已受理。", "at": MONDAY_NINE}
    return Outgoing(**told | changes)


@given(subject=st.text(), hall=st.text(min_size=1), text=st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_nothing_that_is_written_adds_a_header(subject: str, hall: str, text: str) -> None:
    mail = as_mail(outgoing(subject=subject, text=text), sender=SENDER, hall=hall)
    ours = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
    body = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    read = message_from_string(mail.as_string(), policy=default)
    assert sorted(read.keys()) == sorted(ours + body)
    assert read["To"] == "zhao@example.cn"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "zhao", "@example.cn", "zhao@", "zhao@example.cn, qian@example.cn", "zhao@example.cn\nBcc: a@b.cn"),
        *("zhao@example.cn\r\nX: y", "Zhao <zhao@example.cn>", "赵@example.cn", "a b@example.cn", "zhao@例子.cn"),
    ],
)
def test_what_is_no_single_address_is_refused(typed: str) -> None:
    with pytest.raises(Unmailable):
        address_of(typed)


@given(typed=st.text())
def test_an_address_is_one_word_or_none(typed: str) -> None:
    try:
        found = str(address_of(typed))
    except Unmailable:
        return
    assert "@" in found
    assert not any(one.isspace() for one in found)


async def test_an_address_that_is_none_ends_the_mail(mailer: Messenger, server: MailServer) -> None:
    row = await tell(mailer, "zhao@example.cn\r\nBcc: bcc@example.cn")
    assert (row["state"], server.mails("bcc@example.cn")) == ("failed", [])


def test_a_mail_server_needs_our_address() -> None:
    settings = settings_for("sqlite+aiosqlite://").model_dump()
    with pytest.raises(ValidationError):
        NotifySettings(**settings | {"smtp_host": "mail.example", "smtp_from": ""})


def test_what_is_left_of_an_address_that_is_shown() -> None:
    assert mask_mail("zhao@example.cn") == "z***@example.cn"
    assert mask_mail("nonsense") == "***"
    assert mask_mail(None) is None


def test_the_date_is_the_writings() -> None:
    written = as_mail(outgoing(), sender=SENDER, hall="大厅")["Date"].datetime
    assert (written, written.utcoffset()) == (MONDAY_NINE, timedelta(hours=8))
