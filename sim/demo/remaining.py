"""Three cases that leave the papers which the others do not: a refusal, a return that is looked at again and stands, a gap
that is not closed in time (with a visit on the spot); and a supervision order."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from sim.demo.acting import AFTERNOON, FOOD_GAP, MORNING, Cast, Moment, Story
from sim.demo.hall import Hall
from sim.people import PEOPLE


def remaining_stories() -> dict[str, Story]:
    return {
        "refused": Story("不予受理：属于其他机关职权", "健身设施", "li-qiang", "refused", papers=("refusal",)),
        "looked_at_again": Story(
            "退件复核：维持", "林木采伐", "li-qiang", "returned", papers=("return", "re_examination")
        ),
        "lapsed": Story(
            "容缺材料逾期未补：期限中止后补齐", "食品经营许可", "zhang-xiaomei", "closed", "granted",
            papers=("acceptance", "deferral", "deferral_lapsed", "grant", "service"),
        ),
    }  # fmt: skip


class Remaining(Cast):
    def __init__(self, hall: Hall) -> None:
        super().__init__(hall, remaining_stories())

    @property
    def moments(self) -> Mapping[Moment, Callable[[], Awaitable[None]]]:
        return {
            (0, MORNING): self.open,
            (1, AFTERNOON): self.look_again,
            (6, MORNING): self.bring_too_late,
            (7, AFTERNOON): self.end,
        }

    async def open(self) -> None:
        await self.choose_items()
        s = self.stories
        await asyncio.gather(self.refuse(s["refused"]), self.send_back(s["looked_at_again"]), self.accept(s["lapsed"]))

    async def refuse(self, story: Story) -> None:
        await self.hand_in(story)
        ground = {"ground": "another_organ", "reasons": "该设施由市级管理", "competent_organ": "市体育局"}
        await self.hall.act(story.clerk, story.case, "refusal", ground)

    async def send_back(self, story: Story) -> None:
        await self.hand_in(story)
        reasons = {"reasons": "采伐地点在生态公益林范围内", "policy_basis": "森林法第五十五条"}
        await self.hall.act(story.clerk, story.case, "return", reasons)

    async def accept(self, story: Story) -> None:
        story.materials = [one for one in story.materials if one["code"] != FOOD_GAP]
        await self.hand_in(story, as_is=True)
        gap = {"defer": [{"code": FOOD_GAP, "reason": "制度正在修订"}], "until_days": 3, "commitment": True}
        await self.hall.act(story.clerk, story.case, "acceptance", gap)

    async def look_again(self) -> None:
        s = self.stories
        await asyncio.gather(self.re_examine(s["looked_at_again"]), self.visit(s["lapsed"]))
        demand = {
            "department": s["lapsed"].department,
            "demand": "请说明公示栏未更新的原因，并反馈整改结果。",
            "days": 3,
        }
        await self.hall.create("supervisor", "/monitor/orders", demand)

    async def re_examine(self, story: Story) -> None:
        """Asked for with the number of the notice; the centre finds that the return stands (R17)."""
        papers = (await self.hall.get(story.citizen, story.case))["documents"]
        number = next(paper["number"] for paper in papers if paper["kind"] == "return")
        asked = {"notice_number": number, "reasons": "采伐地点在公益林边界之外"}
        await self.hall.act(story.citizen, story.case, "re-examination", asked)
        finding = {"upheld": True, "reasons": "经实地复测，采伐地点在生态公益林范围内。"}
        await self.hall.act("centre-admin", story.case, "re-examination/finding", finding)

    async def visit(self, story: Story) -> None:
        """Two officials, and whoever was visited signs (R34)."""
        review = await self.review_of(story, story.department)
        officer, chief = f"officer-{story.department}", f"chief-{story.department}"
        visited = {
            "officials": [{"id": one, "name": PEOPLE[one].name} for one in (officer, chief)],
            "place": "北门街18号",
            "findings": "经营场所与申请书所附平面图一致，设施齐备。",
            "started_at": (await self.hall.now() - timedelta(hours=1)).isoformat(),
            "checked_party": PEOPLE[story.citizen].name,
        }
        await self.hall.act(officer, review, "site-visit", visited)

    async def bring_too_late(self) -> None:
        """The clock has stood since the day after the grace ended (R16)."""
        story = self.stories["lapsed"]
        await self.hall.until(story.clerk, story.case, lambda case: _has(case, "deferral_lapsed"), "the lapse")
        rest = {"materials": [{"code": FOOD_GAP, "copies": 1}]}
        await self.hall.act(story.citizen, story.case, "deferred-materials", rest)
        await self.consent(story.department, await self.desk(story, story.department))
        await self.decided(story)

    async def end(self) -> None:
        await self.serve(self.stories["lapsed"])


def _has(case: dict[str, object], kind: str) -> bool:
    papers = case["documents"]
    assert isinstance(papers, list)
    return any(paper["kind"] == kind for paper in papers)
