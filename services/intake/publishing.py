"""At start the catalogue's files are compared with what is stored; what is new or has a higher version is stored
and said.

Guarantees: each version is said once, whichever replica starts first; a version that was published never
changes. Does not: take back an item whose file is gone (its cases go on).
"""

from collections.abc import Iterable

from services.intake import queries
from services.intake.context import Context
from services.intake.domain.catalogue import CatalogueFaults, Item, load_catalogue
from services.intake.domain.findings import Fault
from yimen.bus import Unit
from yimen.contracts.intake import ItemDescribed, ItemPublished, ItemRevised
from yimen.contracts.parts import Material


async def publish_catalogue(unit: Unit[Context]) -> None:
    await publish(unit, load_catalogue(unit.context.catalogue))


async def publish(unit: Unit[Context], items: Iterable[Item]) -> None:
    """Raises `CatalogueFaults` where a published version was changed without a new version number."""
    faults = [fault for item in items if (fault := await _publish(unit, item))]
    if faults:
        raise CatalogueFaults(tuple(faults))


async def _publish(unit: Unit[Context], item: Item) -> Fault | None:
    known = await queries.newest_version(unit, item.code)
    if known is not None and known.version >= item.version:
        changed = known.version == item.version and known != item
        said = f"第{item.version}版已经公布，内容不得再改，请另立新版本。"
        return Fault("", f"{item.code} {item.name}", "", said) if changed else None
    if await queries.add_item(unit, item):
        unit.emit(_described(item, ItemPublished if known is None else ItemRevised))
    return None


def _described(item: Item, event: type[ItemDescribed]) -> ItemDescribed:
    return event(
        item_code=item.code,
        version=item.version,
        name=item.name,
        department=item.department,
        kind=item.kind,
        statutory_days=item.statutory_days,
        promised_days=item.promised_days,
        materials=tuple(Material(code=m.code, name=m.name, copies=m.pieces) for m in item.materials),
        fees=item.fees,
        stages=item.stages,
        effective_from=item.effective_from,
        situations=item.situations,
        basis=item.legal_basis,
        quota=item.quota,
    )
