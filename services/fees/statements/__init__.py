"""The bank's daily files, read: whichever format, packing or encoding they come in, one value comes out.

Guarantees: a file is read whole or refused whole (`StatementError`), with a sentence that says where; nothing in it makes
us unpack more than `LARGEST_TEXT` bytes, follow an entity, or hold a tree. Does not: ask who sent it, or what we know of it.
"""

from enum import StrEnum

from services.fees.domain.statements import Statement, StatementError, check
from services.fees.statements.camt import read_camt
from services.fees.statements.csv_file import read_csv
from services.fees.statements.packing import LARGEST_TEXT, unpack

__all__ = ["LARGEST_TEXT", "Format", "read"]


class Format(StrEnum):
    CSV = "csv"
    CAMT = "camt.053"


def read(body: bytes) -> tuple[Format, Statement]:
    """The format is told from the content: names and content types get lost on the way. Raises `StatementError`."""
    text = unpack(body)
    kind = Format.CAMT if text.lstrip()[:1] == "<" else Format.CSV
    statement = read_camt(text) if kind is Format.CAMT else read_csv(text)
    try:
        check(statement)
    except StatementError as error:
        error.head = statement.head
        raise
    return kind, statement
