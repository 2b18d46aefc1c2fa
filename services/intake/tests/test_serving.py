"""Ways of service (送达, Art. 44): what each has to prove, when it counts, and that it counts once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import deciding, serving
from services.intake.domain.case import Case, Change, Status
from services.intake.domain.serving import Delivery
from services.intake.domain.values import Agent
from services.intake.tests.samples import CLERK, INSTANT, MONDAY, RULES, accepted
from yimen.contracts.intake import CaseServed
from yimen.contracts.parts import Outcome, ServiceProof, ServiceWay
from yimen.errors import NotNow, Refusal, Unfit
from yimen.worktime import end_of_day

PAPERS = ("准字〔2026〕1号", "证字〔2026〕1号")
LATER = MONDAY + timedelta(days=3)
POSTED = {"carrier": "邮政速递", "waybill": "EMS123456789CN", "posted_on": date(2026, 9, 29)}
WHOLE: dict[ServiceWay, dict[str, Any]] = {
    ServiceWay.PICK_UP: {"receiver": "张三"},
    ServiceWay.DIRECT: {"receiver": "张三", "place": "太平镇人民路1号"},
    ServiceWay.POST: {"receiver": "张三", "received_on": date(2026, 9, 30)} | POSTED,
    ServiceWay.LEFT: {"place": "太平镇人民路1号", "witness": "覃村长", "remark": "本人在场，拒绝签收"},
}
PROXY = {"receiver": "李四", "relation": "同住配偶", "proxy_reason": "本人外出务工"}


def decided(at: datetime = MONDAY, **changes: Any) -> Case:
    case = accepted(INSTANT, at=at).but(**changes)
    return deciding.decide_at_window(case, Outcome.GRANTED, "", "", CLERK, at, RULES).case


def served(case: Case, way: ServiceWay, now: datetime = LATER, **fields: Any) -> CaseServed:
    change = serving.serve(case, Delivery(way=way, **fields), PAPERS, CLERK, now, RULES)
    assert change.case.status is Status.CLOSED
    event = change.events[0]
    assert isinstance(event, CaseServed)
    return event


def refused(case: Case, way: ServiceWay, now: datetime = LATER, **fields: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        serving.serve(case, Delivery(way=way, **fields), PAPERS, CLERK, now, RULES)
    return caught.value


def fetched(case: Case, number: str = PAPERS[0], at: datetime = LATER, now: datetime = LATER) -> Change:
    return serving.serve_electronically(case, "doc-1", number, PAPERS, at, now)


# -- what each way proves -------------------------------------------------------------------------------------------------


@pytest.mark.rule("R30")
@pytest.mark.parametrize("way", WHOLE)
def test_each_way_leaves_its_proof_with_the_numbers_of_what_was_served(way: ServiceWay) -> None:
    event = served(decided(), way, **WHOLE[way])
    assert event.proof is not None
    assert (event.proof.way, event.proof.documents, event.served_by) == (way, PAPERS, CLERK)
    kept = {name: value for name, value in WHOLE[way].items() if name not in ("receiver", "received_on")}
    assert {name: getattr(event.proof, name) for name in kept} == kept
    assert event.receiver == "张三"


def test_ways_are_told_by_their_chinese_names() -> None:
    assert [served(decided(), way, **WHOLE[way]).way for way in WHOLE] == [
        "大厅自取",
        "直接送达",
        "邮寄送达",
        "留置送达",
    ]


@pytest.mark.parametrize("way", WHOLE)
def test_all_that_is_missing_is_named_at_once(way: ServiceWay) -> None:
    refusal = refused(decided(), way)
    assert (type(refusal), refusal.code) == (Unfit, "service-incomplete")
    pointers = [error["pointer"] for error in refusal.extensions["errors"]]
    assert sorted(pointers) == sorted(f"/{name}" for name in WHOLE[way])


@pytest.mark.parametrize(("way", "field"), [(way, field) for way, whole in WHOLE.items() for field in whole])
def test_a_way_lacks_each_of_its_fields_when_it_is_left_out(way: ServiceWay, field: str) -> None:
    rest = {name: value for name, value in WHOLE[way].items() if name != field}
    assert [error["pointer"] for error in refused(decided(), way, **rest).extensions["errors"]] == [f"/{field}"]


@pytest.mark.parametrize(
    ("way", "beside"),
    [
        (ServiceWay.PICK_UP, {"waybill": "EMS1"}),
        (ServiceWay.PICK_UP, {"received_on": date(2026, 9, 28)}),
        (ServiceWay.DIRECT, {"carrier": "邮政速递"}),
        (ServiceWay.POST, {"witness": "覃村长"}),
        (ServiceWay.LEFT, {"posted_on": date(2026, 9, 28)}),
        (ServiceWay.PICK_UP, {"relation": "本人"}),
    ],
)
def test_what_belongs_to_another_way_has_no_place_in_this_one(way: ServiceWay, beside: dict[str, Any]) -> None:
    refusal = refused(decided(), way, **WHOLE[way] | beside)
    assert refusal.code == "service-unfounded"
    assert [error["pointer"] for error in refusal.extensions["errors"]] == [f"/{name}" for name in beside]


# -- who takes it ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lacks", ["relation", "proxy_reason"])
def test_who_takes_it_for_another_says_in_what_relation_and_why(lacks: str) -> None:
    event = served(decided(), ServiceWay.PICK_UP, **PROXY)
    assert event.proof is not None
    assert (event.receiver, event.proof.relation, event.proof.proxy_reason) == tuple(PROXY.values())
    rest = {name: value for name, value in PROXY.items() if name != lacks}
    refusal = refused(decided(), ServiceWay.PICK_UP, **rest)
    assert [error["pointer"] for error in refusal.extensions["errors"]] == [f"/{lacks}"]


def test_whoever_acts_by_mandate_takes_it_as_what_they_are() -> None:
    agent = Agent(name="李强", id_number="360722197805203316", phone="13900000000", mandate="委托书〔2026〕1号")
    event = served(decided(agent=agent), ServiceWay.PICK_UP, receiver="李强")
    assert event.proof is not None
    assert event.proof.relation == "委托代理人"


# -- when it counts -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R30", "R37")
def test_post_is_served_on_the_day_of_its_receipt_and_the_case_closes_when_that_is_known() -> None:
    change = serving.serve(
        decided(), Delivery(way=ServiceWay.POST, **WHOLE[ServiceWay.POST]), PAPERS, CLERK, LATER, RULES
    )
    assert change.case.served_at == end_of_day(date(2026, 9, 30)) - timedelta(seconds=1)
    assert change.case.ended_at == LATER


def test_what_is_received_today_is_received_now() -> None:
    days = WHOLE[ServiceWay.POST] | {"received_on": date(2026, 10, 1)}
    assert served(decided(), ServiceWay.POST, **days).served_at == LATER


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"posted_on": date(2026, 9, 27)}, "posted_on"),  # decided on the 28th
        ({"received_on": date(2026, 9, 28)}, "received_on"),  # posted on the 29th
        ({"received_on": date(2026, 10, 2)}, "received_on"),  # today is the 1st
        ({"posted_on": date.max, "received_on": date.max}, "posted_on"),
    ],
)
def test_nothing_is_posted_before_it_is_decided_nor_received_before_it_is_posted_nor_tomorrow(
    days: dict[str, date], field: str
) -> None:
    refusal = refused(decided(), ServiceWay.POST, **WHOLE[ServiceWay.POST] | days)
    assert (refusal.code, refusal.extensions["errors"][0]["pointer"]) == ("service-day", f"/{field}")


def test_what_was_said_at_the_posting_need_not_be_said_again() -> None:
    case = serving.post(decided(), "邮政速递", "EMS1", date(2026, 9, 28), CLERK, LATER).case
    again = serving.post(case, "邮政速递", "EMS2", None, CLERK, LATER).case
    event = served(again, ServiceWay.POST, receiver="张三", received_on=date(2026, 10, 1))
    assert event.proof is not None
    assert (event.proof.waybill, event.proof.posted_on) == ("EMS2", date(2026, 10, 1))
    assert [posting.waybill for posting in again.postings] == ["EMS1", "EMS2"]


def test_a_posting_alone_ends_nothing() -> None:
    change = serving.post(decided(), "邮政速递", "EMS1", None, CLERK, LATER)
    assert (change.case.status, change.events) == (Status.DECIDED, ())


NOTICE = {"place": "县政府网站", "posted_on": date(2026, 9, 28), "remark": "住所无人，电话停机，邮件退回"}


def test_a_public_notice_serves_when_its_thirty_days_have_passed() -> None:
    ends = end_of_day(date(2026, 10, 28))
    early = refused(decided(), ServiceWay.PUBLIC, ends - timedelta(seconds=1), **NOTICE)
    assert (type(early), early.code) == (NotNow, "notice-period-runs")
    assert "2026-10-28" in early.detail
    event = served(decided(), ServiceWay.PUBLIC, ends + timedelta(days=1), **NOTICE)
    assert (event.served_at, event.receiver) == (ends, "张三")


# -- electronic -----------------------------------------------------------------------------------------------------------


def test_a_paper_that_was_fetched_by_whoever_agreed_is_served() -> None:
    change = fetched(decided(electronic_service=True), PAPERS[1])
    event = change.events[0]
    assert isinstance(event, CaseServed)
    assert (event.way, event.receiver, event.served_at) == ("电子送达", "张三", LATER)
    assert event.proof == ServiceProof(
        way=ServiceWay.ELECTRONIC, documents=PAPERS, received_at=LATER, document_id="doc-1"
    )
    assert (change.case.status, change.case.ended_at) == (Status.CLOSED, LATER)


def test_the_window_cannot_say_that_something_was_fetched() -> None:
    assert refused(decided(electronic_service=True), ServiceWay.ELECTRONIC).code == "electronic-by-collection"


@pytest.mark.parametrize(
    "case",
    [
        decided(),
        accepted(INSTANT).but(electronic_service=True),
        fetched(decided(electronic_service=True)).case,
    ],
    ids=["no agreement", "undecided", "served already"],
)
def test_fetching_has_no_effect_without_agreement_before_the_decision_and_twice(case: Case) -> None:
    assert fetched(case) == Change(case)


def test_another_paper_of_the_case_serves_nothing() -> None:
    case = decided(electronic_service=True)
    assert fetched(case, "受字〔2026〕1号") == Change(case)


@pytest.mark.parametrize(("hours", "served_after"), [(-1, 0), (0, 0), (5, 5), (500, 72)])
def test_it_is_dated_by_when_it_was_fetched_within_what_can_be(hours: int, served_after: int) -> None:
    """However late the word comes; the clock of whoever lets fetch may differ by a little."""
    change = fetched(decided(electronic_service=True), at=MONDAY + timedelta(hours=hours))
    assert change.case.served_at == MONDAY + timedelta(hours=served_after)


@given(st.permutations(["decide", "fetch the decision", "fetch the licence", "pick up"]), st.booleans())
def test_in_whatever_order_things_come_it_is_served_once_and_by_the_first_that_counts(
    order: list[str], agreed: bool
) -> None:
    case, told = accepted(INSTANT).but(electronic_service=agreed), []
    for hours, step in enumerate(order):
        now = MONDAY + timedelta(hours=hours)
        change = _step(case, step, now)
        case, told = change.case, [*told, *(event for event in change.events if isinstance(event, CaseServed))]
    after = order[order.index("decide") + 1 :]
    ways = ["大厅自取" if step == "pick up" else "电子送达" for step in after if agreed or step == "pick up"]
    assert [event.way for event in told] == ways[:1]
    assert (case.status is Status.CLOSED) == bool(ways)


def _step(case: Case, step: str, now: datetime) -> Change:
    if step == "decide":
        return deciding.decide_at_window(case, Outcome.GRANTED, "", "", CLERK, now, RULES)
    if step == "pick up":
        try:
            return serving.serve(case, Delivery(way=ServiceWay.PICK_UP, receiver="张三"), PAPERS, CLERK, now, RULES)
        except NotNow:
            return Change(case)
    return fetched(case, PAPERS[step == "fetch the licence"], now, now)


def test_the_day_is_shanghais() -> None:
    """23:30 of the 30th in UTC is the 1st in Shanghai."""
    now = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)
    days = WHOLE[ServiceWay.POST] | {"received_on": date(2026, 10, 1)}
    assert served(decided(), ServiceWay.POST, now, **days).served_at == now
