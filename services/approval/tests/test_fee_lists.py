"""What a department may list, and when."""

from datetime import date

import pytest

from services.approval.domain import arrivals
from services.approval.domain.facts import Standing
from services.approval.domain.fee_lists import list_fees
from services.approval.domain.state import ReviewState
from services.approval.tests import samples
from services.approval.tests.samples import MONDAY, SIGNER
from yimen.contracts.parts import FeeLine
from yimen.errors import Refusal

CHARGED = (samples.COPY, samples.IDLE, samples.LAND, samples.CHANGE)


def listed(state: ReviewState, *codes: str, replaces: str | None = None) -> ReviewState:
    lines = [FeeLine(code=code, quantity=2) for code in codes or ("SURVEY",)]
    return list_fees(state, lines, replaces, SIGNER, MONDAY)[0]


def rejected(state: ReviewState) -> ReviewState:
    return arrivals.with_standing(state, state.fee_lists[-1].list_id, Standing.REJECTED, "数量不符")


def refusal(state: ReviewState, *codes: str, replaces: str | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        listed(state, *codes, replaces=replaces)
    return caught.value


@pytest.mark.rule("R50")
def test_a_list_has_codes_and_quantities_and_an_id_of_its_own():
    state, event = list_fees(samples.received(), samples.one_survey(), None, SIGNER, MONDAY)
    assert (event.list_id, event.lines, event.replaces) == ("R1-1", samples.one_survey(), None)
    assert state.fee_lists[0].standing is Standing.LISTED


@pytest.mark.rule("R13", "R50")
def test_only_published_fees_can_be_listed_and_the_answer_names_them():
    refused = refusal(samples.received(), "SURVEY", "GIFT")
    assert (refused.code, refused.extensions["allowed"]) == ("fee-not-offered", ["SURVEY", "COPY"])
    assert "SURVEY、COPY" in refused.detail


@pytest.mark.rule("R13")
def test_an_item_without_fees_can_list_none():
    refused = refusal(samples.received(fees=()), "SURVEY")
    assert (refused.code, refused.extensions["allowed"]) == ("fee-not-offered", [])


def test_a_code_stands_on_one_line_only():
    assert refusal(samples.received(), "SURVEY", "SURVEY").code == "fee-line-doubled"


@pytest.mark.rule("R50")
def test_each_grade_and_each_rate_of_a_code_has_its_own_line():
    state = samples.received(fees=CHARGED)
    plots = [FeeLine(code="LAND", quantity=1, area=9, grade=grade) for grade in ("light", "heavy")]
    changes = [FeeLine(code="CHANGE", quantity=2, half_rate=half) for half in (True, False)]
    assert list_fees(state, plots + changes, None, SIGNER, MONDAY)[1].lines == (*plots, *changes)
    with pytest.raises(Refusal, match="fee-line-doubled"):
        list_fees(state, [plots[0], plots[0]], None, SIGNER, MONDAY)


@pytest.mark.rule("R50")
def test_a_line_says_what_its_standard_is_reckoned_from():
    lines = [
        FeeLine(code="COPY", quantity=3),
        FeeLine(code="IDLE", quantity=1, base=100_000_000),
        FeeLine(code="LAND", quantity=1, area=12_345, grade="heavy"),
        FeeLine(code="CHANGE", quantity=1, half_rate=True),
    ]
    _, event = list_fees(samples.received(fees=CHARGED), lines, None, SIGNER, MONDAY)
    assert event.lines == tuple(lines)


@pytest.mark.rule("R50")
@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (FeeLine(code="IDLE", quantity=1), ["base"]),
        (FeeLine(code="IDLE", quantity=1, base=0), ["base"]),
        (FeeLine(code="IDLE", quantity=2, base=1, area=1), ["area", "quantity"]),
        (FeeLine(code="LAND", quantity=1, grade="light"), ["area"]),
        (FeeLine(code="LAND", quantity=1, area=1), ["grade"]),
        (FeeLine(code="LAND", quantity=1, area=1, grade="worst"), ["grade"]),
        (FeeLine(code="COPY", quantity=1, base=1, grade="light"), ["base", "grade"]),
        (FeeLine(code="COPY", quantity=1, half_rate=True), ["half_rate"]),
    ],
)
def test_what_does_not_fit_its_standard_is_refused_by_field(line, fields):
    with pytest.raises(Refusal) as caught:
        list_fees(samples.received(fees=CHARGED), [FeeLine(code="CHANGE", quantity=1), line], None, SIGNER, MONDAY)
    assert caught.value.code == "fee-line-unfit"
    assert [one["pointer"] for one in caught.value.extensions["errors"]] == [f"/lines/1/{field}" for field in fields]
    assert all("请" in one["message"] for one in caught.value.extensions["errors"])


@pytest.mark.rule("R13", "R50")
@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, date(2026, 3, 1), "执行至2026-03-01"),
        (date(2026, 3, 3), None, "自2026-03-03起执行"),
        (date(2026, 3, 2), date(2026, 3, 2), None),
    ],
)
def test_a_standard_is_charged_only_while_it_is_in_force(first, last, said):
    fee = samples.SURVEY.model_copy(update={"valid_from": first, "valid_to": last})
    state = samples.received(fees=(fee,))
    if said is None:
        assert listed(state).fee_lists
    else:
        refused = refusal(state)
        assert refused.code == "fee-not-in-force"
        assert said in refused.detail


@pytest.mark.rule("R41")
def test_nothing_is_listed_before_the_receipt_or_after_cancellation():
    assert refusal(samples.opened()).code == "not-received"
    assert refusal(samples.cancelled(samples.received())).code == "review-cancelled"


@pytest.mark.parametrize("standing", [Standing.LISTED, Standing.VERIFIED, Standing.SETTLED])
def test_a_second_list_waits_until_the_first_is_rejected(standing):
    state = arrivals.with_standing(listed(samples.received()), "R1-1", standing)
    assert refusal(state, "COPY").code == "fee-list-open"


@pytest.mark.parametrize("replaces", ["R1-1", None])
def test_a_replacement_names_the_rejected_list_even_if_the_official_did_not(replaces):
    state = listed(rejected(listed(samples.received())), "COPY", replaces=replaces)
    assert [(one.list_id, one.replaces) for one in state.fee_lists] == [("R1-1", None), ("R1-2", "R1-1")]


def test_only_the_last_rejected_list_can_be_replaced():
    twice = rejected(listed(rejected(listed(samples.received()))))
    assert refusal(twice, replaces="R1-1").code == "fee-list-not-rejected"
    assert refusal(samples.received(), replaces="R1-1").code == "fee-list-not-rejected"
    assert listed(twice, replaces="R1-2").fee_lists[-1].list_id == "R1-3"


@pytest.mark.parametrize("close", [samples.decided, samples.deemed])
def test_after_the_answer_only_a_rejected_list_is_corrected(close):
    assert refusal(close(samples.received())).code == "fee-list-too-late"
    state = listed(rejected(close(listed(samples.received()))))
    assert state.fee_lists[-1].replaces == "R1-1"


def test_the_fee_windows_word_about_a_foreign_list_is_not_taken_for_ours():
    with pytest.raises(KeyError):
        arrivals.with_standing(listed(samples.received()), "R2-1", Standing.VERIFIED)
