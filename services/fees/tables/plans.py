"""The yearly plans that intake told: what working days are counted by (R35)."""

from services.fees.tables.metadata import metadata
from yimen.plans import plans_table

calendar_plans = plans_table(metadata)
