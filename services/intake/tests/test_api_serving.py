"""Service over HTTP and by collection: the window's receipt, the post's, and the paper that was fetched."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.intake.tests.hall import Hall
from services.intake.tests.samples import COMMITTED, INSTANT
from yimen.contracts.intake import CaseClosed, CaseServed
from yimen.contracts.notify import DocumentCollected
from yimen.worktime import end_of_day

GRANT, LICENCE = "准字〔2026〕1号", "证字〔2026〕1号"
PROXY = {"receiver": "李四", "relation": "同住配偶", "proxy_reason": "本人外出务工"}


async def decided(hall: Hall, **application: Any) -> str:
    number = await hall.submitted(INSTANT, **application)
    for step, body in (("acceptance", None), ("decision", {"outcome": "granted"})):
        assert (await hall.step(number, step, body)).status_code == 200
    return number


async def serve(hall: Hall, number: str, way: str, **fields: Any) -> dict[str, Any]:
    answer = await hall.step(number, "service", {"way": way} | fields)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def fetch(hall: Hall, number: str | None, paper: str = GRANT, at: datetime | None = None) -> None:
    event = DocumentCollected(
        document_id=f"doc-{paper}".encode().hex()[:40],
        case_number=number,
        kind="grant",
        number=paper,
        collected_at=at or hall.now,
    )
    await hall.harness.deliver(event, source="/notify")


@pytest.mark.rule("R30")
async def test_a_proxys_receipt_says_in_what_relation_and_why_and_names_what_was_served(hall: Hall) -> None:
    number = await decided(hall)
    bare = await hall.step(number, "service", {"way": "pick_up", "receiver": "李四"})
    assert (bare.status_code, bare.json()["code"]) == (422, "service-incomplete")
    assert [error["pointer"] for error in bare.json()["errors"]] == ["/relation", "/proxy_reason"]
    shown = await serve(hall, number, "pick_up", **PROXY)
    assert (shown["state"], shown["service_way"], shown["receiver"]) == ("closed", "大厅自取", "李四")
    (event,) = await hall.harness.events(CaseServed)
    assert event.proof is not None
    assert (event.proof.relation, event.proof.documents) == ("同住配偶", (GRANT, LICENCE))
    assert (await hall.case(number))["service_proof"] == event.proof.model_dump(mode="json")


@pytest.mark.parametrize("way", ["窗口领取", "自取", "pigeon", "", None, 7])
async def test_a_way_that_the_law_does_not_know_is_refused(hall: Hall, way: Any) -> None:
    number = await decided(hall)
    assert (await hall.step(number, "service", {"way": way, "receiver": "张三"})).status_code == 422


@pytest.mark.rule("R30")
async def test_what_is_posted_stays_open_until_the_receipt_is_in(hall: Hall) -> None:
    number = await decided(hall)
    bare = await hall.step(number, "service", {"way": "post", "receiver": "张三", "received_on": "2026-09-28"})
    assert [error["pointer"] for error in bare.json()["errors"]] == ["/carrier", "/waybill", "/posted_on"]
    posted = await hall.step(number, "posting", {"carrier": "邮政速递", "waybill": "EMS1"})
    assert (posted.status_code, posted.json()["state"]) == (200, "decided")
    assert posted.json()["postings"][0]["posted_on"] == "2026-09-28"
    assert await hall.harness.events(CaseServed) == []
    hall.harness.clock.advance(timedelta(days=3))
    shown = await serve(hall, number, "post", receiver="张三", received_on="2026-09-29")
    assert shown["service_proof"]["waybill"] == "EMS1"
    (served,), (closed,) = await hall.harness.events(CaseServed), await hall.harness.events(CaseClosed)
    assert served.served_at == end_of_day(date(2026, 9, 29)) - timedelta(seconds=1)
    assert closed.closed_at == hall.now


async def test_nothing_is_posted_that_is_not_decided(hall: Hall) -> None:
    number = await hall.accepted(INSTANT)
    answer = await hall.step(number, "posting", {"carrier": "邮政速递", "waybill": "EMS1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "case-in-wrong-state")


@pytest.mark.rule("R30")
async def test_on_the_tenth_working_day_it_is_still_in_time(hall: Hall) -> None:
    number = await decided(hall)
    due = (await hall.case(number))["serve_by"]["on"]
    assert due == "2026-10-16"
    hall.harness.clock.move_to(end_of_day(date.fromisoformat(due)) - timedelta(seconds=1))
    await serve(hall, number, "pick_up", receiver="张三")
    (event,) = await hall.harness.events(CaseServed)
    assert event.served_at < end_of_day(date.fromisoformat(due))


# -- electronic -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R30", "R37")
@pytest.mark.parametrize("paper", [GRANT, LICENCE])
async def test_the_first_to_be_fetched_of_decision_and_licence_is_the_service(hall: Hall, paper: str) -> None:
    number = await decided(hall, electronic_service=True)
    hall.harness.clock.advance(timedelta(hours=2))
    await fetch(hall, number, paper, hall.now - timedelta(hours=1))
    shown = await hall.case(number)
    assert (shown["state"], shown["service_way"], shown["receiver"]) == ("closed", "电子送达", "张三")
    assert [paper["kind"] for paper in shown["documents"]][-1] == "service"
    (event,) = await hall.harness.events(CaseServed)
    assert (event.served_at, event.served_by.id) == (hall.now - timedelta(hours=1), "system")
    await fetch(hall, number, GRANT if paper == LICENCE else LICENCE)
    assert await hall.case(number) == shown
    assert len(await hall.harness.events(CaseServed)) == len(await hall.harness.events(CaseClosed)) == 1


async def test_without_agreement_fetching_serves_nothing_and_the_window_does(hall: Hall) -> None:
    number = await decided(hall)
    before = await hall.case(number)
    await fetch(hall, number)
    assert await hall.case(number) == before
    await serve(hall, number, "pick_up", receiver="张三")
    await fetch(hall, number)
    assert (await hall.case(number))["service_way"] == "大厅自取"


async def test_other_papers_other_cases_and_none_at_all_are_nobodys_service(hall: Hall) -> None:
    number = await decided(hall, electronic_service=True)
    before = await hall.case(number)
    for which, paper in ((number, "受字〔2026〕1号"), (None, GRANT), ("45072120260928L9999990", GRANT)):
        await fetch(hall, which, paper)
    assert await hall.case(number) == before


@pytest.mark.rule("R54")
async def test_while_fees_are_owed_there_is_nothing_to_fetch(hall: Hall) -> None:
    number = await hall.submitted(COMMITTED, electronic_service=True)
    await hall.step(number, "acceptance")
    await hall.hear(hall.listed(number, "planning"), hall.decided(number, "planning"))
    await fetch(hall, number)
    assert (await hall.case(number))["state"] == "reviewed"
    assert GRANT not in {paper["number"] for paper in (await hall.case(number))["documents"]}
    await hall.hear(hall.cleared(number))
    hall.harness.clock.advance(timedelta(minutes=1))
    await fetch(hall, number, LICENCE)
    assert (await hall.case(number))["state"] == "closed"


async def test_a_denial_is_served_when_it_is_fetched(hall: Hall) -> None:
    number = await hall.submitted(INSTANT, electronic_service=True)
    await hall.step(number, "acceptance")
    denial = {"outcome": "denied", "reasons": "不符合", "legal_basis": "第五条"}
    await hall.step(number, "decision", denial)
    await fetch(hall, number, "不准字〔2026〕1号")
    (event,) = await hall.harness.events(CaseServed)
    assert event.proof is not None
    assert event.proof.documents == ("不准字〔2026〕1号",)


async def test_the_ledger_of_service_shows_the_way_and_its_proof(hall: Hall) -> None:
    posted, proxied = await decided(hall, electronic_service=True), await decided(hall)
    await hall.step(posted, "posting", {"carrier": "邮政速递", "waybill": "EMS1"})
    await serve(hall, proxied, "pick_up", **PROXY)
    page = (await hall.client.get("/ledgers/service", headers=hall.clerk)).json()
    lines = {line["case_number"]: line for line in page["items"]}
    assert (lines[posted]["electronic_service"], lines[posted]["service_proof"]) == (True, None)
    assert lines[posted]["postings"][0]["waybill"] == "EMS1"
    assert lines[proxied]["service_proof"]["proxy_reason"] == "本人外出务工"
