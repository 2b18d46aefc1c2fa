"""Books that an older bank kept: what they lack is added at the start.

Guarantees: orders, money and owed calls of before are kept; every payment gets its entry, so that balances and the opening
of the next day are right. Nothing is done to books that are new or were upgraded.
"""

import sqlite3

FILL = """
BEGIN IMMEDIATE;
INSERT INTO revisions SELECT order_number, 1, amount, pay_by FROM orders;
INSERT INTO entries (account, day, serial, kind, reference, direction, amount, method, at, balance)
    SELECT account, date(paid_at, '+15 hours'), serial, 'payment', payment_code, 'in', amount, method, paid_at,
        SUM(amount) OVER (PARTITION BY account ORDER BY number)
    FROM payments WHERE amount > 0 ORDER BY number;
INSERT INTO calls (event, subject, content, due_at, attempt, again)
    SELECT 'PAYMENT.SUCCESS', p.serial, json_object('bank_serial', p.serial, 'order_number', o.order_number,
        'payment_code', p.payment_code, 'amount', p.amount, 'currency', 'CNY', 'account', p.account,
        'method', p.method, 'paid_at', p.paid_at), c.due_at, c.attempt, 1
    FROM calls_of_before c JOIN payments p ON p.serial = c.serial LEFT JOIN orders o ON o.payment_code = p.payment_code
    WHERE c.acknowledged_at IS NULL;
DROP TABLE calls_of_before;
COMMIT;
"""
"""The cut-off was at 17:00 in Shanghai, which is 9:00 UTC."""

MAKE_ROOM = """
BEGIN IMMEDIATE;
ALTER TABLE orders ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE orders ADD COLUMN closed_at TEXT;
ALTER TABLE calls RENAME TO calls_of_before;
DROP INDEX calls_owed;
COMMIT;
"""


def open_books(connection: sqlite3.Connection, schema: str) -> None:
    known = _columns(connection, "orders")
    if known and "revision" not in known:
        connection.executescript(MAKE_ROOM)
    connection.executescript(f"BEGIN IMMEDIATE; {schema} COMMIT;")
    if _columns(connection, "calls_of_before"):
        connection.executescript(FILL)


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
