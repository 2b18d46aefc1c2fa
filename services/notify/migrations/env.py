from services.notify.tables import metadata
from yimen.migrating import run

run(metadata)
