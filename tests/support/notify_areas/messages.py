"""A letter in the department's inbox, and a message that a gateway was given."""

from pydantic import SecretStr
from sqlalchemy import select

from services.notify.settings import GatewaySettings
from services.notify.tests import samples
from tests.support.rooms import Room

SECRET = SecretStr("whsec_dGVzdHMtb2YtdGhlLW1lc3Nlbmdlcg==")
GATEWAYS = (
    GatewaySettings(name="sms", url="http://127.0.0.1:9/", key=SecretStr("gateway-of-tests"), receipt_secret=SECRET),
)


async def furnish(room: Room, _label: str) -> None:
    await room.harness.deliver(samples.alert(room.department, room.ids["case_number"]), source="/monitor")
    letters = room.harness.units.metadata.tables["inbox_letters"]
    newest = select(letters.c.id).order_by(letters.c.id.desc()).limit(1)
    async with room.harness.units.view() as view:
        letter_id = (await view.execute(newest)).scalar_one()
    room.ids |= {"letter_id": str(letter_id), "gateway": GATEWAYS[0].name}
    room.bodies["POST /sms/receipts/{gateway}"] = {"message_id": "M1", "status": "delivered"}
