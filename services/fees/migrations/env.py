from services.fees import ledger  # noqa: F401 - its tables belong to the metadata
from services.fees.tables import metadata
from yimen.migrating import run

run(metadata)
