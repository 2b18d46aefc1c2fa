"""What a department's own system keeps in SQLite: how far it has come in each subject, and what it has to say.

Guarantees: an event has its effect once, in the order of its subject, in the transaction that moves the position. A word
and its number commit together, and the number is never given twice. All of it outlasts `kill -9` and a power cut.
"""

import json
import sqlite3
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime

TABLES = """
CREATE TABLE IF NOT EXISTS position (source, subject, sequence, PRIMARY KEY (source, subject));  -- the last one handled
CREATE TABLE IF NOT EXISTS waiting (source, subject, sequence, event, fault, PRIMARY KEY (source, subject, sequence));
CREATE TABLE IF NOT EXISTS unreadable (body, headers, reason);
CREATE TABLE IF NOT EXISTS feed (one PRIMARY KEY, cursor);
CREATE TABLE IF NOT EXISTS said (subject PRIMARY KEY, sequence);                                 -- our own last number
CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT, word);
"""


def read_event(attributes, data):
    """The event. Raises ValueError for what nobody can read."""
    try:
        event = {name: str(attributes[name]) for name in ("id", "type", "source", "subject")}
        event |= {"sequence": int(attributes["sequence"]), "data": data}
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"missing or wrong: {wrong}") from wrong
    if event["sequence"] < 1 or not isinstance(data, dict):
        raise ValueError("no count from 1, or no object as data")
    return event


class Ledger:
    """`take_effect(db, event)` is called for each event, inside its transaction; `tables`: what it needs for that."""

    def __init__(self, path, department, tables, take_effect):
        self.department, self.source = department, f"/approval/{department}"
        self._take_effect = take_effect
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.executescript(TABLES + tables)

    @contextmanager
    def transaction(self):
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def one(self, query, parameters=(), default=0):
        row = self.db.execute(query, parameters).fetchone()
        return row[0] if row else default

    # -- what is heard ----------------------------------------------------------------------------------------------

    def take_in(self, event):
        """Committed when this returns; only then may the message be acknowledged.

        What cannot be handled yet (a lower number is missing), or at all (a defect of ours), is put aside: only its own
        subject waits for it.
        """
        try:
            with self.transaction():
                self._put_aside(event, None)
                self._handle_what_is_next(event["source"], event["subject"])
        except Exception as defect:
            print(f"cannot handle {event['type']} {event['subject']} {event['sequence']}: {defect!r}", flush=True)
            with self.transaction():
                self._put_aside(event, repr(defect))

    def _put_aside(self, event, fault):
        if event["sequence"] > self._position(event["source"], event["subject"]):  # else it was handled before
            row = (event["source"], event["subject"], event["sequence"], json.dumps(event), fault)
            self.db.execute("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?)", row)

    def _position(self, *subject):
        return self.one("SELECT sequence FROM position WHERE source = ? AND subject = ?", subject)

    def _handle_what_is_next(self, source, subject):
        find = "SELECT event FROM waiting WHERE source = ? AND subject = ? AND sequence = ?"
        place = (source, subject, self._position(source, subject) + 1)
        while found := self.one(find, place):
            event = json.loads(found)
            self._take_effect(self.db, event)
            if (
                source == self.source
            ):  # our own word, come back: after a restore or a take-over it is ahead of our count
                self._count_up_to(subject, event["sequence"])
            self.db.execute("INSERT OR REPLACE INTO position VALUES (?, ?, ?)", place)
            self.db.execute("DELETE FROM waiting WHERE source = ? AND subject = ? AND sequence = ?", place)
            place = (source, subject, place[2] + 1)

    def retry(self):
        """At each start: a newer version of the program may handle what the older one could not."""
        waiting = self.db.execute("SELECT event FROM waiting ORDER BY source, subject, sequence").fetchall()
        for (event,) in waiting:
            self.take_in(json.loads(event))

    def keep_unreadable(self, body, headers, reason):
        row = (body, json.dumps(headers, default=str), reason)
        self.db.execute("INSERT INTO unreadable VALUES (?, ?, ?)", row)

    @property
    def cursor(self):
        """Where the feed goes on."""
        return self.one("SELECT cursor FROM feed")

    @cursor.setter
    def cursor(self, place):
        self.db.execute("INSERT OR REPLACE INTO feed VALUES (1, ?)", (place,))

    # -- what is said -----------------------------------------------------------------------------------------------

    def say(self, action, review_id, case_number, data):
        """Inside the transaction of what the word tells. `words` has it afterwards, to be published."""
        subject = f"review/{review_id}"
        sequence = self.one("SELECT sequence FROM said WHERE subject = ?", (subject,)) + 1
        attributes = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "type": f"approval.review.{action}.v1",
            "source": self.source,
            "subject": subject,
            "sequence": str(sequence),
            "scope": self.department,
            "time": datetime.now(UTC).isoformat(),
            "correlationid": case_number,
        }
        data = {"review_id": review_id, "department": self.department, "case_number": case_number} | data
        word = {"key": f"approval.review.{action}.{self.department}", "attributes": attributes, "data": data}
        self.db.execute("INSERT INTO outbox (word) VALUES (?)", (json.dumps(word, ensure_ascii=False),))
        self._count_up_to(subject, sequence)

    def _count_up_to(self, subject, sequence):
        keep = "INSERT INTO said VALUES (?, ?) ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)"
        self.db.execute(keep, (subject, sequence))

    def words(self):
        found = self.db.execute("SELECT number, word FROM outbox ORDER BY number").fetchall()
        return [(number, json.loads(word)) for number, word in found]

    def forget(self, number):
        """Only once the broker has confirmed it."""
        self.db.execute("DELETE FROM outbox WHERE number = ?", (number,))
