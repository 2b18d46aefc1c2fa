"""What others told us of a review. Facts, not requests: none of them can be refused.

Intake's words on one review arrive in the order in which they were said (one subject); each fee list is a subject of
its own.
"""

from services.approval.domain.facts import (
    Addition,
    ExtensionDecline,
    ExtensionStory,
    FeeList,
    Meeting,
    Standing,
    Urging,
)
from services.approval.domain.state import ReviewState
from yimen.contracts import intake


def opened(request: intake.ReviewRequested) -> ReviewState:
    return ReviewState(version=1, request=request)


def with_materials(state: ReviewState, event: intake.ReviewMaterialsAdded) -> ReviewState:
    addition = Addition(materials=event.materials, added_at=event.added_at)
    return state.changed(additions=(*state.additions, addition))


def urged(state: ReviewState, event: intake.ReviewUrged) -> ReviewState:
    urging = Urging(reason=event.reason, urged_at=event.urged_at, rule=event.rule, urged_by=event.urged_by)
    return state.changed(urgings=(*state.urgings, urging))


def convened(state: ReviewState, event: intake.ReviewMeetingConvened) -> ReviewState:
    """A meeting that is called anew, by the same id, is that meeting at another time or place."""
    told = {"meeting_id", "occasion", "place", "meets_at", "convened_at"}
    meeting = Meeting(**event.model_dump(include=told), convened_by=event.convened_by)
    others = [one for one in state.meetings if one.meeting_id is None or one.meeting_id != meeting.meeting_id]
    return state.changed(meetings=(*others, meeting))


def extension_declined(state: ReviewState, event: intake.ReviewExtensionDeclined) -> ReviewState:
    """The days are taken back: the case's limit did not move, so the department's does not either (R23, R24)."""
    declined = ExtensionDecline(rule=event.rule, reason=event.reason, declined_at=event.declined_at)
    story = state.extension or ExtensionStory()
    return state.changed(extension=story.model_copy(update={"declined": declined}))


def deemed(state: ReviewState, event: intake.ReviewDeemedConsented) -> ReviewState:
    """The limit passed in silence (R44), or nobody came (R45). Our answer may have crossed this on its way;
    both are kept."""
    return state.changed(deemed_at=event.deemed_at, deemed_ground=event.ground)


def cancelled(state: ReviewState, event: intake.ReviewCancelled) -> ReviewState:
    return state.changed(cancelled_at=event.cancelled_at)


def with_standing(state: ReviewState, list_id: str, standing: Standing, reason: str = "") -> ReviewState:
    """The fee window spoke of one of our lists; `KeyError` if it is none of them."""
    known = {fee_list.list_id: fee_list for fee_list in state.fee_lists}
    known[list_id] = known[list_id].model_copy(update={"standing": standing, "reason": reason})
    return state.changed(fee_lists=tuple[FeeList, ...](known.values()))
