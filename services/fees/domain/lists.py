"""A department's fee list (收费清单) from its arrival to its end, and when a case's lists are ready for the one notice.

Guarantees: the answer depends on what is known, never on the order in which it became known. A rejection that the
department can mend, the officer's or that of a list that does not fit its standard, holds the notice back until it lists
again, and so does a list found wrong in a dispute (R55); a list that no standard allows counts as nothing due (R13).
Lists of reviews before a return that was not upheld count for nothing (R17).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ListState(StrEnum):
    WAITING = "waiting"  # 待核标资料: its case or the item's standard is not known here yet
    OPEN = "open"  # 待核标
    VERIFIED = "verified"  # 已核标
    REJECTED = "rejected"  # 已退回
    SETTLED = "settled"  # 已缴清


class Rejection(StrEnum):
    NO_STANDARD = "no_standard"  # R13
    MISFIT = "misfit"  # R50: nothing can be reckoned from what it says
    OFFICER = "officer"
    REPLACED = "replaced"  # by a newer list of the same department
    TOO_LATE = "too_late"  # the notice is out, or the list that it would replace is verified
    CASE_ENDED = "case_ended"
    EARLIER_ROUND = "earlier_round"  # of a review before the return that was not upheld
    DISPUTE = "dispute"  # found wrong (R55, R62); the department lists it anew
    NOT_OWED = "not_owed"  # found wrong in whole: nothing stands in its place


MENDABLE = frozenset({Rejection.MISFIT, Rejection.OFFICER})


@dataclass(frozen=True, slots=True)
class Listed:
    list_id: str
    state: ListState
    amount: int = 0
    replaces: str | None = None
    rejection: Rejection | None = None
    review_id: str = ""
    listed_at: datetime | None = None

    @property
    def pending(self) -> bool:
        return self.state in (ListState.WAITING, ListState.OPEN)

    @property
    def agreed(self) -> bool:
        return self.state in (ListState.VERIFIED, ListState.SETTLED)

    @property
    def to_be_listed_again(self) -> bool:
        return self.rejection in MENDABLE or self.rejection is Rejection.DISPUTE


@dataclass(frozen=True, slots=True)
class Refusal:
    rejection: Rejection
    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything that the notice needs is known; these verified lists are due. None due: the case goes on unpaid."""

    due: tuple[Listed, ...]

    @property
    def amount(self) -> int:
        return sum(listed.amount for listed in self.due)


def admit(
    *, unlawful: str | None, unfit: str | None = None, replaced: Listed | None, notice_is_out: bool, ended: bool
) -> Refusal | None:
    """Whether a list whose standard is known goes to the fee officer; if not, why not, for the department to read. One that
    comes too late is not asked to be mended. What is verified stands, whatever is sent in its place: an unlawful list that
    took it would leave nothing due."""
    if replaced is not None and replaced.agreed:
        return Refusal(Rejection.TOO_LATE, "原收费清单已经核定，不能再替换。")
    if unlawful is not None:
        return Refusal(Rejection.NO_STANDARD, unlawful)
    if notice_is_out:
        return Refusal(Rejection.TOO_LATE, "本办件的缴款通知书已经开出，一案一单，不能再追加收费。")
    if ended:
        return case_over()
    return None if unfit is None else Refusal(Rejection.MISFIT, unfit)


def case_over() -> Refusal:
    return Refusal(Rejection.CASE_ENDED, "办件已经终止或不予许可，无需缴费。")


def may_be_of_next_round(listed: Listed, ended_as: str | None, ended_at: datetime | None) -> bool:
    """Listed after the case was returned: should the return not be upheld, the list is of the round that begins then, and
    its news has overtaken the case's."""
    if ended_as != "returned" or ended_at is None or listed.listed_at is None:
        return False
    return listed.listed_at > ended_at


def earlier_round() -> Refusal:
    return Refusal(Rejection.EARLIER_ROUND, "该清单属于退件撤销之前的审查，办件已经重新审查，无需缴费。")


def of_round(lists: Sequence[Listed], named: Collection[str], since: datetime | None) -> list[Listed]:
    """Those that count in the case's present round: of the reviews that `named` belong to, or listed since the case was
    reopened. `since` None: it never was."""
    if since is None:
        return list(lists)
    reviews = {listed.review_id for listed in lists if listed.list_id in named}
    return [
        listed
        for listed in lists
        if listed.review_id in reviews or listed.listed_at is None or listed.listed_at >= since
    ]


def readiness(named: Collection[str], lists: Iterable[Listed]) -> Ready | None:
    """None while anything is missing. `named`: the lists that the case was reviewed with; a replacement stands in."""
    known = {listed.list_id: listed for listed in lists}
    if not named or not known.keys() >= set(named):
        return None
    effective = [listed for listed in known.values() if listed.rejection is not Rejection.TOO_LATE]
    successor = {listed.replaces: listed for listed in effective if listed.replaces and listed.replaces in known}
    heads = [listed for listed in effective if listed.list_id not in successor]
    awaited = {_last(known[list_id], successor).list_id for list_id in named}
    for head in heads:
        unanswered = head.list_id in awaited and head.rejection in MENDABLE
        if head.pending or unanswered or head.rejection is Rejection.DISPUTE:
            return None
    return Ready(tuple(sorted((head for head in heads if head.agreed), key=lambda head: head.list_id)))


def _last(listed: Listed, successor: Mapping[str, Listed]) -> Listed:
    """Where the replacements end; two lists that name each other end where they began."""
    seen = {listed.list_id}
    while (newer := successor.get(listed.list_id)) is not None and newer.list_id not in seen:
        listed = newer
        seen.add(listed.list_id)
    return listed
