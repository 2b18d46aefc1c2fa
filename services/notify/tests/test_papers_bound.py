"""What a paper says is bound by what was true at its event: whenever it is made, and in whatever order things were heard."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.papers import Known, content
from services.notify.rendering import render
from services.notify.tables import documents
from services.notify.tests import paper_answers as answers
from services.notify.tests import paper_events as events
from services.notify.tests.conftest import Messenger
from services.notify.tests.paper_parts import CASE, LATE, MATERIALS, SECOND, at, numbered
from services.notify.tests.paper_stories import ASKED, OPEN, STORIES, TAKEN, facts, told
from services.notify.tests.sheets import text_of
from services.notify.tests.test_papers_said import framed
from yimen.contracts import Event, intake
from yimen.contracts.notify import DocumentRendered
from yimen.contracts.parts import DocumentKind, Due, Kind, Opinion, Outcome
from yimen.errors import Transient
from yimen.terms import REDRESS


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


LATER = (
    intake.CaseSupplemented(case_number=CASE, materials=MATERIALS[:1], complete=False, supplemented_at=at(28)),
    events.extended(promised_due=Due(on=date(2026, 12, 1)), document=numbered(DocumentKind.EXTENSION, "延字", 28)),
    events.accepted(document=numbered(DocumentKind.ACCEPTANCE, "受字", 28, 99), accepted_on=date(2026, 3, 28)),
    events.decided(document=numbered(DocumentKind.GRANT, "准字", 28, 99)),
    events.licence(licence_number="证字〔2026〕99号"),
    events.published(version=2, name="改名后的事项", materials=(), basis="另一部法律"),
)


@pytest.mark.parametrize("kind", sorted(STORIES))
def test_a_paper_made_late_says_what_one_made_at_once_says(kind: str) -> None:
    before, event = STORIES[kind]
    *heard, about = facts((*before, event))
    everything = [*facts((*before, event, *LATER))]
    assert content(event, Known.of(about, everything)) == content(event, Known.of(about, heard))


@given(st.sampled_from(sorted(STORIES)), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(kind: str, dice: Any) -> None:
    before, event = STORIES[kind]
    *heard, about = facts((*before, event))
    shuffled = [*heard]
    dice.shuffle(shuffled)
    assert content(event, Known.of(about, shuffled)) == content(event, Known.of(about, heard))


@pytest.mark.rule("R49")
@pytest.mark.parametrize(
    ("kind", "late"),
    [
        ("receipt", events.published()),
        ("joint_notice", events.submitted()),
        ("special_procedure", ASKED[0]),
        ("joint_opinion", answers.SILENT),
        ("joint_opinion", answers.answered()),
        ("joint_opinion", ASKED[1]),
        ("fee_notice", events.VERIFIED),
        ("project", events.published()),
    ],
)
def test_what_was_not_heard_yet_is_awaited_and_never_guessed(kind: str, late: Event) -> None:
    before, event = STORIES[kind]
    *heard, about = facts((*(one for one in before if one != late), event))
    with pytest.raises(Transient, match="awaits"):
        content(event, Known.of(about, heard))


@pytest.mark.rule("R06", "R07")
def test_the_notice_the_supplement_and_the_acceptance_name_the_same_and_the_last_piece_dates_it() -> None:
    _, notice = told(*STORIES["one_time_notice"])
    _, acceptance = told(*STORIES["acceptance"])
    brought = [material.name for material in events.SUPPLEMENTED.materials]
    assert names(notice["requested"]) == brought
    assert set(names(notice["held"])).isdisjoint(brought)
    assert names(acceptance["received"]) == names(notice["held"]) + brought
    assert acceptance["accepted_on"] == "2026年3月6日"
    assert "按照要求提交全部补正申请材料" in text_of(render("acceptance", framed("acceptance", acceptance)))


@pytest.mark.rule("R04")
def test_a_wrong_piece_that_is_asked_for_again_is_not_said_to_be_held() -> None:
    asked = events.REQUESTED.model_copy(update={"requested": (LATE, LATE.model_copy(update={"code": "m2"}))})
    _, notice = told(OPEN, asked)
    assert names(notice["held"]) == ["食品经营许可申请书", "食品安全管理制度"]


@pytest.mark.rule("R05")
def test_silence_that_accepted_a_case_has_a_sentence_of_its_own() -> None:
    deemed = events.accepted(deemed=True, accepted_by=None, accepted_on=date(2026, 3, 2), awaited=(LATE,))
    _, data = told(OPEN, deemed)
    text = text_of(render("acceptance", framed("acceptance", data)))
    assert "第三十二条第一款第四项，该申请自收到申请材料之日（2026年3月2日）起即为受理" in text
    assert "尚未收到的材料" in text
    assert names(data["awaited"]) == ["消防安全自查报告"]


@pytest.mark.rule("R32")
def test_a_renewal_by_law_says_so_even_where_nobody_had_accepted_it() -> None:
    opening = (events.published(), events.submitted(renews="证字〔2021〕9号"))
    draft, data = told(opening, events.decided(deemed=True, reasons="期满未作决定，视为准予延续。"))
    assert draft.title == "准予延续行政许可决定书"
    text = text_of(render("grant", framed("grant", data)))
    assert "依据《中华人民共和国行政许可法》第五十条第二款，视为准予延续" in text
    assert "证字〔2021〕9号" in text
    assert "受理通知书" not in text


@pytest.mark.rule("R17")
def test_after_a_return_that_was_not_upheld_the_days_count_anew() -> None:
    reopened = intake.CaseReopened(
        case_number=CASE,
        received_on=date(2026, 3, 9),
        answer_by=Due(on=date(2026, 3, 16)),
        reopened_at=at(9),
    )
    again = (*OPEN, events.RETURNED, events.ASKED_AGAIN, events.re_examined(), reopened)
    _, data = told(again, events.accepted(accepted_on=date(2026, 3, 10)))
    assert (data["received_on"], data["accepted_on"]) == ("2026年3月9日", "2026年3月10日")


@pytest.mark.rule("R23")
def test_an_extension_while_the_clock_stands_promises_no_day() -> None:
    _, data = told(TAKEN, events.extended(promised_due=None, statutory_due=None))
    text = text_of(render("extension", framed("extension", data)))
    assert "恢复计算后另行告知届满日期" in text
    assert "新承诺期限" not in text


@pytest.mark.rule("R43", "R45")
def test_what_counted_as_consent_is_shown_as_what_it_was() -> None:
    absent = answers.SILENT.model_copy(update={"ground": "absence", "deemed_at": at(13)})
    unreasoned = answers.answered(SECOND, "health", opinion=Opinion.REFUSE, reasons="", legal_basis="")
    _, data = told((*TAKEN, *ASKED, answers.answered(), unreasoned, absent), answers.REVIEWED)
    said = {block["department"]: (block["opinion"], block["on"]) for block in data["blocks"]}
    assert said["卫生健康局"][0] == "不同意（未说明理由，按同意处理）"
    assert said["自然资源和规划局"] == ("缺席视为同意", "2026年3月13日")


@pytest.mark.rule("R24", "R23")
@pytest.mark.parametrize(("joint", "office"), [(True, "本级人民政府负责人"), (False, "本行政机关负责人")])
def test_an_extension_names_the_office_that_the_law_asks_for(joint: bool, office: str) -> None:
    opening = events.submitted(kind=Kind.JOINT if joint else Kind.COMMITTED)
    _, data = told((events.published(), opening, events.accepted()), events.extended())
    assert f"经{office}批准" in text_of(render("extension", framed("extension", data)))


@pytest.mark.rule("R40")
def test_the_leading_department_is_asked_by_the_hall_and_answers_it() -> None:
    mine = answers.review_requested("R9", "market", lead=True, silence_consents=False)
    _, notice = told(OPEN, mine)
    _, answer = told((*OPEN, mine), answers.answered("R9", "market"))
    assert (notice["organ"], notice["addressee"], notice["leader"]) == ("", "市场监督管理局", "市场监督管理局")
    assert (answer["organ"], answer["addressee"]) == ("市场监督管理局", "")
    assert "逾期不视为同意" in text_of(render("joint_notice", framed("joint_notice", notice)))
    assert "意见函灵山县行政服务中心：" in text_of(render("opinion", framed("opinion", answer)))


@pytest.mark.rule("R09")
def test_the_ways_of_redress_stand_once_on_a_denial() -> None:
    _, data = told(TAKEN, events.decided(Outcome.DENIED, reasons="距离不足。" + REDRESS))
    text = text_of(render("denial", framed("denial", data)))
    assert (text.count("六十日内"), text.count("六个月内")) == (1, 1)
    assert "三个月" not in text


@pytest.mark.rule("R40", "R49")
async def test_papers_of_a_whole_joint_case_are_made_whatever_is_heard_first(messenger: Messenger) -> None:
    harness = messenger.harness
    before, event = STORIES["joint_opinion"]
    told_by_intake = [one for one in (*before, event) if one.speaker == "intake"]
    for one in told_by_intake:
        await harness.deliver(one, source="/intake")
    await messenger.work()
    made = {said.kind for said in await harness.events(DocumentRendered)}
    assert "joint_opinion" not in made, "no department's answer was heard"
    for one in before:
        if one.speaker != "intake":
            await harness.deliver(one, source="/approval/fire")
    harness.clock.advance(timedelta(seconds=30))
    await messenger.work()
    rendered = await harness.events(DocumentRendered)
    assert {said.kind for said in rendered} == {
        *("receipt", "one_time_notice", "acceptance", "joint_notice", "joint_opinion", "opinion")
    }
    async with harness.units.view() as view:
        kept = (await view.execute(documents.select())).all()
    assert {row.state for row in kept} == {"rendered"}
