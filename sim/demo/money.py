"""Three cases about money: a refund, a dispute that is upheld, a second payment that waits in suspense and goes back; and
the days of the bank, closed with their three sides agreeing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta

from sim.demo.acting import AFTERNOON, MORNING, Cast, Moment, Story
from sim.demo.hall import Hall, Json
from yimen.worktime import SHANGHAI, local_date

HOUSE, OTHER = "BDC-ZZ", "BDC-FZZ"
"""80 yuan for a flat, 550 for what is none."""


def money_stories() -> dict[str, Story]:
    granted, item = ("acceptance", "grant", "service"), "不动产登记"
    return {
        "refunded": Story("缴费后申请退款", item, "li-qiang", "closed", "granted", papers=granted, paid=8_000),
        "disputed": Story(
            "缴款异议成立：按正确标准重开通知书", item, "zhang-xiaomei", "closed", "granted", papers=granted, paid=8_000
        ),
        "paid_twice": Story(
            "重复缴款：列入待查，退回", item, "li-qiang", "closed", "granted", papers=granted, paid=8_000
        ),
    }


class Money(Cast):
    def __init__(self, hall: Hall) -> None:
        super().__init__(hall, money_stories())
        self._refund = ""
        self._dispute = ""

    @property
    def moments(self) -> Mapping[Moment, Callable[[], Awaitable[None]]]:
        return {
            (0, MORNING): self.open,
            (1, AFTERNOON): self.fees_are_asked,
            (3, MORNING): self.mistakes_are_mended,
            (7, AFTERNOON): self.everything_is_served,
        }

    async def open(self) -> None:
        await self.choose_items()
        await asyncio.gather(*(self.hand_in_and_accept(story) for story in self.stories.values()))

    async def hand_in_and_accept(self, story: Story) -> None:
        await self.hand_in(story)
        await self.hall.act(story.clerk, story.case, "acceptance")

    # -- the first afternoon ----------------------------------------------------------------------------------------------

    async def fees_are_asked(self) -> None:
        s = self.stories
        await asyncio.gather(self.pay_and_regret(s["refunded"]), self.charge_too_much(s["disputed"]), self.pay_twice(s))

    async def charge(self, story: Story, code: str) -> Json:
        review = await self.review_of(story, story.department)
        await self.verify(await self.list_fees(story.department, review, code))
        await self.consent(story.department, review)
        return await self.notice(story)

    async def pay_and_regret(self, story: Story) -> None:
        notice = await self.charge(story, HOUSE)
        await self.pay(story, "qr")
        await self.decided(story)
        asked = {"reasons": "符合免征条件，当时未提供证明"}
        await self.hall.create(None, f"/fees/payments/{notice['payment_code']}/refund-request", asked)
        page = await self.hall.get("fee-officer", "/fees/refunds?state=requested")
        self._refund = next(
            f"/fees/refunds/{one['refund_number']}"
            for one in page["refunds"]
            if one["notice_number"] == notice["notice_number"]
        )

    async def charge_too_much(self, story: Story) -> None:
        """The section takes the flat for a shop; the fee window does not see it."""
        notice = await self.charge(story, OTHER)
        reasons = {"reasons": "登记的是住宅，应按每件80元收取"}
        await self.hall.create(None, f"/fees/payments/{notice['payment_code']}/dispute", reasons)
        page = await self.hall.get("treasurer", "/fees/disputes?state=open")
        self._dispute = next(
            f"/fees/disputes/{one['number']}"
            for one in page["items"]
            if one["notice_number"] == notice["notice_number"]
        )

    async def pay_twice(self, stories: Mapping[str, Story]) -> None:
        story = stories["paid_twice"]
        notice = await self.charge(story, HOUSE)
        await self.pay(story, "counter")
        again = {"payment_code": notice["payment_code"], "amount": notice["amount"], "method": "card"}
        await self.hall.create(None, "/bank-control/payments", again)
        await self.decided(story)

    # -- the third morning ------------------------------------------------------------------------------------------------

    async def mistakes_are_mended(self) -> None:
        s = self.stories
        await asyncio.gather(self.give_back(), self.uphold(s["disputed"]), self.resolve(s["paid_twice"]))

    async def give_back(self) -> None:
        """Verified, approved and sent by three who had no hand in it before."""
        await self.hall.act("fee-officer-2", self._refund, "verification")
        await self.hall.refused("fee-officer-2", self._refund, "approval")
        await self.hall.act("treasurer", self._refund, "approval")
        await self.hall.until("treasurer", self._refund, lambda found: found["state"] == "refunded", "the refund")

    async def uphold(self, story: Story) -> None:
        wrong = await self.notice(story)
        page = await self.hall.get("fee-officer", f"/fees/lists?case_number={story.number}&limit=200")
        lists = [one["list_id"] for one in page["lists"] if one["case_number"] == story.number]
        answer = {"upheld": True, "answer": "属住宅登记，原清单适用标准有误。", "lists": lists}
        await self.hall.act("treasurer", self._dispute, "answer", answer)
        review = await self.desk(story, story.department)
        await self.hall.until(f"officer-{story.department}", review, _sent_back, "the list that came back")
        await self.verify(await self.list_fees(story.department, review, HOUSE))
        right = await self.notice(story, after=wrong["notice_number"])
        await self.hall.pay(right["payment_code"], "qr")
        await self.decided(story)

    async def resolve(self, story: Story) -> None:
        """One proposes, another approves; the bank gives the money back."""
        notice = await self.notice(story)
        page = await self.hall.get("fee-officer", "/fees/exceptions?state=open")
        mine = [one for one in page["exceptions"] if one["notice_number"] == notice["notice_number"]]
        path = f"/fees/exceptions/{mine[0]['exception_id']}"
        proposal = {"resolution": "refund", "note": "同一通知书重复缴款，退回缴款人。"}
        await self.hall.act("fee-officer", path, "proposal", proposal)
        await self.hall.refused("fee-officer", path, "approval")
        await self.hall.act("treasurer", path, "approval")
        await self.hall.until("treasurer", path, lambda found: found["state"] == "resolved", "the resolution")

    async def notice(self, story: Story, after: str = "") -> Json:
        """The newest notice of the case; a newer one than that."""
        path = f"/fees/cases/{story.number}/notices"
        page = await self.hall.until(
            "fee-officer",
            path,
            lambda found: found["notices"] and found["notices"][-1]["notice_number"] != after,
            "a payment notice",
        )
        newest: Json = page["notices"][-1]
        return newest

    async def everything_is_served(self) -> None:
        await asyncio.gather(*(self.serve(story) for story in self.stories.values()))


async def closed_days(hall: Hall) -> list[Json]:
    """The next morning the bank's files are in: every day but the one that has begun, closed and remitted."""
    today = local_date(await hall.now())
    morning = datetime.combine(today + timedelta(days=1), time(9), SHANGHAI)
    await hall.move_clock(morning)
    path = "/fees/days"
    page = await hall.until("treasurer", path, lambda found: _all_closed(found["days"], today), "the days to close")
    shown = [await hall.get("treasurer", f"/fees/days/{day['day']}") for day in page["days"]]
    settled = [await hall.until("treasurer", f"/fees/days/{day['day']}", _remitted, "the remittance") for day in shown]
    await hall.until(
        "treasurer",
        "/fees/invariants",
        lambda found: _tallied(found, len(settled)),
        "the supervisor's tally of the closed days",
    )
    page = await hall.get("treasurer", "/fees/exceptions?limit=200")
    for day in settled:
        waited = [one["amount"] for one in page["exceptions"] if one["amount"] > 0 and _opened_on(one) == day["day"]]
        day["suspense_count"], day["suspense_sum"] = len(waited), sum(waited)
    return settled[::-1]


def agrees(day: Json) -> bool:
    """Bank file = confirmed payments = tickets and what waited in suspense, and the file's balance is the books'."""
    sides = {(day["file_count"], day["file_sum"]), (day["paid_count"], day["paid_sum"])}
    sides.add((day["ticket_count"] + day["suspense_count"], day["ticket_sum"] + day["suspense_sum"]))
    return len(sides) == 1 and day["closing"] == day["balance"] and not day["carried"]


def _opened_on(exception: Json) -> str:
    return f"{local_date(datetime.fromisoformat(exception['opened_at']))}"


def _all_closed(days: list[Json], last: date) -> bool:
    return bool(days) and days[0]["day"] >= f"{last}" and all(day["state"] == "closed" for day in days)


def _remitted(day: Json) -> bool:
    return day["remittance"] is None or day["remittance"]["state"] == "remitted"


def _tallied(found: Json, days: int) -> bool:
    figures = [one["figures"] for one in found["invariants"] if one["id"] == "I10"]
    return bool(figures[0]["days_tallied"] >= days and figures[0]["tallies_wrong"] == 0)


def _sent_back(review: Json) -> bool:
    return bool(review["fee_lists"]) and review["fee_lists"][-1]["standing"] == "rejected"
