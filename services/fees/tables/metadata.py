"""What all of its tables belong to."""

from typing import Final

from yimen.schema import new_metadata

metadata = new_metadata()

CODE: Final = 80
NAME: Final = 400
