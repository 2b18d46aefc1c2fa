"""Run by Alembic, over the connection that the kit opened."""

from services.approval.tables import metadata
from yimen.migrating import run

run(metadata)
