"""Joining departments' answers (并联审批的汇总): pure, and indifferent to the order in which they came.

Guarantees: an answer is one of consent, refusal and not yet (R42); a refusal without reasons counts as consent
and says so (R43); silence that the law lets count says so (R44); a stage has an outcome only when every
department has spoken (R49). Where the item lets the lead department decide on another's refusal (S06), the stage waits
for its word; not on the lead's own refusal, nor on a superior's, which bind.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from services.intake.domain.case import Case, Rules
from services.intake.domain.values import Answer, LeadDecision, Review
from yimen.contracts.parts import Opinion, Outcome

MOST_TEXT = 8000
SILENCE, ABSENCE = "silence", "absence"
"""Grounds on which consent is deemed (R44, R45)."""


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


def of_stage(case: Case, rules: Rules) -> Outcome | None:
    """Of the present stage, with the lead's word where one was said; None while an answer or that word is awaited."""
    if (word := lead_word(case)) is not None:
        return word.outcome
    return None if disputed(case, rules) else outcome(case.current_reviews, rules)


def disputed(case: Case, rules: Rules) -> tuple[str, ...]:
    """Departments of the present stage on whose refusal the lead's word is awaited; none before the last answer."""
    reviews = case.current_reviews
    if not case.item.lead_may_override or lead_word(case) or outcome(reviews, rules) is not Outcome.DENIED:
        return ()
    refusing = [review for review in reviews if verdict(review, rules) is Verdict.REFUSE]
    return () if any(map(_binding, refusing)) else tuple(sorted(review.department for review in refusing))


def _binding(refusing: Review) -> bool:
    """The lead's own refusal, and that of a superior authority, which the lead cannot set aside."""
    return refusing.lead or (refusing.superior is not None and not refusing.superior.granted)


def lead_word(case: Case) -> LeadDecision | None:
    """What the lead decided on the refusals of the present stage."""
    word = case.lead_decision
    return word if word is not None and word.stage == case.stage else None


def last_word_at(case: Case) -> datetime:
    """When the present stage's last word was spoken, by the speakers' own instants."""
    spoken = [review.settled_at for review in case.current_reviews if review.settled_at is not None]
    word = lead_word(case)
    return max([*spoken, word.decided_at] if word else spoken)


def label(review: Review, rules: Rules) -> str:
    """How the answer is shown to people: what was counted must not look like what was said (R43, R44, R45)."""
    if review.deemed_at is not None:
        return "缺席视为同意" if review.deemed_ground == ABSENCE else "超时视为同意"
    if review.answer is None:
        return "已取消" if review.cancelled_at is not None else "尚未答复"
    if unreasoned(review.answer, rules):
        return "不同意但未说明理由，按同意处理"
    if review.awaits_superior:
        return "同意但转报，等待上级答复"
    return {Opinion.CONSENT: "同意", Opinion.REFUSE: "不同意", Opinion.CONSENT_BUT_FORWARD: "同意但转报"}[
        review.answer.opinion
    ]


def summary(case: Case, names: Mapping[str, str], rules: Rules) -> str:
    """What the decision gives as its reasons: the lead's words on others' refusals, then every department's opinion."""
    words = [_lead_sentence(case, word, names) for word in case.lead_words]
    return "；".join([*words, reasons(case.live_reviews, names, rules)])[:MOST_TEXT]


def _lead_sentence(case: Case, word: LeadDecision, names: Mapping[str, str]) -> str:
    against = "、".join(names.get(department, department) for department in word.against)
    basis = f"（依据：{word.legal_basis.strip()}）" if word.legal_basis.strip() else ""
    decided = "不采纳该意见" if word.outcome is Outcome.GRANTED else "采纳该意见"
    lead = names.get(case.department, case.department)
    return f"牵头部门{lead}研究{against}的不同意见，决定{decided}：{word.reasons.strip()}{basis}"


def reasons(reviews: Sequence[Review], names: Mapping[str, str], rules: Rules) -> str:
    """The summary of opinions."""
    ordered = sorted(reviews, key=lambda review: (review.stage, review.department))
    return "；".join(f"{names.get(r.department, r.department)}：{_sentence(r, rules)}" for r in ordered)[:MOST_TEXT]


def _sentence(review: Review, rules: Rules) -> str:
    said = [label(review, rules)]
    if review.answer is not None and review.answer.reasons.strip():
        said.append(review.answer.reasons.strip())
    if review.superior is not None:
        said.append(f"上级{'同意' if review.superior.granted else '不同意'}，{review.superior.opinion}".rstrip("，"))
    return "，".join(said)


def legal_basis(case: Case, rules: Rules) -> str:
    """The articles that the lead, and departments of the stage that denied, cited for their refusals, each once."""
    refusing = [r for r in case.current_reviews if verdict(r, rules) is Verdict.REFUSE]
    cited = [review.answer.legal_basis.strip() for review in refusing if review.answer]
    if (word := lead_word(case)) is not None:
        cited.append(word.legal_basis.strip())
    return "；".join(sorted({basis for basis in cited if basis}))[:MOST_TEXT]
