"""Departments, intake and the fee window: lists come in whatever order, are replaced, verified, sent back; cases end."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from services.fees.tests import samples
from services.fees.tests.samples import DRAWING, SITE
from services.fees.tests.soak.hall import Hall
from yimen.bus.carrier import Message
from yimen.contracts import Event
from yimen.contracts.intake import CaseReviewed
from yimen.contracts.parts import Outcome, Staff
from yimen.web import Role

FREE: Final = "ITEM-FREE"
"""An item without fee rows: any list of it is refused (R13)."""
DEPARTMENTS: Final = ("fire", "housing")
OFFICERS: Final = ("officer-1", "officer-2", "officer-3")
BY_LAW: Final = "《行政强制法》第四十五条"


@dataclass
class Case:
    number: str
    item: str
    version: int
    lists: list[str] = field(default_factory=list)
    round: int = 1
    ended: bool = False


class Windows:
    """What is said on the bus waits in `mail` until somebody brings it; what died on the way is brought again."""

    def __init__(self, hall: Hall, dice: random.Random) -> None:
        self.hall = hall
        self.dice = dice
        self.mail: list[Message] = []
        self.brought: list[Message] = []
        self.cases: list[Case] = []
        self.version = 1
        self._lists = 0
        self._say(samples.item(late_fee_basis=BY_LAW), "/intake")
        self._say(samples.item(code=FREE, prices={}), "/intake")

    def _say(self, event: Event, source: str) -> None:
        self.mail.append(self.hall.message(event, source))

    # -- cases --------------------------------------------------------------------------------------------------------------

    async def open_case(self) -> int:
        """Everything that a notice needs to know of it, to be brought in any order."""
        item = FREE if self.dice.random() < 0.03 else samples.ITEM
        case = Case(f"{samples.CASE}-{len(self.cases)}", item, self.version if item != FREE else 1)
        self.cases.append(case)
        self._say(samples.submitted(case.number, case.version, item), "/intake")
        count = self.dice.choices((1, 2, 0), (75, 20, 5))[0]
        for department in self.dice.sample(DEPARTMENTS, count):
            self._list(case, department)
        self._review(case)
        return 1

    def _review(self, case: Case) -> None:
        denied = self.dice.random() < 0.03
        outcome = Outcome.DENIED if denied else Outcome.GRANTED
        case.ended |= denied
        named = tuple(case.lists) or ()
        reviewed = CaseReviewed(
            case_number=case.number, outcome=outcome, fee_lists=named, reviewed_at=self.hall.clock.now()
        )
        self._say(reviewed, "/intake")

    def _list(self, case: Case, department: str, replaces: str | None = None) -> str:
        self._lists += 1
        list_id = f"L{self._lists}"
        lines = [(DRAWING, self.dice.choice((1, 1, 2, 3)))]
        if self.dice.random() < 0.4:
            lines.append((SITE, self.dice.randint(1, 9)))
        if self.dice.random() < 0.02:
            lines.append(("FEE-OF-NOBODY", 1))
        person = self.dice.choice((f"clerk-{department}", f"clerk-{department}", "officer-2"))
        event = samples.listed(
            list_id,
            *lines,
            case_number=case.number,
            department=department,
            replaces=replaces,
            by=Staff(id=person, name=person),
            round=case.round,
            at=self.hall.clock.now(),
        )
        self._say(event, f"/approval/{department}")
        if replaces is None:
            case.lists.append(list_id)
        return list_id

    def _recent(self) -> Case | None:
        return self.dice.choice(self.cases[-80:]) if self.cases else None

    async def replace(self) -> int:
        """Of a list that was sent back, or of one that nobody has decided."""
        row = self.hall.some(
            self.dice,
            """SELECT list_id, case_number, department FROM lists l WHERE state IN ('open', 'rejected', 'waiting')
            AND (rejection IS NULL OR rejection IN ('officer', 'misfit'))
            AND NOT EXISTS (SELECT 1 FROM lists r WHERE r.case_number = l.case_number AND r.replaces = l.list_id)
            ORDER BY listed_at DESC, list_id LIMIT 20""",
        )
        case = self._case(row["case_number"]) if row else None
        if row is None or case is None or case.ended:
            return 0
        self._list(case, row["department"], replaces=row["list_id"])
        return 1

    async def list_late(self) -> int:
        """Beside what the case was reviewed with; perhaps its notice is out."""
        case = self._recent()
        if case is None or case.ended:
            return 0
        listed, lists = case.lists, list(case.lists)
        self._list(case, self.dice.choice(DEPARTMENTS))
        case.lists = lists if listed else case.lists
        return 1

    def _case(self, number: str) -> Case | None:
        return self.cases[int(number.rpartition("-")[2])]

    async def end_case(self) -> int:
        case = self._recent()
        if case is None or case.ended:
            return 0
        case.ended = True
        ended = self.dice.choice((samples.withdrawn, samples.returned))(case.number)
        self._say(ended, "/intake")
        return 1

    async def reopen_case(self) -> int:
        """The return was not upheld (R17): listed and reviewed anew."""
        ended = [case for case in self.cases[-80:] if case.ended and case.round < 3]
        if not ended:
            return 0
        case = self.dice.choice(ended)
        case.ended, case.round, case.lists = False, case.round + 1, []
        self._say(samples.reopened(case.number, self.hall.clock.now()), "/intake")
        self._list(case, self.dice.choice(DEPARTMENTS))
        self._review(case)
        return 1

    async def publish_standard(self) -> int:
        """A new version, at other prices; cases in progress keep theirs."""
        self.version += 1
        prices = {DRAWING: self.dice.choice((7900, 8000, 8100)), SITE: self.dice.choice((28, 29, 31))}
        self._say(samples.item(self.version, prices, late_fee_basis=BY_LAW), "/intake")
        return 1

    # -- what the bus brings ------------------------------------------------------------------------------------------------

    async def hear(self) -> int:
        """Some of what waits, in no order; sometimes with what came before. How many messages."""
        if not self.mail:
            return 0
        count = min(len(self.mail), self.dice.choice((1, 3, 5, 8)))
        start = self.dice.randrange(min(len(self.mail), 8))
        batch = self.mail[start : start + count] or self.mail[:count]
        if self.dice.random() < 0.2:
            self.dice.shuffle(batch)
        again = [self.dice.choice(self.brought)] if self.brought and self.dice.random() < 0.1 else []
        await self.hall.service.inbox.process(again + batch)
        taken = {id(message) for message in batch}
        self.mail = [message for message in self.mail if id(message) not in taken]
        self.brought = (self.brought + batch)[-200:]
        return len(again) + len(batch)

    async def hear_all(self) -> None:
        while self.mail:
            await self.hear()
        while await self.hall.service.inbox.retry_due():
            continue

    # -- the fee window -----------------------------------------------------------------------------------------------------

    async def verify(self) -> int:
        return await self._decide("verification", None)

    async def reject(self) -> int:
        body = {"reason": "数量与现场不符"}
        if self.dice.random() < 0.1:
            body["violation"] = "over_standard"
        return await self._decide("rejection", body)

    async def _decide(self, how: str, body: object) -> int:
        row = self._open_list()
        if row is None:
            return 0
        person = self.dice.choice([one for one in OFFICERS if one != row["opened_by"]])
        stale = self.dice.random() < 0.03
        version = row["version"] - stale
        answer = await self.hall.act(
            "POST", f"/lists/{row['list_id']}/{how}", Role.FEE_OFFICER, person, body, version=version
        )
        if answer is not None and stale and answer.status != 412:
            self.hall.errors.append(f"a stale {how} was answered {answer.status}")
        return 1

    async def verify_own(self) -> int:
        """Who opened it has become an officer: 票款分离."""
        row = self._open_list()
        if row is None:
            return 0
        answer = await self.hall.act(
            "POST",
            f"/lists/{row['list_id']}/verification",
            Role.FEE_OFFICER,
            row["opened_by"],
            version=row["version"],
        )
        if answer is not None and answer.status not in (403, 409, 412):
            self.hall.errors.append(f"{row['opened_by']} verified their own list: {answer.status}")
        return 1

    def _open_list(self) -> object:
        query = (
            "SELECT list_id, version, opened_by FROM lists WHERE state = 'open' ORDER BY listed_at, list_id LIMIT 20"
        )
        return self.hall.some(self.dice, query)


Act = Callable[[], Awaitable[int]]
