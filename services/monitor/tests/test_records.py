"""The applicant's own record: by number and password, in plain words, with the proof of it."""

import json
from datetime import timedelta
from string import Formatter
from typing import get_args

import pytest

from services.monitor.domain import record
from services.monitor.domain.words import SENTENCES, fields
from services.monitor.tests.harness import change, rows, tell
from services.monitor.tests.samples import NUMBER, joint_case, recorded
from services.monitor.tests.sealed import disarm, get, new_key, rewrite, seal_now, sealing_supervisor
from yimen.contracts import event_types, intake
from yimen.contracts.parts import Applicant, Staff
from yimen.passwords import hashed
from yimen.proofs import Unproven, check_answer

WHOLE = recorded(joint_case())
PASSWORD = "ABCDE23456"
PATH = f"/records/{NUMBER}"


@pytest.fixture
async def hall(database_url, tmp_path):
    async with sealing_supervisor(database_url, new_key(tmp_path)) as harness:
        await tell(harness, *WHOLE[:20])
        said = intake.CredentialRecorded(
            case_number=NUMBER, password_hash=hashed(PASSWORD), recorded_at=harness.clock.now()
        )
        await harness.deliver(said, source="/intake")
        yield harness


async def ask(harness, password=PASSWORD, path=PATH, status=200):
    return await get(harness, path, status, **{"Query-Password": password})


async def test_the_record_shows_each_event_of_the_case_in_words_with_its_proof(hall):
    await seal_now(hall)
    await tell(hall, *WHOLE)
    shown = await ask(hall)
    texts = [entry["text"] for entry in shown["entries"]]
    assert texts[0] == "收到“建设工程联合审批”的申请（联办件，窗口），应于2026-03-09前答复。"
    assert "消防救援大队签收。" in texts
    assert len(texts) == len([one for one in WHOLE if one.event.correlation_id == NUMBER])
    assert [entry["sealed"] for entry in shown["entries"]] == [entry["position"] <= 20 for entry in shown["entries"]]
    proven = check_answer(shown, await get(hall, "/journal/keys"))
    assert proven[-1] == f"另有{len(texts) - 20}条在此之后记入，尚未封存。"


async def test_before_the_first_seal_nothing_is_proven_yet(hall):
    shown = await ask(hall, PASSWORD.lower())
    assert shown["seal"] is None
    assert {(entry["sealed"], entry["path"]) for entry in shown["entries"]} == {(False, None)}
    with pytest.raises(Unproven, match="尚未封存"):
        check_answer(shown, {"keys": []})


async def test_unknown_numbers_and_wrong_passwords_are_answered_alike(hall):
    wrong = await ask(hall, "22222222", status=404)
    unknown = await ask(hall, path="/records/45072120260928L9999990", status=404)
    malformed = await ask(hall, path="/records/no-number", status=404)
    assert wrong | {"instance": ""} == unknown | {"instance": ""} == malformed | {"instance": ""}
    await get(hall, PATH, 422)


async def test_after_ten_wrong_passwords_nobody_is_let_in_for_an_hour(hall):
    for _try in range(10):
        await ask(hall, "22222222", status=404)
    refused = await hall.client.get(PATH, headers={"Query-Password": PASSWORD})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    hall.clock.advance(timedelta(hours=1))
    await ask(hall)


async def test_a_password_stands_in_no_journal_and_the_newest_one_counts(hall):
    assert await rows(hall, "SELECT 1 FROM journal WHERE type LIKE 'intake.credential%'") == []
    again = intake.CredentialRecorded(
        case_number=NUMBER, password_hash=hashed("ZZZZZ99999"), recorded_at=hall.clock.now()
    )
    await hall.deliver(again, source="/intake")
    await ask(hall, status=404)
    await ask(hall, "ZZZZZ99999")


async def test_nobody_is_named_in_the_record(hall):
    await tell(hall, *WHOLE)
    text = json.dumps(await ask(hall), ensure_ascii=False)
    names = {"李窗口", "王首席", "钦州某建设有限公司", "9145"}
    assert not [name for name in names if name in text]


@pytest.mark.parametrize("done", ["rewritten", "unreadable"])
async def test_an_event_that_was_changed_since_is_under_no_seal(hall, done):
    await seal_now(hall)
    if done == "rewritten":
        await rewrite(hall, 3)
    else:
        await disarm(hall)
        await change(hall, "UPDATE journal SET body = '{}' WHERE position = 3")
    shown = await ask(hall)
    assert [entry["position"] for entry in shown["entries"] if not entry["sealed"]] == [3]
    with pytest.raises(Unproven, match="日志第3条不在封存第1号的根之下"):
        check_answer(shown, await get(hall, "/journal/keys"))


def spoken(kind):
    return fields(kind) if kind in record.USUAL else _named(record.OWN_WORDS.get(kind, ""))


def _named(words):
    return tuple(name for _, name, _, _ in Formatter().parse(words) if name)


PEOPLE_TOLD = {"approval.review.hearing_noticed.v1": {"chair.name"}}
"""Who presides over a hearing is told to those who come to it (Licensing Law Art. 48)."""


def test_no_sentence_of_the_record_names_an_official_or_an_applicant():
    for name, kind in event_types().items():
        for field in spoken(kind):
            first = field.partition(".")[0]
            annotation = kind.model_fields[first].annotation
            people = {Staff, Applicant} & {annotation, *get_args(annotation)}
            assert not people or field in PEOPLE_TOLD.get(name, ()), (name, field)


def test_what_the_supervisor_says_is_not_in_the_record():
    assert not [kind for kind in (*record.USUAL, *record.OWN_WORDS) if not record.is_shown(kind.type)]
    assert not record.is_shown("monitor.alert.raised.v1")
    assert set(SENTENCES) >= record.USUAL
    assert not record.USUAL & set(record.OWN_WORDS)
