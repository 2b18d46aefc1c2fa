"""How answers count, one by one."""

from datetime import date

import pytest

from services.intake.domain import join
from services.intake.domain.case import Rules
from services.intake.domain.licensing import last_valid_day
from services.intake.domain.values import Answer, Review, SuperiorAnswer
from services.intake.tests.samples import MONDAY, RULES
from yimen.contracts.parts import Opinion, Outcome

STRICT = Rules(RULES.calendar, unreasoned_refusal_consents=False)


def review(opinion: Opinion | None = None, reasons: str = "", **more: object) -> Review:
    answer = opinion and Answer(opinion=opinion, reasons=reasons, decided_by="李主任", decided_at=MONDAY)
    asked = {"review_id": "R1", "department": "fire", "stage": 0, "lead": False, "silence_consents": True}
    since = {"requested_at": MONDAY, "requested_on": date(2026, 9, 28), "limit_days": 7}
    return Review.model_validate({**asked, **since, "answer": answer, **more})


SUPERIOR = SuperiorAnswer(superior="省厅", granted=True, opinion="同意", answered_at=MONDAY)


@pytest.mark.rule("R42", "R43", "R44")
@pytest.mark.parametrize(
    ("given", "counts_as"),
    [
        (review(), None),
        (review(Opinion.CONSENT), join.Verdict.CONSENT),
        (review(Opinion.REFUSE, "不符合"), join.Verdict.REFUSE),
        (review(Opinion.REFUSE), join.Verdict.CONSENT),
        (review(deemed_at=MONDAY), join.Verdict.CONSENT),
        (review(Opinion.CONSENT_BUT_FORWARD), None),
        (review(Opinion.CONSENT_BUT_FORWARD, superior=SUPERIOR), join.Verdict.CONSENT),
        (review(Opinion.CONSENT_BUT_FORWARD, superior=SUPERIOR.but(granted=False)), join.Verdict.REFUSE),
        (review(superior=SUPERIOR), None),
    ],
)
def test_an_answer_counts_as(given: Review, counts_as: join.Verdict | None) -> None:
    assert join.verdict(given, RULES) is counts_as


@pytest.mark.rule("R43")
def test_a_centre_may_let_a_refusal_without_reasons_stand() -> None:
    assert join.verdict(review(Opinion.REFUSE), STRICT) is join.Verdict.REFUSE


@pytest.mark.rule("R49")
def test_a_stage_has_no_outcome_before_its_last_answer() -> None:
    assert join.outcome([], RULES) is None
    assert join.outcome([review(Opinion.REFUSE, "不符合"), review()], RULES) is None
    assert join.outcome([review(Opinion.REFUSE, "不符合"), review(Opinion.CONSENT)], RULES) is Outcome.DENIED


def test_the_summary_of_opinions_never_outgrows_what_an_event_can_carry() -> None:
    answers = [review(Opinion.REFUSE, "长" * 8000), review(Opinion.REFUSE, "长" * 8000)]
    assert len(join.reasons(answers, {}, RULES)) == join.MOST_TEXT


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 10, 1), date(2031, 9, 30)), (date(2028, 2, 29), date(2033, 2, 28))],
)
def test_a_licence_is_valid_until_the_day_before_its_anniversary(first: date, last: date) -> None:
    assert last_valid_day(first, 5) == last
