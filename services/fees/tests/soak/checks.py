"""What must hold whenever the dice rest, and what must hold at the end. Each returns what does not, in words."""

from collections.abc import Iterable
from typing import Any

from services.fees.tests.soak.hall import Hall
from yimen.web import Role

Facts = dict[str, tuple[str, str, int]]
"""By the bank's serial: kind, reference and amount."""


async def invariants(hall: Hall) -> list[str]:
    answer = await hall.act("GET", "/invariants", Role.TREASURER, "treasurer-1")
    assert answer is not None
    if answer.status != 200:
        return [f"/invariants was answered {answer.status}"]
    return [f"{one['id']} {one['title']}: {one['figures']}" for one in answer.json()["invariants"] if not one["ok"]]


def our_money(hall: Hall) -> Facts:
    """As our books have it."""
    came = hall.rows("SELECT serial, 'payment', payment_code, amount FROM bank_payments WHERE amount > 0")
    went = hall.rows("SELECT serial, kind, number, amount FROM bank_payouts")
    return {row[0]: (row[1], row[2], row[3]) for row in (*came, *went)}


def banks_money(hall: Hall) -> Facts:
    """As the bank's own books have it, on our account."""
    rows = hall.bank.books.all(
        "SELECT serial, kind, reference, amount FROM entries WHERE account = ?", hall.bank.account
    )
    return {row["serial"]: (row["kind"], row["reference"], row["amount"]) for row in rows}


def lies(hall: Hall) -> dict[str, set[int]]:
    """By serial, amounts that the bank said and did not mean: in a message, or in a file."""
    told: dict[str, set[int]] = {}
    for fault in faults(hall):
        if fault["fault"] in ("misstated", "changed_amount"):
            told.setdefault(fault["subject"], set()).add(fault["told"])
        elif fault["fault"] == "line_extra":
            for line in fault["done"]:
                told.setdefault(line["serial"], set()).add(line["amount"])
    return told


def faults(hall: Hall) -> list[dict[str, Any]]:
    """All that went wrong at the bank, by its own journal."""
    found: list[dict[str, Any]] = []
    while batch := hall.bank.books.journal(found[-1]["seq"] if found else 0, 10_000, "fault"):
        found += batch
    return found


def nothing_invented(hall: Hall) -> list[str]:
    """Whatever our books have, the bank has, or said so against its own books; and both add up to their balances."""
    ours, theirs, told = our_money(hall), banks_money(hall), lies(hall)
    wrong = [
        f"{serial}: ours {facts}, the bank's {theirs.get(serial)}"
        for serial, facts in ours.items()
        if facts != theirs.get(serial) and facts[2] not in told.get(serial, ())
    ]
    balance = hall.value("SELECT COALESCE(SUM(debit - credit), 0) FROM ledger_lines WHERE account = '1002'")
    if balance != _sum(ours.values()):
        wrong.append(f"1002 is {balance}, our transactions add up to {_sum(ours.values())}")
    if hall.bank.balance() != _sum(theirs.values()):
        wrong.append("the bank's own books do not add up")
    return wrong


def _sum(facts: Iterable[tuple[str, str, int]]) -> int:
    return sum(amount if kind == "payment" else -amount for kind, _reference, amount in facts)


def nothing_stuck(hall: Hall) -> list[str]:
    """Nothing is parked, and nothing broke where it was to be recorded."""
    counts = {
        "events parked": "SELECT COUNT(*) FROM inbox_parked",
        "jobs that broke": "SELECT COUNT(*) FROM outgoing WHERE state = 'unsettled'",
        "timers that broke": "SELECT COUNT(*) FROM timers WHERE parked OR error IS NOT NULL",
    }
    return [f"{count} {what}" for what, query in counts.items() if (count := hall.value(query))]


# -- at the end -----------------------------------------------------------------------------------------------------------


def everything_known(hall: Hall) -> list[str]:
    """The bank owes no word; every transaction of its is in our books; refunds and remittances stand as they do there."""
    ours, theirs = our_money(hall), banks_money(hall)
    wrong = [
        f"the bank's {serial} {facts} is not in our books" for serial, facts in theirs.items() if serial not in ours
    ]
    owed = hall.bank.books.all(
        """SELECT subject, content FROM calls WHERE acknowledged_at IS NULL AND due_at IS NOT NULL
        AND json_extract(content, '$.account') = ?""",
        hall.bank.account,
    )
    wrong += [f"the bank still owes word of {call['subject']}" for call in owed]
    expected = hall.bank.balance() + sum(_off(serial, ours, theirs) for serial in ours)
    balance = hall.value("SELECT COALESCE(SUM(debit - credit), 0) FROM ledger_lines WHERE account = '1002'")
    if balance != expected:
        wrong.append(f"1002 is {balance}; the bank's {hall.bank.balance()} and what it said wrongly are {expected}")
    return [*wrong, *_orders_paid(hall), *_deferred(hall)]


def _off(serial: str, ours: Facts, theirs: Facts) -> int:
    return _sum([ours[serial]]) - (_sum([theirs[serial]]) if serial in theirs else 0)


def _orders_paid(hall: Hall) -> list[str]:
    """What is refunded here was paid out there; what was remitted there is remitted here."""
    paid = {
        row["number"]: row["amount"] for row in hall.bank.books.all("SELECT * FROM outgoing WHERE serial IS NOT NULL")
    }
    wrong = [
        f"refund {row['number']} is refunded, and the bank paid nothing"
        for row in hall.rows("SELECT * FROM refunds WHERE state = 'refunded'")
        if not any(paid.get(name) == row["amount"] for name in _attempts(row["number"], row["attempt"]))
    ]
    told = lies(hall)
    for row in hall.rows("SELECT * FROM remittances WHERE state = 'ordered'"):
        out = hall.bank.books.one("SELECT serial FROM outgoing WHERE number = ?", row["number"])
        if out is None or out["serial"] not in told:
            wrong.append(f"remittance {row['number']} of {row['amount']} is still on its way")
    return wrong


def _attempts(number: str, last: int) -> list[str]:
    return [number, *(f"{number}-{attempt}" for attempt in range(2, last + 1))]


def _deferred(hall: Hall) -> list[str]:
    waiting = hall.value("SELECT COUNT(*) FROM inbox_deferred")
    gaps = hall.rows(
        """SELECT s.subject, s.last, COUNT(o.seq) AS rows FROM outbox_sequence s LEFT JOIN outbox o ON o.subject = s.subject
        GROUP BY s.subject, s.last HAVING COUNT(o.seq) <> s.last LIMIT 5"""
    )
    found = [f"{waiting} events wait for what never comes"] if waiting else []
    return found + [f"{row['subject']}: {row['rows']} of {row['last']} events are in the outbox" for row in gaps]
