"""What is in the books stays: each rule tried by plain SQL against the database itself."""

import pytest
from sqlalchemy.exc import DBAPIError

from services.fees.tests.window import Window

POSTED_AT = "'2026-09-07T01:00:00.000000+00:00'"
JOURNAL = (
    "INSERT INTO journals (id, kind, source_ref, legs, posted_at) VALUES ({0}, 'issue', '{1}', {2}, " + POSTED_AT + ")"
)
LEG = "INSERT INTO postings (journal_id, line, previous, legs, debit, credit, amount) VALUES ({0}, {1}, {2}, {3}, {4})"
MONEY = "'2203', '2241', 5"


async def run(window: Window, *statements: str) -> None:
    async with window.harness.units.database.write() as conn:
        for statement in statements:
            await conn.exec_driver_sql(statement)


@pytest.fixture
async def paid(window: Window) -> Window:
    notice = await window.issued()
    window.bank.pay(notice["payment_code"], "card")
    window.bank.take("UNKNOWN", 5)
    await window.bank.tell()
    return window


CHANGES = {
    "journals": "UPDATE journals SET legs = legs",
    "postings": "UPDATE postings SET amount = amount + 1",
    "bank_messages": "UPDATE bank_messages SET signature = 'x'",
    "bank_payments": "UPDATE bank_payments SET amount = amount + 1",
}
KEPT = [*CHANGES, "tickets", "notices", "exceptions", "accounts"]


async def test_the_books_cannot_be_rewritten(paid: Window) -> None:
    for change in [*CHANGES.values(), *(f"DELETE FROM {table}" for table in KEPT)]:
        with pytest.raises(DBAPIError, match="what is in the books stays"):
            await run(paid, change)
    await paid.sound()


async def test_the_books_cannot_be_emptied_or_replaced_in_the_databases_own_ways(paid: Window) -> None:
    """TRUNCATE is PostgreSQL's, REPLACE is SQLite's; DELETE without WHERE is refused above."""
    if paid.harness.units.database.is_sqlite:
        ways = [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" for table in ("journals", "postings")]
    else:
        ways = [f"TRUNCATE {table} CASCADE" for table in KEPT]
    for way in ways:
        with pytest.raises(DBAPIError, match="what is in the books stays"):
            await run(paid, way)
    await paid.sound()


BROKEN = {
    "no leg": [JOURNAL.format(900, "x", 1)],
    "a leg short": [JOURNAL.format(900, "x", 2), LEG.format(900, 1, "NULL", 2, MONEY)],
    "the first leg missing": [JOURNAL.format(900, "x", 2), LEG.format(900, 2, 1, 2, MONEY)],
    "a first leg passed over": [JOURNAL.format(900, "x", 2), LEG.format(900, 2, "NULL", 2, MONEY)],
    "a leg too many": [
        JOURNAL.format(900, "x", 1),
        LEG.format(900, 1, "NULL", 1, MONEY),
        LEG.format(900, 2, 1, 1, MONEY),
    ],
    "another number of legs": [JOURNAL.format(900, "x", 1), LEG.format(900, 1, "NULL", 2, MONEY)],
    "a leg without journal": [LEG.format(901, 1, "NULL", 1, MONEY)],
    "nothing moved": [JOURNAL.format(900, "x", 1), LEG.format(900, 1, "NULL", 1, "'2203', '2241', 0")],
    "less than nothing moved": [JOURNAL.format(900, "x", 1), LEG.format(900, 1, "NULL", 1, "'2203', '2241', -5")],
    "from itself to itself": [JOURNAL.format(900, "x", 1), LEG.format(900, 1, "NULL", 1, "'2203', '2203', 5")],
    "an account nobody opened": [JOURNAL.format(900, "x", 1), LEG.format(900, 1, "NULL", 1, "'2203', '9999', 5")],
}


async def test_a_journal_that_is_not_whole_cannot_be_committed(window: Window) -> None:
    for what, statements in BROKEN.items():
        try:
            await run(window, *statements)
        except DBAPIError:
            continue
        pytest.fail(f"committed: {what}")
    assert await window.rows("SELECT 1 FROM journals") == []


async def test_a_whole_journal_takes_no_further_leg(window: Window) -> None:
    await run(window, JOURNAL.format(900, "x", 1), LEG.format(900, 1, "NULL", 1, MONEY))
    for late in (LEG.format(900, 2, 1, 1, MONEY), LEG.format(900, 2, 1, 2, MONEY)):
        with pytest.raises(DBAPIError):
            await run(window, late)


async def test_one_business_act_is_posted_once(paid: Window) -> None:
    [(kind, source)] = await paid.rows("SELECT kind, source_ref FROM journals WHERE kind = 'issue'")
    again = JOURNAL.format(900, source, 1).replace("'issue'", f"'{kind}'")
    with pytest.raises(DBAPIError):
        await run(paid, again, LEG.format(900, 1, "NULL", 1, MONEY))


@pytest.mark.rule("R60")
async def test_an_executing_unit_has_no_account_that_could_hold_money(window: Window) -> None:
    for code in ("1002.fire", "fire", "2205"):
        with pytest.raises(DBAPIError, match="claims_only"):
            await run(window, f"INSERT INTO accounts (code, name, department) VALUES ('{code}', 'x', 'fire')")


@pytest.mark.rule("R60")
async def test_money_is_never_credited_to_a_unit_but_against_its_claim(window: Window) -> None:
    notice = await window.issued()
    assert notice["amount"] > 0
    taken = LEG.format(900, 1, "NULL", 1, "'2242', '1122.fire', 5")
    with pytest.raises(DBAPIError, match="no_money_to_a_unit"):
        await run(window, JOURNAL.format(900, "x", 1), taken)


@pytest.mark.rule("R52")
@pytest.mark.parametrize("state", ["paid", "receipted"])
async def test_the_database_knows_no_paid_notice_without_the_banks_word(window: Window, state: str) -> None:
    await window.issued()
    with pytest.raises(DBAPIError, match="paid_by_the_bank_alone"):
        await run(window, f"UPDATE notices SET state = '{state}'")
    with pytest.raises(DBAPIError):
        await run(window, f"UPDATE notices SET state = '{state}', bank_serial = 'S-FORGED'")


@pytest.mark.rule("R56")
async def test_a_notice_has_one_ticket_number_and_a_number_one_notice(paid: Window) -> None:
    [ticket] = await paid.rows("SELECT * FROM tickets")
    for code, number in ((ticket.ticket_code, 77), (ticket.ticket_code, ticket.number)):
        row = f"'{code}', {number}, {ticket.block_id}, '{ticket.notice_number}', 'issued', {POSTED_AT}"
        columns = "ticket_code, number, block_id, notice_number, state, issued_at"
        with pytest.raises(DBAPIError):
            await run(paid, f"INSERT INTO tickets ({columns}) VALUES ({row})")
