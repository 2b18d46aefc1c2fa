"""A delivery of the room's subscription, the event of it in the feed, and what may be replayed."""

from services.notify.tests import samples
from tests.support.rooms import Room
from yimen.web import Role


async def furnish(room: Room, _label: str) -> None:
    review = f"REVIEW-{next(room.serial)}-"
    event = samples.review_received(room.department, review, room.ids["case_number"])
    await room.harness.deliver(event, source=f"/approval/{room.department}")
    path = f"/subscriptions/{room.ids['subscription_id']}/deliveries"
    listed = await room.harness.client.get(path, headers=room.rightful(Role.INTEGRATOR))
    (delivery,) = listed.json()["deliveries"]
    room.ids |= {"delivery_id": str(delivery["id"]), "review_subject": event.subject}
    room.bodies |= {"POST /subscriptions/{subscription_id}/replays": {"subject": event.subject, "from_sequence": 1}}
