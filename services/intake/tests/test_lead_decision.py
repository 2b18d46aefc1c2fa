"""The lead department's word on another's refusal, where the item says that it has one."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from services.intake.domain import clock, join, joint, reviewing
from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.values import Answer, LeadDecision, SuperiorAnswer
from services.intake.domain.words import progress
from services.intake.tests.samples import (
    CLERK,
    JOINT,
    LED,
    LED_TWO_STAGES,
    MONDAY,
    RULES,
    accepted,
    kinds,
    review_of,
)
from yimen.contracts.intake import CaseDecided, CaseLeadDecided
from yimen.contracts.parts import Opinion, Outcome
from yimen.errors import NotNow, Unfit

LATER = MONDAY + timedelta(days=2)
MORE = LATER + timedelta(hours=5)
CONSENT, REFUSAL, UPWARD = (Opinion.CONSENT, ""), (Opinion.REFUSE, "通道不足"), (Opinion.CONSENT_BUT_FORWARD, "")
Said = tuple[Opinion, str]


def answering(case: Case, department: str, said: Said, at: datetime = LATER, rules: Rules = RULES) -> Change:
    opinion, reasons = said
    given = Answer(opinion=opinion, reasons=reasons, legal_basis="消防法第十五条", decided_by="李主任", decided_at=at)
    return reviewing.answer(case, review_of(case, department), given, at, rules)


def answered(case: Case, answers: dict[str, Said]) -> Case:
    for department, said in answers.items():
        case = answering(case, department, said).case
    return case


def disputed() -> Case:
    return answered(accepted(LED), {"fire": REFUSAL, "planning": CONSENT, "environment": CONSENT})


def decided(case: Case, outcome: Outcome, reasons: str = "已整改到位", basis: str = "规划法第四十条") -> Change:
    return joint.decide_as_lead(case, outcome, reasons, basis, CLERK, MORE, RULES)


def test_anothers_refusal_waits_for_the_leads_word_whatever_the_order_of_the_answers() -> None:
    answers = {"fire": REFUSAL, "planning": CONSENT, "environment": CONSENT}
    ends = [answered(accepted(LED), {name: answers[name] for name in order}) for order in permutations(answers)]
    assert all(case == ends[0] for case in ends)
    assert ends[0].status is Status.ACCEPTED
    assert join.disputed(ends[0], RULES) == ("fire",)
    assert clock.timers(ends[0], RULES) == {}
    assert progress(ends[0], RULES).next == "牵头部门正在研究不同意见，研究后将作出决定。"


def test_where_the_item_does_not_say_so_a_refusal_denies_as_ever() -> None:
    case = answered(accepted(JOINT), {"fire": REFUSAL, "planning": CONSENT, "environment": CONSENT})
    assert case.outcome is Outcome.DENIED
    with pytest.raises(NotNow, match="case-in-wrong-state"):
        decided(case, Outcome.GRANTED)


def test_the_lead_decides_against_a_refusal_and_its_reasons_are_told() -> None:
    change = decided(disputed(), Outcome.GRANTED)
    assert kinds(change) == ["lead_decided", "reviewed", "decided", "licence_issued"]
    word, decision = change.events[0], change.events[2]
    assert isinstance(word, CaseLeadDecided)
    assert (word.against, word.outcome, word.decided_by) == (("fire",), Outcome.GRANTED, CLERK)
    assert isinstance(decision, CaseDecided)
    assert decision.reasons.startswith(
        "牵头部门自然资源和规划局研究消防救援大队的不同意见，决定不采纳该意见：已整改到位（依据：规划法第四十条）；"
    )
    assert "消防救援大队：不同意，通道不足" in decision.reasons
    assert (change.case.reviewed_at, change.case.decided_at) == (MORE, MORE)


def test_the_lead_decides_for_a_refusal_and_the_case_is_denied_with_both_bases() -> None:
    change = decided(disputed(), Outcome.DENIED, "隐患属实")
    assert kinds(change) == ["lead_decided", "reviewed", "decided"]
    assert change.case.outcome is Outcome.DENIED
    assert change.case.legal_basis == "消防法第十五条；规划法第四十条"
    assert "决定采纳该意见：隐患属实" in change.case.reasons


@pytest.mark.parametrize("outcome", Outcome)
def test_the_lead_gives_its_reasons_either_way(outcome: Outcome) -> None:
    with pytest.raises(Unfit, match="reasons-missing"):
        decided(disputed(), outcome, "  ")


def test_the_leads_word_is_asked_once_and_only_when_all_have_answered() -> None:
    early = answered(accepted(LED), {"fire": REFUSAL, "planning": CONSENT})
    agreed = accepted(LED)
    for case in (early, agreed):
        with pytest.raises(NotNow, match="no-decision-awaited"):
            decided(case, Outcome.GRANTED)
    with pytest.raises(NotNow, match="case-in-wrong-state"):
        decided(decided(disputed(), Outcome.GRANTED).case, Outcome.DENIED)


@pytest.mark.rule("R46")
def test_the_leads_own_refusal_denies_by_itself() -> None:
    case = answered(accepted(LED), {"fire": REFUSAL, "planning": REFUSAL, "environment": CONSENT})
    assert (case.status, case.outcome) == (Status.DECIDED, Outcome.DENIED)


@pytest.mark.rule("R48")
def test_a_superiors_refusal_is_not_the_leads_to_set_aside() -> None:
    case = answered(accepted(LED), {"fire": UPWARD, "planning": CONSENT, "environment": CONSENT})
    said = SuperiorAnswer(superior="市支队", granted=False, opinion="不符合", answered_at=LATER)
    change = reviewing.superior_answers(case, review_of(case, "fire"), said, LATER, RULES)
    assert change.case.outcome is Outcome.DENIED


@pytest.mark.rule("R43")
def test_a_refusal_without_reasons_needs_the_leads_word_only_where_the_centre_lets_it_stand() -> None:
    unreasoned = {"fire": (Opinion.REFUSE, ""), "planning": CONSENT, "environment": CONSENT}
    assert answered(accepted(LED), unreasoned).outcome is Outcome.GRANTED
    strict, case = Rules(RULES.calendar, unreasoned_refusal_consents=False), accepted(LED)
    for department, said in unreasoned.items():
        case = answering(case, department, said, rules=strict).case
    assert join.disputed(case, strict) == ("fire",)


def test_a_lead_that_reviews_in_a_later_stage_is_asked_for_its_word_in_the_earlier() -> None:
    case = answered(accepted(LED_TWO_STAGES), {"fire": REFUSAL, "environment": CONSENT})
    assert join.disputed(case, RULES) == ("fire",)
    change = decided(case, Outcome.GRANTED)
    assert kinds(change) == ["lead_decided", "requested"]
    end = answering(change.case, "planning", CONSENT, MORE).case
    assert end.outcome is Outcome.GRANTED
    assert end.reasons.startswith("牵头部门自然资源和规划局研究消防救援大队的不同意见")
    assert decided(case, Outcome.DENIED).case.outcome is Outcome.DENIED


def test_a_refusal_that_the_lead_set_aside_gives_a_later_denial_no_article() -> None:
    case = decided(answered(accepted(LED_TWO_STAGES), {"fire": REFUSAL, "environment": CONSENT}), Outcome.GRANTED).case
    given = Answer(
        opinion=Opinion.REFUSE, reasons="用地不符", legal_basis="规划法第四十条", decided_by="王", decided_at=MORE
    )
    end = reviewing.answer(case, review_of(case, "planning"), given, MORE, RULES).case
    assert (end.outcome, end.legal_basis) == (Outcome.DENIED, "规划法第四十条")


def test_each_stage_has_a_word_of_its_own_and_all_are_told() -> None:
    two = LED_TWO_STAGES.model_copy(
        update={"stages": (LED_TWO_STAGES.stages[0], JOINT.stages[0].model_copy(update={"limit_days": 3}))}
    )
    first = decided(answered(accepted(two), {"fire": REFUSAL, "environment": CONSENT}), Outcome.GRANTED, "其一").case
    second = answered(first, {"planning": CONSENT, "fire": CONSENT, "environment": REFUSAL})
    assert join.disputed(second, RULES) == ("environment",)
    end = decided(second, Outcome.GRANTED, "其二").case
    assert [(word.stage, word.reasons) for word in end.lead_words] == [(0, "其一"), (1, "其二")]
    assert end.reasons.index("其一") < end.reasons.index("其二")
    assert end.lead_decision is not None
    assert LeadDecision.model_validate(end.lead_decision.model_dump(mode="json")) == end.lead_decision
