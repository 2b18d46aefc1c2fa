"""A fee window's database in bulk: notices that wait for their payer, and days of payments that were told.

As the service would have written them: journals, tickets, receipts, and the count of what was said on the bus, so that the
books are as sound after it as before (GET /invariants). Written as SQL of PostgreSQL, where the service's own way would take
minutes. Does not: orders at the bank, events in the outbox.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.fees.domain.notices import CODE_ALPHABET, CODE_LENGTH, payment_code
from yimen.worktime import local_date

AMOUNT: Final = 16_000
"""分, of every notice; the statements below say so too."""

_GROUND: Final = (
    "INSERT INTO items VALUES ('BENCH', 1, '测量用事项', 'fire', '2026-01-01')",
    "INSERT INTO accounts (code, name, department) VALUES ('1122.fire', '应收非税收入·fire', 'fire')",
    """INSERT INTO bank_messages VALUES ('BK000000', 'bench-0000', now(), now(), '-', '\\x00')""",
)
_NOTICES: Final = (
    """INSERT INTO cases (case_number, item_code, item_version, reviewed_at)
        SELECT 'B' || n, 'BENCH', 1, $1::timestamptz FROM codes""",
    """INSERT INTO notices (number, case_number, round, kind, payment_code, amount, reduced, refund_held, state, issued_at,
            pay_by, order_revision, version)
        SELECT 'JK' || n, 'B' || n, 1, 'fees', code, 16000, 0, 0, 'issued', $1::timestamptz,
            ($1::timestamptz + interval '15 days')::date, 1, 1 FROM codes""",
    """INSERT INTO lists (list_id, case_number, review_id, department, state, version, amount, opened_by, opened_by_name,
            listed_at, decided_by, decided_by_name, decided_at, notice_number, refunded)
        SELECT 'L' || n, 'B' || n, 'R' || n, 'fire', 'verified', 2, 16000, 'clerk', '开单', $1::timestamptz, 'officer',
            '核标', $1::timestamptz, 'JK' || n, 0 FROM codes""",
    """INSERT INTO shares (notice_number, list_id, department, amount, reduced, refund_held)
        SELECT 'JK' || n, 'L' || n, 'fire', 16000, 0, 0 FROM codes""",
    """INSERT INTO journals (kind, source_ref, legs, notice_number, posted_at)
        SELECT 'issue', 'JK' || n, 1, 'JK' || n, $1::timestamptz FROM codes""",
    """INSERT INTO postings (journal_id, line, previous, legs, debit, credit, amount)
        SELECT j.id, 1, NULL, 1, '1122.fire', '2203', 16000
        FROM codes JOIN journals j ON j.kind = 'issue' AND j.source_ref = 'JK' || n""",
    "INSERT INTO outbox_sequence SELECT '/fees', 'notice/JK' || n, 1 FROM codes",
    "INSERT INTO outbox_sequence SELECT '/fees', 'list/L' || n, 1 FROM codes",
)
_PAYMENTS: Final = (
    """INSERT INTO bank_payments (serial, payment_code, amount, method, paid_at, received_at, key_serial, nonce)
        SELECT 'S' || n, code, 16000, 'qr', $1::timestamptz, $1::timestamptz, 'BK000000', 'bench-0000' FROM codes""",
    """INSERT INTO journals (kind, source_ref, legs, notice_number, posted_at)
        SELECT 'receive', 'S' || n, 1, 'JK' || n, $1::timestamptz FROM codes""",
    """INSERT INTO postings (journal_id, line, previous, legs, debit, credit, amount)
        SELECT j.id, 1, NULL, 1, '1002', '1122.fire', 16000
        FROM codes JOIN journals j ON j.kind = 'receive' AND j.source_ref = 'S' || n""",
    """INSERT INTO tickets (ticket_code, number, block_id, notice_number, state, issued_at)
        SELECT b.ticket_code, b.next + row_number() OVER (ORDER BY n) - 1, b.id, 'JK' || n, 'issued', $1::timestamptz
        FROM codes CROSS JOIN ticket_blocks b""",
    """UPDATE ticket_blocks SET next = next + (SELECT count(*) FROM codes)""",
    """UPDATE notices SET state = 'receipted', bank_serial = 'S' || n, paid_at = $1::timestamptz,
            cleared_at = $1::timestamptz, receipted_at = $1::timestamptz,
            paid_on = ($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
        FROM codes WHERE number = 'JK' || n""",
    """UPDATE lists SET state = 'settled', settled_at = $1::timestamptz FROM codes WHERE list_id = 'L' || n""",
    """UPDATE outbox_sequence SET last = 4 FROM codes WHERE subject = 'notice/JK' || n""",
    """UPDATE outbox_sequence SET last = 2 FROM codes WHERE subject = 'list/L' || n""",
)


class Ledger:
    """Of an empty database that the service has migrated."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._count = 0

    async def open(self) -> None:
        for statement in _GROUND:
            await self._connection.execute(statement)

    async def issue(self, count: int, at: datetime) -> list[str]:
        """The payment codes of so many more notices."""
        async with self._connection.transaction():
            return [code for _number, code in await self._issue(count, at)]

    async def day(self, count: int, at: datetime) -> list[tuple[str, str]]:
        """So many more notices, paid at that instant: serial and payment code of each payment."""
        async with self._connection.transaction():
            codes = await self._issue(count, at - timedelta(hours=1))
            for statement in _PAYMENTS:
                await self._run(statement, at)
        return [(f"S{number}", code) for number, code in codes]

    async def _issue(self, count: int, at: datetime) -> list[tuple[int, str]]:
        first = local_date(at).year * 10**8 + self._count
        self._count += count
        codes = [(first + number, _code()) for number in range(count)]
        await self._connection.execute("DROP TABLE IF EXISTS codes")
        await self._connection.execute("CREATE TEMPORARY TABLE codes (n bigint PRIMARY KEY, code text NOT NULL)")
        await self._connection.copy_records_to_table("codes", records=codes)
        for statement in _NOTICES:
            await self._run(statement, at)
        await self._connection.execute("ANALYZE")
        return codes

    async def _run(self, statement: str, at: datetime) -> None:
        await self._connection.execute(statement, *([at] if "$1" in statement else ()))


def _code() -> str:
    return payment_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH - 1)))
