"""Who may check a case's record without an account: the hashes of query passwords, as intake says them."""

from sqlalchemy import select

from services.monitor.context import Context
from services.monitor.registry import handlers
from services.monitor.tables import credentials
from yimen.bus import Unit, View
from yimen.contracts import Meta, intake


@handlers.on(intake.CredentialRecorded)
async def keep_credential(unit: Unit[Context], event: intake.CredentialRecorded, _meta: Meta) -> None:
    kept = unit.insert(credentials).values(**event.model_dump())
    changed = {name: kept.excluded[name] for name in ("password_hash", "recorded_at")}
    await unit.execute(kept.on_conflict_do_update(index_elements=["case_number"], set_=changed))


async def password_hash(view: View[Context], case_number: str) -> str | None:
    query = select(credentials.c.password_hash).where(credentials.c.case_number == case_number)
    found: str | None = (await view.execute(query)).scalar_one_or_none()
    return found
