"""What a subscription missed, or wants to hear once more."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import ColumnElement

from services.notify import replaying
from services.notify.api.integrators import LAST, Moment, standing_subscription
from services.notify.api.parts import Integrator, Write
from services.notify.queries import feed as stored
from yimen.web import Body, creates, new_router

router = new_router(tags=["deliveries"])

Place = Annotated[int, Field(ge=0, le=LAST)]
WAYS = ("after", "since", "subject", "exhausted", "delivery_ids")


class ReplayRequest(Body):
    """Exactly one of `after`, `since`, `subject`, `exhausted`, `delivery_ids`, and `until` where there is an end to it."""

    after: Place | None = Field(default=None, description="a cursor of the feed; 0: from the beginning")
    since: Moment | None = Field(default=None, description="what was said then or later, by the event's `time`")
    subject: str | None = Field(default=None, min_length=1, max_length=200)
    source: str | None = Field(
        default=None, min_length=1, max_length=100, description="with `subject`: this one's only"
    )
    from_sequence: Place | None = Field(default=None, description="with `subject`; left out: from the first")
    exhausted: Literal[True] | None = Field(default=None, description="what was tried in vain, and not queued since")
    delivery_ids: list[Place] | None = Field(default=None, min_length=1, max_length=1000)
    until: Moment | None = Field(default=None, description="what was said then or earlier")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(getattr(self, way) is not None for way in WAYS) != 1:
            raise ValueError(f"请在{'、'.join(WAYS)}中选填一项")
        if self.subject is None and (self.source is not None or self.from_sequence is not None):
            raise ValueError("source和from_sequence应与subject一起填写")
        return self

    def chosen(self, subscription_id: str) -> list[ColumnElement[bool]]:
        found = [self._way(subscription_id)]
        return found if self.until is None else [*found, stored.until(self.until)]

    def _way(self, subscription_id: str) -> ColumnElement[bool]:
        if self.after is not None:
            return stored.after_cursor(self.after)
        if self.since is not None:
            return stored.since(self.since)
        if self.subject is not None:
            return stored.of_subject(self.subject, self.source, self.from_sequence or 1)
        if self.delivery_ids is not None:
            return stored.by_delivery(subscription_id, self.delivery_ids)
        return stored.exhausted(subscription_id)


class Replay(BaseModel):
    replay: int = Field(description="the number that its deliveries carry")
    queued: int
    cursor: int | None = Field(
        description="null: that was all. Else the last event queued: go on `after` it, of a subject from a later sequence, "
        "of what was exhausted by the same request"
    )


@router.post("/subscriptions/{subscription_id}/replays", status_code=202)
async def ask_for_replay(
    subscription_id: str, wanted: ReplayRequest, caller: Integrator, unit: Write, _once: None = creates()
) -> Replay:
    """Also what happened before the subscription was made. Each event comes under the id that it always had."""
    row = await standing_subscription(unit, caller, subscription_id)
    done = await replaying.replay(unit, row, wanted.chosen(subscription_id))
    return Replay(replay=done.number, queued=done.queued, cursor=done.cursor)
