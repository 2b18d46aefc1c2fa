"""Uploading: sizes, kinds, doubles, and what a crash leaves behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256

import pytest
from obstore.store import MemoryStore

from services.intake.queries import files
from services.intake.tests.hall import Hall
from services.intake.tests.papers import DOCX, HTML, PDF, PNG
from services.intake.tests.uploads import folder, objects, rows, upload, uploaded
from yimen.objects import Objects
from yimen.web import Role

LIMIT = 20 * 1024 * 1024


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


async def parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65536):
        yield content[start : start + 65536]


async def test_an_upload_is_named_and_kept_by_its_content(hall: Hall) -> None:
    answer = await upload(hall, DOCX)
    told = answer.json()
    assert answer.status_code == 201
    assert told | {"file_id": ""} == {
        "file_id": "",
        "sha256": hash_of(DOCX),
        "media_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "size": len(DOCX),
    }
    assert objects(hall) == [hash_of(DOCX)]


async def test_what_the_sender_says_of_kind_and_name_does_not_count(hall: Hall) -> None:
    says = {"Content-Type": "application/pdf", "Content-Disposition": 'attachment; filename="../../etc/a.pdf"'}
    assert (await upload(hall, PNG, **says)).json()["media_type"] == "image/png"
    disguised = await upload(hall, HTML, **says)
    assert (disguised.status_code, disguised.json()["code"]) == (422, "file-kind")
    assert objects(hall) == [hash_of(PNG)]


async def test_an_empty_upload_is_refused(hall: Hall) -> None:
    for content in (b"", None):
        answer = await upload(hall, content)
        assert (answer.status_code, answer.json()["code"]) == (422, "file-empty")
    assert await rows(hall) == 0
    assert objects(hall) == []


async def test_twenty_megabytes_are_taken_and_not_a_byte_more(hall: Hall) -> None:
    most = PDF + bytes(LIMIT - len(PDF))
    assert (await upload(hall, parts(most))).json()["size"] == LIMIT
    for content in (most + b" ", parts(most + b" ")):
        answer = await upload(hall, content)
        assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
        assert "20兆字节" in answer.json()["detail"]
    assert objects(hall) == [hash_of(most)]


async def test_the_same_file_twice_is_one(hall: Hall) -> None:
    first, second = await upload(hall), await upload(hall)
    assert first.json() == second.json()
    assert await rows(hall) == 1
    assert len(objects(hall)) == 1


async def test_the_same_file_many_times_at_once_is_one(hall: Hall) -> None:
    answers = await asyncio.gather(*(upload(hall) for _ in range(6)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert await rows(hall) == 1


async def test_another_persons_same_file_is_theirs_and_stored_once(hall: Hall) -> None:
    assert await uploaded(hall) != await uploaded(hall, by=hall.neighbour)
    assert await rows(hall) == 2
    assert len(objects(hall)) == 1


async def test_a_crash_after_the_bytes_were_put_leaves_no_row_and_the_next_try_succeeds(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = files.keep_file

    async def keep_and_fall(*given: object) -> None:
        await kept(*given)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    monkeypatch.setattr(files, "keep_file", keep_and_fall)
    assert (await upload(hall)).status_code == 500
    assert await rows(hall) == 0
    assert objects(hall) == [hash_of(PDF)], "an object that nothing names: harmless"
    monkeypatch.undo()
    assert (await upload(hall)).status_code == 201
    assert objects(hall) == [hash_of(PDF)]


async def test_a_store_that_fails_is_an_outage_and_leaves_no_row(hall: Hall) -> None:
    (folder(hall) / hash_of(PDF)[:2]).write_text("in the way")
    answer = await upload(hall)
    assert (answer.status_code, answer.json()["code"]) == (503, "try-again")
    assert await rows(hall) == 0


async def test_only_those_who_hand_in_upload(hall: Hall) -> None:
    may = {role for role in Role if (await upload(hall, by=hall.harness.as_(role))).status_code == 201}
    assert may == {Role.CITIZEN, Role.WINDOW_CLERK, Role.STATION_CLERK, Role.VILLAGE_AGENT}


async def test_whoever_uploads_beyond_all_measure_waits_a_day(hall: Hall) -> None:
    settings = hall.harness.service.context.settings
    settings.files_per_day = 2
    for serial in (1, 2):
        await uploaded(hall, PDF + b"%" * serial)
    hall.harness.clock.advance(timedelta(days=1, seconds=-1))
    refused = await upload(hall, PDF + b"%%%")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-files")
    assert len(objects(hall)) == 2
    assert (await upload(hall, by=hall.neighbour)).status_code == 201
    hall.harness.clock.advance(timedelta(seconds=1))
    assert (await upload(hall, PDF + b"%%%")).status_code == 201


async def test_any_store_will_do(hall: Hall) -> None:
    """A bucket's place taken by a store in memory."""
    materials = hall.harness.service.context.materials = Objects(MemoryStore())
    assert (await upload(hall)).status_code == 201
    assert b"".join([piece async for piece in await materials.get(hash_of(PDF))]) == PDF
    assert objects(hall) == []


async def test_a_large_file_comes_back_in_pieces(hall: Hall) -> None:
    materials, large = hall.harness.service.context.materials, bytes(range(256)) * 8192
    await materials.put(hash_of(large), large)
    pieces = [piece async for piece in await materials.get(hash_of(large))]
    assert len(pieces) > 4
    assert b"".join(pieces) == large
