"""Every template against its event, and what templates may not do."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.notify.domain.book import Book
from services.notify.domain.rules import Letter, Rule
from services.notify.domain.values import LANGUAGES, SHORT
from services.notify.domain.wording import Template, TemplateError
from services.notify.tests import samples
from services.notify.wordbook import first_book
from yimen.contracts import Event, approval, fees, intake, monitor
from yimen.contracts.parts import Document, DocumentKind, Due, Outcome, Paper, RequestedMaterial, Staff

BOOK = first_book()


def letters(event: Event) -> list[Letter]:
    return BOOK.letters(event)


def test_every_template_is_used_by_a_rule_and_speaks_every_language() -> None:
    used = {rule.template for rule in BOOK.rules.values()}
    assert {(code, language) for code in used for language in LANGUAGES} == BOOK.templates.keys()
    for (_, language), template in BOOK.templates.items():
        assert bool(re.search(r"[\u4e00-\u9fff]", template.text)) is (language == "zh")


@pytest.mark.parametrize(
    "text",
    [
        "{nothing}",
        "{case_number.__class__}",
        "{case_number[0]}",
        "{case_number!r}",
        "{0}",
        "{}",
        "{document.nothing}",
        "{document}",
        "{competent_organ}",
        "{reasons:>1000000}",
        "{case_number.real}",
    ],
)
def test_a_template_that_asks_for_what_its_event_does_not_have_is_refused_when_loaded(text: str) -> None:
    words = {("bad", language): Template("bad", 1, text, language=language) for language in LANGUAGES}
    with pytest.raises(TemplateError):
        Book.of([Rule("bad", intake.CaseRefused, "bad")], words)


def test_a_rule_without_its_template_or_with_an_unknown_field_is_refused_when_loaded() -> None:
    with pytest.raises(TemplateError, match="no template"):
        Book.of([Rule("bad", intake.CaseRefused, "missing")], {})
    with pytest.raises(TemplateError, match="no field"):
        Book.of([Rule("bad", intake.CaseRefused, "refused", given=("phone",))], BOOK.templates)


def test_what_an_event_carries_is_never_read_as_a_template() -> None:
    event = samples.refused(reasons="{document.number} {0} {x.__class__}")
    (letter,) = letters(event)
    assert "{document.number} {0} {x.__class__}" in letter.text


def test_the_first_message_tells_the_case_number_and_no_password_value() -> None:
    (letter,) = letters(samples.submitted("C1"))
    assert letter.recipient == "case/C1"
    assert "C1" in letter.text
    assert "2026年3月9日" in letter.text
    assert not {"query_password", "password"} & set(intake.CaseSubmitted.model_fields)


def test_a_provisional_date_says_that_it_is_provisional() -> None:
    (letter,) = letters(samples.accepted(promised_due=Due(on=date(2027, 1, 5), provisional=True)))
    assert "2027年1月5日（暂定）" in letter.text


@pytest.mark.rule("R05")
def test_acceptance_by_silence_is_told_as_what_it_is() -> None:
    (letter,) = letters(samples.accepted(deemed=True))
    assert letter.template == "accepted_by_silence"
    assert "视为受理" in letter.text


def test_a_refusal_names_the_competent_organ_where_there_is_one() -> None:
    (letter,) = letters(samples.refused(competent_organ="市水利局"))
    assert letter.template == "refused_elsewhere"
    assert "市水利局" in letter.text


@pytest.mark.rule("R27")
def test_nothing_is_told_while_another_pause_still_stands() -> None:
    about = {"case_number": "C1", "review_id": "r1", "resumed_at": samples.AT, "statutory_due": None}
    assert letters(intake.CaseResumed(**about, promised_due=None)) == []
    (letter,) = letters(intake.CaseResumed(**about, promised_due=Due(on=date(2026, 4, 1))))
    assert "2026年4月1日" in letter.text


def test_a_notice_tells_the_amount_in_yuan_and_a_free_case_hears_nothing() -> None:
    (letter,) = letters(samples.notice(amount=1_234_505))
    assert "12345.05元" in letter.text
    assert "45082226000000012345" in letter.text
    assert letters(samples.notice(amount=0)) == []


@pytest.mark.rule("R48")
@pytest.mark.parametrize(("granted", "template"), [(True, "superior_granted"), (False, "superior_denied")])
def test_the_superiors_answer_is_told_to_the_applicant(granted: bool, template: str) -> None:
    event = approval.ReviewSuperiorAnswered(
        review_id="r1",
        department="fire",
        case_number="C1",
        superior="市消防救援支队",
        granted=granted,
        opinion="符合条件",
        answered_at=samples.AT,
    )
    (letter,) = letters(event)
    assert (letter.template, letter.recipient) == (template, "case/C1")


@pytest.mark.parametrize(("outcome", "template"), [(Outcome.GRANTED, "granted"), (Outcome.DENIED, "denied")])
def test_a_decision_is_told_by_its_outcome(outcome: Outcome, template: str) -> None:
    assert [letter.template for letter in letters(samples.decided(outcome))] == [template]


def test_an_alert_goes_to_the_department() -> None:
    (letter,) = letters(samples.alert("fire"))
    assert letter.recipient == "department/fire"


ORDER = {"order_number": "DB2026000001", "department": "fire", "case_number": None}
RETURNED = monitor.OrderReturned(
    **ORDER, reason="未说明责任人。", answer_by=date(2026, 3, 20), returned_by=samples.CLERK, returned_at=samples.AT
)
OVERDUE = monitor.OrderOverdue(**ORDER, stage=1, answer_by=date(2026, 3, 17), overdue_at=samples.AT)


@pytest.mark.rule("R77")
@pytest.mark.parametrize(
    ("event", "template", "words"),
    [
        (
            samples.escalated(),
            "alert_escalated",
            "C1的预警逾期未答复，升为黄牌，督办单编号DB2026000001，请于2026年3月17日前",
        ),
        (
            samples.order_issued(),
            "order_issued",
            "督字〔2026〕1号督办单，请首席代表于2026年3月17日前反馈。三日内说明窗口",
        ),
        (samples.order_issued(stage=2), "head_called_in", "督办约谈：督字〔2026〕1号督办单，请部门负责人"),
        (RETURNED, "order_returned", "被退回，请于2026年3月20日前重新反馈：未说明责任人。"),
        (OVERDUE, "order_overdue", "应于2026年3月17日前反馈，已经逾期"),
    ],
)
def test_the_department_hears_of_every_step_against_it(event: Event, template: str, words: str) -> None:
    (letter,) = letters(event)
    assert (letter.template, letter.recipient) == (template, "department/fire")
    assert words in letter.text


def test_missing_materials_are_named_and_long_lists_and_texts_are_cut() -> None:
    many = tuple(RequestedMaterial(code=f"m{n}", name=f"第{n}号材料", reason="缺") for n in range(60))
    event = intake.CaseCorrectionRequested(
        case_number="C1",
        document=samples.DOCUMENT,
        requested=many,
        requested_by=samples.CLERK,
        requested_at=samples.AT,
        supplement_by=date(2026, 6, 1),
    )
    (letter,) = letters(event)
    assert "第0号材料、第1号材料" in letter.text
    assert len(letter.text) < SHORT + 120


def test_the_same_event_template_and_recipient_have_one_message_id() -> None:
    event_id = UUID(int=7)
    (letter,) = letters(samples.submitted("C1"))
    (other,) = letters(samples.submitted("C2"))
    assert letter.id_for(event_id) == letter.id_for(event_id)
    assert len({letter.id_for(event_id), other.id_for(event_id), letter.id_for(UUID(int=8))}) == 3


def test_no_template_names_a_phone_or_identification_number() -> None:
    forbidden = {"phone", "masked_id", "id_number"}
    for template in BOOK.templates.values():
        assert not forbidden & {part for path, _ in template.places() for part in path.split(".")}


@pytest.mark.rule("R31")
def test_an_hour_is_told_as_the_clock_of_the_hall_shows_it() -> None:
    chair = Staff(id="z", name="周主持")
    noticed = approval.ReviewHearingNoticed(
        review_id="R1",
        department="fire",
        case_number="C1",
        document=Paper(kind="hearing", number="听字〔2026〕1号", dated=date(2026, 10, 12)),
        holds_at=datetime(2026, 10, 21, 1, 30, tzinfo=UTC),
        place="三楼听证室",
        chair=chair,
        noticed_by=chair,
        noticed_at=datetime(2026, 10, 9, 1, tzinfo=UTC),
    )
    (letter,) = letters(noticed)
    assert letter.recipient == "case/C1"
    assert letter.text == "办件C1定于2026年10月21日09:30在三楼听证室举行听证，主持人周主持，不收取费用。"


@pytest.mark.rule("R32")
def test_a_renewal_by_law_is_told_as_what_it_is() -> None:
    told = intake.CaseDecided(
        case_number="C1",
        document=Document(kind=DocumentKind.GRANT, number="准字〔2026〕1号", dated=date(2026, 10, 12)),
        outcome=Outcome.GRANTED,
        reasons="期满未作决定，视为准予延续",
        legal_basis="第五十条",
        decided_on=date(2026, 10, 12),
        decided_at=datetime(2026, 10, 12, 16, tzinfo=UTC),
        deemed=True,
    )
    assert [letter.template for letter in letters(told)] == ["renewed_by_law"]


@pytest.mark.rule("R59")
def test_the_payer_is_told_what_becomes_of_a_refund() -> None:
    about = {"notice_number": "JK2026000001", "case_number": "C1", "refund_number": "TK2026000001"}
    by = {"approved_by": samples.CLERK, "approved_at": samples.AT}
    told = [
        fees.NoticeRefundApproved(**about, **by, amount=1605, pay_by=Due(on=date(2026, 3, 24))),
        fees.NoticeRefundRefused(**about, reasons="收费符合标准", refused_by=samples.CLERK, refused_at=samples.AT),
        fees.NoticeRefunded(**about, bank_serial="R1", amount=1605, refunded_at=samples.AT),
    ]
    words = [letter for event in told for letter in letters(event)]
    assert {letter.recipient for letter in words} == {"case/C1"}
    approved, refused, refunded = [letter.text for letter in words]
    assert "16.05元" in approved
    assert "2026年3月24日" in approved
    assert "收费符合标准" in refused
    assert "TK2026000001" in refunded


@pytest.mark.rule("R53")
def test_money_paid_twice_is_told_to_whom_it_went_back_where_that_is_known() -> None:
    about = {"exception_id": "7", "refund_number": "TK2026000001", "bank_serial": "R1", "amount": 100}
    known = fees.ExceptionRefunded(**about, case_number="C1", refunded_at=samples.AT)
    assert [letter.recipient for letter in letters(known)] == ["case/C1"]
    assert letters(fees.ExceptionRefunded(**about, refunded_at=samples.AT)) == []


@pytest.mark.rule("R54", "R55")
@pytest.mark.parametrize(
    ("more", "template", "words"),
    [
        ({}, "fees_due", "请勿向个人转账"),
        ({"replaces": "N0"}, "fees_due_instead", "N0号作废"),
        ({"late_fee_of": "N0", "lists": ()}, "late_fee_due", "滞纳金50.00元"),
        ({"replaces": "N0", "amount": 0}, None, ""),
    ],
)
def test_a_payer_is_told_what_kind_of_notice_it_is(more: dict[str, object], template: str | None, words: str) -> None:
    found = letters(samples.notice().model_copy(update=more))
    assert [letter.template for letter in found] == ([] if template is None else [template])
    assert all(words in letter.text for letter in found)
