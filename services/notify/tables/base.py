"""Every table of the messenger stands in this metadata."""

from yimen.schema import new_metadata

metadata = new_metadata()
