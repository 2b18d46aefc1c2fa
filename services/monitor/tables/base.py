"""The supervisor's metadata: every area's tables stand in it."""

from yimen.schema import new_metadata

metadata = new_metadata()
