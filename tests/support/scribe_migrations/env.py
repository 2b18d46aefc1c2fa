"""Run by Alembic, over the connection that the kit opened."""

from tests.support.scribe_tables import metadata
from yimen.migrating import run

run(metadata)
