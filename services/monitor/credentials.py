"""Who may check a case's record without an account: the hashes of query passwords, as intake says them."""

from services.monitor.context import Context
from services.monitor.registry import handlers
from yimen import passwords
from yimen.bus import Unit
from yimen.contracts import Meta, intake


@handlers.on(intake.CredentialRecorded)
async def keep_credential(unit: Unit[Context], event: intake.CredentialRecorded, _meta: Meta) -> None:
    await passwords.keep_credential(unit, event)
