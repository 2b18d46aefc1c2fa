"""The fee window, the departments' chiefs, the treasury and the supervisor: what they propose, verify, approve and find.

Of each decision some are tried by whoever must not take it; then anything but a refusal is an error.
"""

import random
import sqlite3
from typing import Any, Final

from services.fees.tests.soak.hall import BLOCK, Answer, Hall
from services.fees.tests.soak.payers import Payers, relief_body
from services.fees.tests.soak.windows import DEPARTMENTS, OFFICERS
from yimen.web import Role

TREASURERS: Final = ("treasurer-1", "treasurer-2", "treasurer-3")
REFUSED: Final = (403, 409, 412)
WHOSE: Final = {
    "verification": (Role.FEE_OFFICER, OFFICERS),
    "approval": (Role.TREASURER, TREASURERS),
    "grant": (Role.GOVERNMENT_HEAD, ("head-1",)),
    "review": (Role.CHIEF_REPRESENTATIVE, ("chief-1",)),
}


class Treasury:
    def __init__(self, hall: Hall, dice: random.Random, payers: Payers) -> None:
        self.hall = hall
        self.dice = dice
        self.payers = payers

    async def _post(
        self, path: str, role: Role, person: str, body: Any = None, *, version: int | None = None, new: bool = False
    ) -> Answer | None:
        key = self.payers.key() if new else None
        return await self.hall.act("POST", path, role, person, body, version=version, key=key, departments=DEPARTMENTS)

    def _must_refuse(self, answer: Answer | None, who: str, what: str) -> None:
        if answer is not None and answer.status not in REFUSED:
            self.hall.errors.append(f"{who} joined two duties: {what} was answered {answer.status}")

    # -- money in suspense --------------------------------------------------------------------------------------------------

    def _exception(self, state: str) -> sqlite3.Row | None:
        return self.hall.some(
            self.dice, "SELECT * FROM exceptions WHERE state = ? ORDER BY state, answer_by, id LIMIT 40", state
        )

    async def propose(self) -> int:
        row = self._exception("open")
        if row is None:
            return 0
        body = self._proposal(row)
        await self._post(
            f"/exceptions/{row['id']}/proposal",
            Role.FEE_OFFICER,
            self.dice.choice(OFFICERS),
            {"note": "已与缴款人核对", **body},
            version=row["version"],
        )
        return 1

    def _proposal(self, row: sqlite3.Row) -> dict[str, Any]:
        """What fits, mostly."""
        if self.dice.random() < 0.05:
            return {"resolution": self.dice.choice(("noted", "refund"))}
        if row["amount"] == 0:
            return {"resolution": "noted"}
        if row["amount"] < 0:
            back = self.hall.one(
                "SELECT id FROM exceptions WHERE state = 'open' AND amount = ? AND bank_serial IS NOT NULL LIMIT 1",
                -row["amount"],
            )
            return {"resolution": "offset", "exception_id": back["id"] if back else row["id"]}
        fits = self.hall.one(
            "SELECT number FROM notices WHERE state IN ('issued', 'overdue') AND amount = ? LIMIT 1", row["amount"]
        )
        if fits is not None and self.dice.random() < 0.3:
            return {"resolution": "notice", "notice_number": fits["number"]}
        return {"resolution": "refund"}

    async def bring_back(self) -> int:
        """What went out unordered comes back over the counter."""
        row = self.hall.some(
            self.dice, "SELECT amount FROM exceptions WHERE state = 'open' AND amount < 0 ORDER BY id LIMIT 20"
        )
        if row is None:
            return 0
        self.hall.bank.take("RETURNED", -row["amount"])
        return 1

    async def approve_proposal(self) -> int:
        row = self._exception("proposed")
        if row is None:
            return 0
        own = self.dice.random() < 0.05
        person = row["proposed_by"] if own else self.dice.choice(TREASURERS)
        answer = await self._post(f"/exceptions/{row['id']}/approval", Role.TREASURER, person, version=row["version"])
        if own:
            self._must_refuse(answer, person, "the approval of their own proposal")
        return 1

    async def send_back(self) -> int:
        row = self._exception("proposed")
        if row is None:
            return 0
        person = self.dice.choice(TREASURERS)
        path, body = f"/exceptions/{row['id']}/rejection", {"reason": "依据不足"}
        await self._post(path, Role.TREASURER, person, body, version=row["version"])
        return 1

    # -- refunds ------------------------------------------------------------------------------------------------------------

    async def open_refund(self) -> int:
        """By the fee window or a department; of all, of a list, or of some of its pieces."""
        row = self.payers.notice("receipted", "remitted")
        if row is None:
            return 0
        body: dict[str, Any] = {"cause": self.dice.choice(("request", "own_finding")), "reasons": "标准适用有误"}
        share = self.hall.rows("SELECT list_id FROM shares WHERE notice_number = ? ORDER BY list_id", row["number"])
        what = self.dice.random()
        if share and what < 0.4:
            body["lists"] = [self.dice.choice(share)["list_id"]]
        elif share and what < 0.7:
            body["lines"] = [{"list_id": self.dice.choice(share)["list_id"], "line": 1, "quantity": 1}]
        role, person = self.dice.choice(((Role.FEE_OFFICER, "officer-3"), (Role.WINDOW_CLERK, "clerk-fire")))
        await self._post(f"/notices/{row['number']}/refunds", role, person, body, new=True)
        return 1

    def _refund(self, *states: str) -> sqlite3.Row | None:
        marks = ",".join("?" * len(states))
        query = f"SELECT * FROM refunds WHERE state IN ({marks}) ORDER BY number LIMIT 40"
        return self.hall.some(self.dice, query, *states)

    async def verify_refund(self) -> int:
        return await self._decide_refund("requested", "verification", "requested_by")

    async def approve_refund(self) -> int:
        return await self._decide_refund("verified", "approval", "verified_by")

    async def _decide_refund(self, state: str, how: str, before: str) -> int:
        row = self._refund(state)
        if row is None:
            return 0
        role, people = WHOSE[how]
        own = row[before] is not None and self.dice.random() < 0.05
        person = row[before] if own else self.dice.choice(people)
        answer = await self._post(f"/refunds/{row['number']}/{how}", role, person, version=row["version"])
        if own:
            self._must_refuse(answer, person, f"{how} after {before}")
        return 1

    async def refuse_refund(self) -> int:
        row = self._refund("requested", "verified")
        if row is None:
            return 0
        role, people = WHOSE["verification" if row["state"] == "requested" else "approval"]
        body = {"reasons": "收费符合标准"}
        path = f"/refunds/{row['number']}/refusal"
        await self._post(path, role, self.dice.choice(people), body, version=row["version"])
        return 1

    async def send_again(self) -> int:
        row = self._refund("failed")
        if row is None:
            return 0
        await self._post(
            f"/refunds/{row['number']}/sending", Role.FEE_OFFICER, self.dice.choice(OFFICERS), version=row["version"]
        )
        return 1

    # -- reliefs ------------------------------------------------------------------------------------------------------------

    async def open_relief(self) -> int:
        row = self.payers.notice("issued", "overdue")
        if row is None:
            return 0
        body = relief_body(self.hall, self.dice, row)
        await self._post(f"/notices/{row['number']}/reliefs", Role.FEE_OFFICER, "officer-3", body, new=True)
        return 1

    async def move_relief(self) -> int:
        """Its next step, by whose turn it is; sometimes it is refused."""
        row = self.hall.some(
            self.dice,
            """SELECT * FROM reliefs WHERE state IN ('requested', 'reviewed', 'approved') ORDER BY number LIMIT 40""",
        )
        if row is None:
            return 0
        how = {"requested": "review", "reviewed": "approval", "approved": "grant"}[row["state"]]
        role, people = WHOSE[how]
        body = {"reasons": "不符合条件"} if self.dice.random() < 0.2 else None
        path = f"/reliefs/{row['number']}/{'refusal' if body else how}"
        await self._post(path, role, self.dice.choice(people), body, version=row["version"])
        return 1

    # -- disputes, violations -----------------------------------------------------------------------------------------------

    async def answer_dispute(self) -> int:
        row = self.hall.some(self.dice, "SELECT * FROM disputes WHERE state = 'open' ORDER BY number LIMIT 40")
        if row is None:
            return 0
        body: dict[str, Any] = {"upheld": self.dice.random() < 0.5, "answer": "经核对，答复如下。"}
        if body["upheld"]:
            found = self.hall.rows(
                "SELECT list_id FROM shares WHERE notice_number = ? ORDER BY list_id", row["notice_number"]
            )
            body |= {"lists": [self.dice.choice(found)["list_id"]] if found else [], "relist": self.dice.random() < 0.5}
        person = self.dice.choice(TREASURERS)
        await self._post(f"/disputes/{row['number']}/answer", Role.TREASURER, person, body, version=row["version"])
        return 1

    async def find_violation(self) -> int:
        row = self.payers.notice("receipted", "issued", "remitted", "overdue")
        if row is None:
            return 0
        lists = self.hall.rows("SELECT list_id FROM shares WHERE notice_number = ? ORDER BY list_id", row["number"])
        if not lists:
            return 0
        kind = self.dice.choice(("illegal_fee", "over_standard"))
        body = {"lists": [self.dice.choice(lists)["list_id"]], "kind": kind, "detail": "没有收费依据"}
        await self._post(f"/notices/{row['number']}/violations", Role.SUPERVISOR, "supervisor-1", body, new=True)
        return 1

    # -- tickets ------------------------------------------------------------------------------------------------------------

    async def void_ticket(self) -> int:
        row = self.payers.notice("receipted", "remitted")
        if row is None:
            return 0
        path = f"/notices/{row['number']}/ticket/void"
        officer = self.dice.choice(OFFICERS)
        await self._post(path, Role.FEE_OFFICER, officer, {"reason": "打印错误"}, version=row["version"])
        return 1

    async def give_block(self) -> int:
        """Once the numbers run out, or are about to; what is used up has to be written off first."""
        left = self.hall.value("SELECT COALESCE(SUM(last - next + 1), 0) FROM ticket_blocks")
        if left > BLOCK // 10 and self.dice.random() < 0.95:
            return 0
        await self._write_off()
        first = self.hall.value("SELECT MAX(last) + 1 FROM ticket_blocks")
        body = {"ticket_code": "36070126", "first": first, "last": first + BLOCK - 1}
        await self._post("/ticket-blocks", Role.TREASURER, "treasurer-1", body, new=True)
        return 1

    async def _write_off(self) -> None:
        used = "SELECT id, version FROM ticket_blocks WHERE next > last AND written_off_at IS NULL"
        for row in self.hall.rows(used):
            path = f"/ticket-blocks/{row['id']}/write-off"
            await self._post(path, Role.TREASURER, "treasurer-2", version=row["version"])

    async def write_off_early(self) -> int:
        """A block that still has numbers: refused."""
        row = self.hall.one("SELECT id, version FROM ticket_blocks WHERE next <= last ORDER BY id LIMIT 1")
        if row is None:
            return 0
        path = f"/ticket-blocks/{row['id']}/write-off"
        answer = await self._post(path, Role.TREASURER, "treasurer-2", version=row["version"])
        if answer is not None and answer.status not in REFUSED:
            self.hall.errors.append(f"a block with numbers left was written off: {answer.status}")
        return 1
