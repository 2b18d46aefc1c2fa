"""The public check of papers: by number, by code, by the file itself."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.documents import file_in, number_key
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from services.notify.tests.sheets import keep_paper

PAPER = b"%PDF-1.7\r\n--not a boundary\r\n\x00\xff binary"
JSON = {"Accept": "application/json"}


@pytest.fixture
async def paper(messenger: Messenger) -> str:
    return await keep_paper(messenger.harness, PAPER)


async def by_number(messenger: Messenger, number: str) -> list[dict[str, Any]]:
    answer = await messenger.harness.client.get("/check", params={"number": number}, headers=JSON)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["documents"]
    return found


def form(content: bytes) -> dict[str, Any]:
    return {"files": {"file": ("受理通知书.pdf", content, "application/pdf")}}


async def verdict(messenger: Messenger, content: bytes, **asked: str) -> str:
    """The same, as a form from a page and as the bare file."""
    client, params = messenger.harness.client, asked
    typed = await client.post("/check", params=params, headers=JSON, **form(content))
    bare = await client.post(
        "/check", params=params, headers=JSON | {"Content-Type": "application/pdf"}, content=content
    )
    assert typed.json() == bare.json()
    return str(typed.json()["verdict"])


async def test_a_number_is_found_however_it_is_typed(messenger: Messenger, paper: str) -> None:
    for typed in (
        "受字〔2026〕7号",
        "受字[2026]7号",
        "受字（２０２６）７号",
        "受字【2026】7",
        " 受字 〔2026〕 007 号 ",
        "受字［2026］7号\u200b",
    ):
        [found] = await by_number(messenger, typed)
        assert found["document_id"] == paper, typed
    assert await by_number(messenger, "受字〔2026〕70号") == []
    assert await by_number(messenger, "受字〔2025〕7号") == []


async def test_nothing_personal_is_told(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.published(), samples.submitted(), source="/intake")
    await messenger.work()
    [found] = await by_number(messenger, samples.DOCUMENT.number)
    assert set(found) == {
        *("document_id", "title", "kind", "number", "organ", "dated"),
        *("state", "sha256", "size", "template_version"),
    }
    assert found["organ"] == "市场监督管理局"
    html = (await messenger.harness.client.get("/check", params={"number": samples.DOCUMENT.number})).text
    assert found["sha256"] in html
    assert not re.search("赵一|3607|食品经营许可", html + repr(found))


async def test_the_file_is_the_same_byte_for_byte_or_it_is_not(messenger: Messenger, paper: str) -> None:
    number = "受字〔2026〕7号"
    for asked in ({}, {"number": number}, {"document_id": paper}):
        assert await verdict(messenger, PAPER, **asked) == "same"
    assert await verdict(messenger, PAPER + b" ", number=number) == "different"
    assert await verdict(messenger, PAPER[:-1], document_id=paper) == "different"
    assert await verdict(messenger, PAPER + b" ") == "unknown"
    assert await verdict(messenger, PAPER, number="受字〔2026〕70号") == "unknown"
    for nothing in ({"content": b""}, form(b"")):
        answer = await messenger.harness.client.post("/check", headers=JSON, **nothing)
        assert (answer.status_code, answer.json()["code"]) == (422, "no-file")


async def test_a_file_that_is_handed_in_is_not_kept(messenger: Messenger, paper: str) -> None:
    kept: list[str] = []
    put = messenger.harness.service.context.papers.put
    messenger.harness.service.context.papers.put = lambda *given: kept.append("put") or put(*given)
    await verdict(messenger, PAPER + b"another")
    assert kept == []


async def test_twenty_megabytes_are_compared_and_more_are_refused(messenger: Messenger) -> None:
    large = bytes(20 * 1024 * 1024)
    assert await verdict(messenger, large) == "unknown"
    answer = await messenger.harness.client.post("/check", **form(large + bytes(5000)))
    assert answer.status_code == 413


async def test_the_page_works_without_scripts_and_fetches_nothing(messenger: Messenger, paper: str) -> None:
    pages = [
        await messenger.harness.client.get("/check"),
        await messenger.harness.client.get("/check", params={"number": "受字〔2026〕7号"}),
        await messenger.harness.client.get("/check", params={"number": "没有这个"}),
        await messenger.harness.client.get(f"/documents/check/{paper}"),
        await messenger.harness.client.post("/check", params={"document_id": paper}, **form(PAPER)),
    ]
    for answer in pages:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not re.search(r"<script|<link|<img|src=|url\(|https?://", answer.text)
        assert '<html lang="zh-CN">' in answer.text
        assert set(re.findall(r'<label for="(\w+)"', answer.text)) == set(
            re.findall(r'<input[^>]* id="(\w+)"', answer.text)
        )
    assert "没有查到" in pages[2].text
    assert "一致，未被改动" in pages[4].text
    assert 'action="../../check?document_id=' in pages[3].text


async def test_what_somebody_typed_is_text_on_the_page(messenger: Messenger) -> None:
    answer = await messenger.harness.client.get("/check", params={"number": '"><script>alert(1)</script>'})
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_a_paper_that_is_not_made_yet_says_so(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.published(), samples.submitted(), source="/intake")
    [found] = await by_number(messenger, samples.DOCUMENT.number)
    assert (found["state"], found["sha256"]) == ("waiting", None)
    page = await messenger.harness.client.get("/check", params={"number": samples.DOCUMENT.number})
    assert "制作中" in page.text


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(
    st.sampled_from(["受字", "不准字", "证字"]),
    st.integers(2000, 2099),
    st.integers(1, 10**6),
    st.sampled_from(["〔〕", "[]", "()", "（）", "【】", "［］", "「」"]),
    st.sampled_from(["", " ", "\u3000", "\u200b", "\t"]),
    st.booleans(),
)
def test_every_way_to_type_a_number_has_one_key(
    mark: str, year: int, serial: int, brackets: str, blank: str, wide: bool
) -> None:
    typed = blank.join([mark, brackets[0], str(year), brackets[1], str(serial), "号"])
    assert number_key(typed.translate(WIDE) if wide else typed) == f"{mark}〔{year}〕{serial}号"


@given(st.binary(max_size=400))
def test_what_stands_in_a_form_comes_out_byte_for_byte(content: bytes) -> None:
    head = b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf'
    body = b"--edge7\r\n" + head + b"\r\n\r\n" + content + b"\r\n--edge7--\r\n"
    if b"\r\n--edge7" not in content:
        assert file_in("multipart/form-data; boundary=edge7", body) == content
    assert file_in("application/pdf", content) == content
