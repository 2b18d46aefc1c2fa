"""One person's business at the hall, step after step, each when it is due by the hall's clock.

A step that the hall refuses ends the errand: somebody at a screen was quicker, and the case is theirs now.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sim.county.folk import Wish, wish
from sim.demo.acting import Cast, Story
from sim.demo.hall import Hall, Json, Unexpected
from yimen.worktime import Calendar, local_date

CLERK = "clerk-all"
HOUSE, SHOP = "BDC-ZZ", "BDC-FZZ"
GRANT = {"outcome": "granted", "reasons": "材料齐全，符合法定形式", "legal_basis": "行政许可法第三十四条"}

Step = tuple[int, Callable[[Story], Awaitable[None]]]
"""So many working days after the step before, and what is done."""


@dataclass
class Errand:
    story: Story
    steps: deque[Step]
    due: datetime


class Town(Cast):
    """Begins errands and does whatever step of them is due."""

    def __init__(self, hall: Hall, dice: random.Random) -> None:
        super().__init__(hall, {})
        self.dice = dice
        self.errands: list[Errand] = []
        self._calendar = Calendar.seeded()
        self._applicants: dict[int, Json] = {}
        self._catalogue: dict[str, Story] = {}

    def applicant(self, story: Story) -> Json:
        return self._applicants.get(id(story)) or super().applicant(story)

    async def begin(self, wanted: Wish | None = None) -> None:
        """Somebody walks in, and the clerk of the comprehensive window enters the file."""
        wanted = wanted or wish(self.dice)
        story = await self._story(wanted)
        self._applicants[id(story)] = wanted.applicant
        now = await self.hall.now()
        steps = deque(self.course(wanted.course))
        self.errands.append(Errand(story, steps, self._after(now, steps[0][0])))

    async def _story(self, wanted: Wish) -> Story:
        """Item, department and materials are looked up once."""
        if wanted.item not in self._catalogue:
            found = Story("", wanted.item, CLERK, "")
            self.stories = {wanted.item: found}
            await self.choose_items()
            self._catalogue[wanted.item] = found
        known = self._catalogue[wanted.item]
        return Story("", known.item, CLERK, "", department=known.department, code=known.code, materials=known.materials)

    def _after(self, now: datetime, days: int) -> datetime:
        if not days:
            return now
        day = self._calendar.add(local_date(now), days).date
        return now + timedelta(days=(day - local_date(now)).days)

    async def work(self) -> None:
        """Whatever is due, side by side."""
        now = await self.hall.now()
        ready = [errand for errand in self.errands if errand.due <= now]
        await asyncio.gather(*(self._go_on(errand, now) for errand in ready))
        self.errands = [errand for errand in self.errands if errand.steps]

    async def _go_on(self, errand: Errand, now: datetime) -> None:
        while errand.steps and errand.due <= now:
            _days, step = errand.steps.popleft()
            try:
                await step(errand.story)
            except Unexpected:
                errand.steps.clear()
            if errand.steps:
                errand.due = self._after(now, errand.steps[0][0])
            else:
                self._applicants.pop(id(errand.story), None)

    # -- the ways that a matter can take ------------------------------------------------------------------------------

    def course(self, name: str) -> Sequence[Step]:
        days = self.dice.randint
        ways: dict[str, Sequence[Step]] = {
            "instant": ((0, self.come), (0, self.accept), (0, self.decide), (0, self.take), (days(0, 1), self.rate)),
            "committed": (
                (0, self.come), (0, self.accept), (days(0, 1), self.sign), (days(0, 2), self.agree),
                (days(0, 1), self.take), (days(0, 2), self.rate),
            ),
            "charged": (
                (0, self.come), (0, self.accept), (1, self.charge), (days(0, 1), self.pay_up),
                (days(0, 1), self.take), (1, self.rate),
            ),
            "joint": ((0, self.come), (0, self.accept), (days(1, 2), self.agree_together), (1, self.take)),
            "returned": ((0, self.come), (days(0, 1), self.send_back)),
            "corrected": (
                (0, self.come), (0, self.ask_once), (days(1, 3), self.bring), (0, self.sign), (1, self.agree),
                (1, self.take), (1, self.rate),
            ),
        }  # fmt: skip
        return ways[name]

    async def come(self, story: Story) -> None:
        await self.hand_in(story, channel="window")

    async def accept(self, story: Story) -> None:
        await self.hall.act(story.clerk, story.case, "acceptance")

    async def decide(self, story: Story) -> None:
        await self.hall.act(story.clerk, story.case, "decision", GRANT)

    async def send_back(self, story: Story) -> None:
        reasons = {"reasons": "申请地点不在可以办理的范围内", "policy_basis": "县政务服务事项目录"}
        await self.hall.act(story.clerk, story.case, "return", reasons)

    async def ask_once(self, story: Story) -> None:
        piece = {"code": story.materials[0]["code"], "reason": "申请书缺少签名"}
        await self.hall.act(story.clerk, story.case, "correction", {"requested": [piece]})

    async def bring(self, story: Story) -> None:
        """A supplement goes back to the window it came from, and is handled at once."""
        await self.hall.act(story.clerk, story.case, "supplement", {"materials": [story.materials[0]]})
        seen = await self.hall.get(story.clerk, story.case)
        if not seen["accepted_on"]:
            await self.accept(story)

    async def sign(self, story: Story) -> None:
        await self.review_of(story, story.department)

    async def agree(self, story: Story) -> None:
        await self.consent(story.department, await self.desk(story, story.department))
        await self.decided(story)

    async def agree_together(self, story: Story) -> None:
        for department in ("planning", "environment", "fire"):
            await self.consent(department, await self.review_of(story, department))
        await self.decided(story)

    async def charge(self, story: Story) -> None:
        review = await self.review_of(story, story.department)
        await self.verify(await self.list_fees(story.department, review, self.dice.choice((HOUSE, HOUSE, SHOP))))
        await self.consent(story.department, review)

    async def pay_up(self, story: Story) -> None:
        await self.pay(story, self.dice.choice(("qr", "counter")))
        await self.decided(story)

    async def take(self, story: Story) -> None:
        """Whoever applied fetches it; for a firm, whom it sent."""
        who = self.applicant(story)
        receipt: Json = {"way": "pick_up", "receiver": who["name"]}
        if who["type"] == "organisation":
            receipt |= {"receiver": "经办人", "relation": "单位经办人", "proxy_reason": "受单位委托领取"}
        await self.hall.act(story.clerk, story.case, "service", receipt)

    async def rate(self, story: Story) -> None:
        if self.dice.random() < 0.4:
            return  # most say nothing, and silence is not counted as praise
        stars = self.dice.choices((5, 4, 3), (7, 2, 1), k=1)[0]
        path = f"/monitor/ratings/{story.number}/closing"
        await self.hall.put(path, {"stars": stars}, **{"Query-Password": story.password})
