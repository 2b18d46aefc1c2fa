"""Run by Alembic, over the connection that the kit opened."""

from services.intake.tables import metadata
from yimen.migrating import run

run(metadata)
