"""The console's commands on keys (yimen.keys): rows under the newest one, and what is left."""

from collections import Counter
from importlib import import_module
from typing import Annotated

from cyclopts import Parameter
from sqlalchemy import MetaData

from yimen.console import UNSAID, Signed, Where, write_json
from yimen.operations import By
from yimen.operations.acts import record
from yimen.programs import Refused, Usage
from yimen.resealing import left
from yimen.resealing import reseal as portions

PASSES = 5

Tables = Annotated[
    str | None, Parameter(help="the module with the service's metadata, unless it is services.<service>.tables")
]


async def reseal(*, signed: Signed, where: Where = UNSAID, tables: Tables = None) -> None:
    """Write every sealed value under the first of YIMEN_DATA_KEYS, while services go on. May be broken off and begun again.

    Before it, give the new list of keys to every process of the service; after it, take the former key out of the list."""
    metadata = _metadata(where, tables)
    by, done = signed.who, Counter[str]()
    async with where.units() as units:
        for _pass in range(PASSES):
            async for portion in portions(units.database, metadata):
                done[portion.table] += portion.done
            behind = await left(units.database, metadata)
            if not behind:
                break
        async with units.begin() as unit:
            await record(unit, By(by.who, by.why), "reseal", "keys", units.database.key_name, {"rows": dict(done)})
    if behind:
        raise Refused(f"Rows are in use and were passed over, run it again: {dict(behind)}")
    if where.json:
        write_json({"resealed": dict(done)})
        return
    where.done(f"{done.total()} rows written under the key {units.database.key_name}; nothing is left under another")


async def sealed(*, where: Where = UNSAID, tables: Tables = None) -> None:
    """How many rows of which table are not under the first of YIMEN_DATA_KEYS. Touches none."""
    async with where.units() as units:
        behind = await left(units.database, _metadata(where, tables))
    if where.json:
        write_json(behind)
        return
    where.done(
        "\n".join(f"{name}: {count}" for name, count in behind.items()) or "Nothing: all is under the first key."
    )


def _metadata(where: Where, tables: str | None) -> MetaData:
    """The console knows no service: it is told where the tables are."""
    if tables is None and where.service is None:
        raise Usage("name the tables: --service, or --tables with a module such as services.intake.tables")
    name = tables or f"services.{where.service}.tables"
    try:
        metadata = import_module(name).metadata
    except (ImportError, AttributeError) as wrong:
        raise Usage(f"{name} is no module with a metadata: {wrong}") from wrong
    assert isinstance(metadata, MetaData)
    return metadata
