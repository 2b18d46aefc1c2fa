"""Joining departments' answers (并联审批的汇总): pure, and indifferent to the order in which they came.

Guarantees: an answer is one of consent, refusal and not yet (R42); a refusal without reasons counts as consent
and says so (R43); silence that the law lets count says so (R44); a stage has an outcome only when every
department has spoken (R49).
"""

from collections.abc import Sequence
from enum import StrEnum

from services.intake.domain.case import Rules
from services.intake.domain.values import Answer, Review
from yimen.contracts.parts import Opinion, Outcome

MOST_TEXT = 8000


class Verdict(StrEnum):
    CONSENT = "consent"
    REFUSE = "refuse"


def verdict(review: Review, rules: Rules) -> Verdict | None:
    """What the review counts as; None while it is open."""
    if review.deemed_at is not None:
        return Verdict.CONSENT
    if review.answer is None or review.awaits_superior:
        return None
    return Verdict.REFUSE if _refuses(review, review.answer, rules) else Verdict.CONSENT


def _refuses(review: Review, answer: Answer, rules: Rules) -> bool:
    if review.superior is not None and not review.superior.granted:
        return True
    return answer.opinion is Opinion.REFUSE and not unreasoned(answer, rules)


def unreasoned(answer: Answer, rules: Rules) -> bool:
    """A refusal that says not why, where the centre lets it count as consent (R43)."""
    return answer.opinion is Opinion.REFUSE and rules.unreasoned_refusal_consents and not answer.reasons.strip()


def outcome(reviews: Sequence[Review], rules: Rules) -> Outcome | None:
    """Of one stage: None until the last answer; any refusal denies."""
    verdicts = [verdict(review, rules) for review in reviews]
    if not verdicts or None in verdicts:
        return None
    return Outcome.DENIED if Verdict.REFUSE in verdicts else Outcome.GRANTED


def label(review: Review, rules: Rules) -> str:
    """How the answer is shown to people: what was counted must not look like what was said (R43, R44)."""
    if review.deemed_at is not None:
        return "超时视为同意"
    if review.answer is None:
        return "已取消" if review.cancelled_at is not None else "尚未答复"
    if unreasoned(review.answer, rules):
        return "不同意但未说明理由，按同意处理"
    if review.awaits_superior:
        return "同意但转报，等待上级答复"
    return {Opinion.CONSENT: "同意", Opinion.REFUSE: "不同意", Opinion.CONSENT_BUT_FORWARD: "同意但转报"}[
        review.answer.opinion
    ]


def reasons(reviews: Sequence[Review], names: dict[str, str], rules: Rules) -> str:
    """The summary of opinions that the decision gives as its reasons."""
    ordered = sorted(reviews, key=lambda review: (review.stage, review.department))
    return "；".join(f"{names.get(r.department, r.department)}：{_sentence(r, rules)}" for r in ordered)[:MOST_TEXT]


def _sentence(review: Review, rules: Rules) -> str:
    said = [label(review, rules)]
    if review.answer is not None and review.answer.reasons.strip():
        said.append(review.answer.reasons.strip())
    if review.superior is not None:
        said.append(f"上级{'同意' if review.superior.granted else '不同意'}，{review.superior.opinion}".rstrip("，"))
    return "，".join(said)


def legal_basis(reviews: Sequence[Review], rules: Rules) -> str:
    """The articles that refusing departments cited, each once."""
    cited = [r.answer.legal_basis.strip() for r in reviews if r.answer and verdict(r, rules) is Verdict.REFUSE]
    return "；".join(sorted({basis for basis in cited if basis}))[:MOST_TEXT]
