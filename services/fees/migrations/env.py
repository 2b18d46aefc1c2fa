from services.fees.tables import metadata
from yimen.migrating import run

run(metadata)
