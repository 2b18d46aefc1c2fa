"""What is kept of another system's answer, and how long it may ask to be left alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.notify.domain.answers import MOST, legible, wait_asked
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import serving
from services.notify.tests.test_webhooks import subscribe

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@given(
    st.binary(max_size=3000),
    st.sampled_from([None, "utf-8", "gbk", "utf-16", "hex", "rot13", "idna", "no such", "a\x00b"]),
)
def test_whatever_is_answered_becomes_short_text_that_can_be_shown(body: bytes, charset: str | None) -> None:
    text = legible(body, charset)
    assert len(text) <= MOST
    assert text.isprintable()


def test_words_in_the_charset_of_the_answer_are_read_in_it() -> None:
    assert legible("系统维护中".encode("gbk"), "gbk") == "系统维护中"


@given(st.text())
def test_any_text_asks_for_a_time_of_nought_or_more(value: str) -> None:
    assert wait_asked(value, NOW) >= 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("", 0),
        (None, 0),
        ("٣", 0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120),
        ("Mon, 23 Nov 2026 01:02:00 -0000", 120),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0),
    ],
)
def test_seconds_and_http_dates_are_understood(value: str | None, seconds: float) -> None:
    assert wait_asked(value, NOW) == seconds


class Oddity:
    """Answers as it is told, whatever it is sent."""

    def __init__(self, answer: Response) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        await self._answer(scope, receive, send)


async def attempt_at(messenger: Messenger, answer: Response) -> Any:
    """What was kept of one call that was answered so."""
    async with serving(Oddity(answer)) as port:
        await subscribe(messenger, f"http://127.0.0.1:{port}/")
        await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
        await messenger.work()
    table = messenger.harness.units.metadata.tables["outgoing_attempts"]
    async with messenger.harness.units.view() as view:
        (row,) = await view.execute(table.select())
    return row


async def test_each_attempt_is_kept_with_status_words_and_milliseconds_and_no_header(messenger: Messenger) -> None:
    refusal = PlainTextResponse("库满\x00\x1b[31m", 507, headers={"set-cookie": "session=4711", "x-secret": "s3cret"})
    kept = await attempt_at(messenger, refusal)
    assert kept.answer == {"status": 507, "said": "库满  [31m"}
    assert kept.error == "Transient('answered 507')"
    assert kept.milliseconds >= 0
    assert "4711" not in repr(kept)
    assert "s3cret" not in repr(kept)


async def test_a_long_answer_is_cut_off_and_counts_by_its_status(messenger: Messenger) -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 500

    kept = await attempt_at(messenger, StreamingResponse(long(), 200))
    assert kept.answer == {"status": 200, "said": "x" * MOST}
    assert [row["state"] for row in await messenger.deliveries()] == ["delivered"]


async def test_nothing_that_comes_packed_is_unpacked(messenger: Messenger) -> None:
    kept = await attempt_at(messenger, Response(b"\x1f\x8b\x08\x00", 200, headers={"content-encoding": "gzip"}))
    assert kept.answer["status"] == 200
    assert len(orjson.dumps(kept.answer)) < 100
