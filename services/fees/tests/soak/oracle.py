"""What the bank's journal says was wrong, beside what reconciliation found: each difference, and its class (R57).

`right`: found, and of the class that it must lead to. `before`: we knew the truth before any file came, by asking or by a
late word, so that none was there to be found. `hidden`: two wrongs that cancel each other out. `missed`: none of these.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from services.fees.tests.soak import checks
from services.fees.tests.soak.hall import Hall

RIGHT: Final = "right"
BEFORE: Final = "before"
HIDDEN: Final = "hidden"
MISSED: Final = "missed"

Fault = dict[str, Any]


@dataclass
class Verdicts:
    """Counts by fault and verdict; and those that were missed, in words."""

    counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    missed: list[str] = field(default_factory=list)


def judge(hall: Hall) -> Verdicts:
    found = Verdicts()
    oracle = _Oracle(hall)
    for fault in checks.faults(hall):
        verdict = oracle.verdict(fault) if fault["difference"] else None
        if verdict is None:
            continue
        name = f"{fault['fault']} → {fault['difference']}"
        found.counts[name][verdict] += 1
        if verdict == MISSED:
            found.missed.append(f"not found: {fault}")
    return found


class _Oracle:
    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._ours = checks.our_money(hall)
        self._theirs = checks.banks_money(hall)
        rows = hall.rows("SELECT day, kind, bank_serial FROM differences")
        self._by_day = {(row["day"], row["kind"], row["bank_serial"]) for row in rows}
        self._of = defaultdict[str, set[str]](set)
        for row in rows:
            self._of[row["bank_serial"]].add(row["kind"])
        self._read = {(row["day"], row["sha256"]) for row in hall.rows("SELECT day, sha256 FROM statements")}
        self._files = {row[0] for row in hall.rows("SELECT key_serial || '/' || nonce FROM statements")}
        self._unsaid = {one["subject"] for one in checks.faults(hall) if one["fault"] == "never_told"}

    def verdict(self, fault: Fault) -> str | None:
        """None: no difference was there, since nobody read that file, or no money of ours was meant."""
        if "day" in fault:
            return self._of_file(fault)
        judged: str | None = getattr(self, f"_{fault['fault']}")(fault)
        return judged

    # -- files --------------------------------------------------------------------------------------------------------------

    def _of_file(self, fault: Fault) -> str | None:
        if not self._was_read(fault):
            return None
        if fault["fault"] == "empty_file":
            return self._emptied(fault)
        serial = fault["done"][0]["serial"] if isinstance(fault["done"], list) else ""
        if (fault["day"], fault["difference"], serial) in self._by_day:
            return RIGHT
        return HIDDEN if fault["fault"] == "wrong_opening" and self._agrees_with_yesterday(fault) else MISSED

    def _was_read(self, fault: Fault) -> bool:
        file = self._hall.bank.books.one(
            "SELECT csv, xml FROM files WHERE day = ? AND version = ?", fault["day"], fault["version"]
        )
        assert file is not None
        digests = (hashlib.sha256(bytes(file[form])).hexdigest() for form in ("csv", "xml"))
        return any((fault["day"], digest) in self._read for digest in digests)

    def _emptied(self, fault: Fault) -> str:
        """Every line of it that we knew when the file came."""
        missing = [line["serial"] for line in fault["done"] if self._knew(line["serial"], fault["day"])]
        found = [(fault["day"], "ours_only", serial) in self._by_day for serial in missing]
        return RIGHT if all(found) else MISSED

    def _knew(self, serial: str, day: str) -> bool:
        return bool(
            self._hall.value(
                """SELECT EXISTS (SELECT 1 FROM (SELECT serial, received_at FROM bank_payments WHERE amount > 0
                UNION ALL SELECT serial, received_at FROM bank_payouts) p WHERE p.serial = ?
                AND p.received_at < (SELECT MIN(received_at) FROM statements WHERE day = ? AND state = 'accepted'))""",
                serial,
                day,
            )
        )

    def _agrees_with_yesterday(self, fault: Fault) -> bool:
        """Its wrong opening is what the file before it, wrong too, has as closing."""
        return bool(
            self._hall.value(
                """SELECT EXISTS (SELECT 1 FROM statements s JOIN statements y ON y.day = date(s.day, '-1 day')
                WHERE s.day = ? AND s.opening = y.closing)""",
                fault["day"],
            )
        )

    # -- messages -----------------------------------------------------------------------------------------------------------

    def _never_told(self, fault: Fault) -> str | None:
        serial = fault["subject"]
        if serial not in self._theirs or serial not in self._ours:
            return None
        if self._of[serial] & {"bank_only", "status"}:
            return RIGHT
        return MISSED if self._proof(serial) in self._files else BEFORE

    def _proof(self, serial: str) -> str:
        return str(
            self._hall.value(
                """SELECT key_serial || '/' || nonce FROM (SELECT serial, key_serial, nonce FROM bank_payments
                UNION ALL SELECT serial, key_serial, nonce FROM bank_payouts) WHERE serial = ?""",
                serial,
            )
        )

    def _misstated(self, fault: Fault) -> str | None:
        """Of what the bank never booked, the word alone is in our books."""
        serial = fault["subject"]
        if serial not in self._ours:
            return None
        if self._ours[serial][2] != fault["told"]:
            return BEFORE
        wanted = "amount" if serial in self._theirs else "ours_only"
        return RIGHT if wanted in self._of[serial] else MISSED

    def _fails_after_success(self, fault: Fault) -> str | None:
        """The contradiction is somebody's to clear up; or the failure was believed until the first word, or the file, came."""
        if fault["subject"] in self._unsaid:
            return None
        contradicted = self._hall.value(
            "SELECT EXISTS (SELECT 1 FROM exceptions WHERE reason = 'status_contradiction' AND payout_serial = ?)",
            fault["serial"],
        )
        if contradicted or "status" in self._of[fault["serial"]]:
            return RIGHT
        number = fault["subject"].partition("-")[0]
        believed = self._hall.one(
            "SELECT 1 FROM refunds WHERE number = ? AND (failed_at IS NOT NULL OR attempt > 1)", number
        )
        ordered = self._hall.one(
            "SELECT 1 FROM refunds WHERE number = ? AND payout_serial = ?", number, fault["serial"]
        )
        return BEFORE if believed or not ordered else MISSED
