"""Who may fetch a case's papers without an account: the hashes of query passwords, as intake says them."""

from services.notify.context import Context
from services.notify.tables import credentials
from yimen.bus import Unit
from yimen.contracts.intake import CredentialRecorded


async def keep_credential(unit: Unit[Context], event: CredentialRecorded) -> None:
    """Its newest, and nothing else of it: it goes past no other desk."""
    kept = unit.insert(credentials).values(**event.model_dump())
    changed = {name: kept.excluded[name] for name in ("password_hash", "recorded_at")}
    await unit.execute(kept.on_conflict_do_update(index_elements=["case_number"], set_=changed))
