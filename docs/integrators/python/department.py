"""A department's own system: it hears the hall by its queue, and answers with the same words.

    AMQP_URL=amqp://dept.fire:secret@broker/%2F python department.py

Needs Python 3.11, pika, and the two files beside it. It may be killed at any moment. Copy it: yours to write are
`take_effect` and `opinion_on`. The settings stand in the guide.
"""

import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime

import feed
import pika
from ledger import Ledger, read_event
from pika.exceptions import AMQPError, ChannelClosedByBroker

DEPARTMENT = os.environ.get("DEPARTMENT", "fire")
STORE = os.environ.get("STORE", f"{DEPARTMENT}.db")
CHECK_SECONDS = float(os.environ.get("CHECK_SECONDS", "60"))
EXCHANGE, QUEUE = "yimen.events", f"dept.{DEPARTMENT}"
BINDINGS = (f"*.review.*.{DEPARTMENT}", f"fees.list.*.{DEPARTMENT}", f"monitor.*.*.{DEPARTMENT}")
SYSTEM = {"id": f"system-{DEPARTMENT}", "name": "业务系统"}

TABLES = """
CREATE TABLE IF NOT EXISTS heard (id, source, subject, sequence, type, data);
CREATE TABLE IF NOT EXISTS review (review_id PRIMARY KEY, case_number, item, state);
"""
REQUESTED, RECEIVED, ANSWERED = range(3)
STATES = {
    "intake.review.requested": REQUESTED,
    "approval.review.received": RECEIVED,
    "approval.review.decided": ANSWERED,
    "intake.review.deemed_consented": ANSWERED,
    "intake.review.cancelled": ANSWERED,
}


def take_effect(db, event):
    """YOURS TO WRITE: what an event changes here. A type that you do not know is no fault, and counts as handled."""
    data, kind = event["data"], event["type"].rpartition(".v")[0]
    row = (event["id"], event["source"], event["subject"], event["sequence"], event["type"], json.dumps(data))
    db.execute("INSERT INTO heard VALUES (?, ?, ?, ?, ?, ?)", row)
    if kind in STATES:
        keep_review(db, data["review_id"], data["case_number"], STATES[kind], data.get("item_name"))


def keep_review(db, review_id, case_number, state, item=None):
    """Words on it come from two sources, so in any order: a state never goes back."""
    db.execute(
        "INSERT INTO review VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET item = coalesce(item, excluded.item), state = max(state, excluded.state)",
        (review_id, case_number, item, state),
    )


def opinion_on(db, review_id):
    """YOURS TO WRITE: what your officials decided, None while they have not. A refusal needs its reasons (R43)."""
    return {"opinion": "consent", "reasons": "符合消防安全要求", "legal_basis": "《中华人民共和国消防法》"}


def work(ledger):
    """Signs for what is new, and answers what was decided."""
    open_ones = "SELECT review_id, case_number, state FROM review WHERE item IS NOT NULL AND state < ?"
    for review_id, case_number, state in ledger.db.execute(open_ones, (ANSWERED,)).fetchall():
        if state == REQUESTED:
            answer(ledger, "received", review_id, case_number, {"signed_by": SYSTEM, "received_at": now()})
        if (opinion := opinion_on(ledger.db, review_id)) is not None:
            answer(ledger, "decided", review_id, case_number, opinion | {"decided_by": SYSTEM, "decided_at": now()})


def answer(ledger, action, review_id, case_number, data):
    with ledger.transaction():
        ledger.say(action, review_id, case_number, data)
        keep_review(ledger.db, review_id, case_number, STATES[f"approval.review.{action}"])


def now():
    return datetime.now(UTC).isoformat()


# -- how it travels -----------------------------------------------------------------------------------------------------


def hear(ledger, properties, body):
    headers = properties.headers or {}
    try:
        event = read_event({name.removeprefix("cloudEvents_"): headers[name] for name in headers}, json.loads(body))
    except ValueError as wrong:
        print(f"unreadable: {wrong}", flush=True)
        ledger.keep_unreadable(body, headers, str(wrong))
    else:
        ledger.take_in(event)


def catch_up(ledger):
    """One page of the feed. True at its end: whatever the hall had told until now is known here."""
    events, cursor = feed.read_page(DEPARTMENT, ledger.cursor)
    for event in events:
        ledger.take_in(read_event(event, event["data"]))
    ledger.cursor = cursor
    return not events


def publish(channel, ledger):
    """In order, and each confirmed before it is forgotten. What was not confirmed is sent again as it was."""
    for number, word in ledger.words():
        headers = {f"cloudEvents_{name}": value for name, value in word["attributes"].items()}
        properties = pika.BasicProperties(content_type="application/json", delivery_mode=2, headers=headers)
        body = json.dumps(word["data"], ensure_ascii=False).encode()
        channel.basic_publish(EXCHANGE, word["key"], body, properties, mandatory=True)
        ledger.forget(number)


def declare(connection):
    """The operators declare the queues, and we may not. On a broker of our own, to try it, nobody did: then we may."""
    with suppress(ChannelClosedByBroker), connection.channel() as channel:
        channel.queue_declare(QUEUE, passive=True)
        return
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": 20,  # what kills us each time ends in the other queue, and is not lost
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": f"{QUEUE}.parked",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    with connection.channel() as channel:
        channel.queue_declare(f"{QUEUE}.parked", durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_declare(QUEUE, durable=True, arguments=arguments)


class Look:
    """At the feed, at the start and every CHECK_SECONDS. `knows_all`: it was once read to its end."""

    def __init__(self):
        self.knows_all, self._next = not feed.HALL_URL, 0.0

    def if_due(self, ledger):
        if not feed.HALL_URL or time.monotonic() < self._next:
            return
        at_end = True
        try:
            at_end = catch_up(ledger)
            self.knows_all |= at_end
        except OSError as failed:
            print(f"no feed: {failed!r}", flush=True)
        self._next = time.monotonic() + CHECK_SECONDS if at_end else 0.0


def serve(ledger, look):
    """Until the connection ends. Nothing is said before the feed was read to its end: only then are our numbers sure."""
    parameters = pika.URLParameters(os.environ["AMQP_URL"])
    parameters.heartbeat, parameters.blocked_connection_timeout = 10, 30
    with pika.BlockingConnection(parameters) as connection:
        declare(connection)
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_qos(prefetch_count=50)
        for binding in BINDINGS:
            channel.queue_bind(QUEUE, EXCHANGE, binding)
        print(f"{QUEUE} is served", flush=True)
        for method, properties, body in channel.consume(QUEUE, inactivity_timeout=1):
            if method is not None:
                hear(ledger, properties, body)
                channel.basic_ack(method.delivery_tag)
            look.if_due(ledger)
            if look.knows_all:
                work(ledger)
                publish(channel, ledger)


def main():
    ledger, look = Ledger(STORE, DEPARTMENT, TABLES, take_effect), Look()
    ledger.retry()
    while True:
        try:
            serve(ledger, look)
        except (AMQPError, OSError) as lost:
            print(f"again in two seconds: {lost!r}", flush=True)
        time.sleep(2)


if __name__ == "__main__":
    main()
