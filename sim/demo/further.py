"""Seven cases on the ways that the law and the centre know beside the plain one: fast track, gap, hearing, extension,
deemed consent, a village agent, a forwarded case that the superior denies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from sim.demo.acting import AFTERNOON, FOOD_GAP, MORNING, Cast, Moment, Story
from sim.demo.hall import Hall, Json
from sim.people import PEOPLE
from yimen.worktime import SHANGHAI, Calendar, local_date

MANDATE = "委托书〔2026〕1号"


def further_stories() -> dict[str, Story]:
    granted = ("acceptance", "grant", "service")
    joint = "建设工程规划许可证"
    return {
        "fast_track": Story(
            "重大项目快速审批：联合会审", joint, "agent-chengyuan", "closed", "granted",
            papers=(*granted, "joint_notice", "minutes"),
        ),
        "gap": Story(
            "容缺受理：次要材料后补", "食品经营许可", "zhang-xiaomei", "closed", "granted", papers=(*granted, "deferral")
        ),
        "hearing": Story(
            "听证：不计入期限", "林木采伐", "li-qiang", "closed", "granted", papers=(*granted, "special_procedure")
        ),
        "extension": Story(
            "部门负责人批准延期", "节能审查", "agent-chengyuan", "closed", "granted", papers=(*granted, "extension")
        ),
        "denied_above": Story(
            "上报件：上级不同意", "宗教活动场所", "li-qiang", "closed", "denied", papers=("acceptance", "denial", "service")
        ),
        "deemed_consent": Story(
            "联办件：一个部门沉默，超时视为同意", joint, "agent-chengyuan", "closed", "granted",
            lights=frozenset({"green", "yellow"}), papers=(*granted, "joint_notice"),
        ),
        "agency": Story("村级代办：七步", "林木采伐", "zhang-xiaomei", "closed", "granted", papers=granted),
    }  # fmt: skip


class Further(Cast):
    def __init__(self, hall: Hall) -> None:
        super().__init__(hall, further_stories())
        self._agency = ""
        self._meeting = ""

    @property
    def moments(self) -> Mapping[Moment, Callable[[], Awaitable[None]]]:
        return {
            (0, MORNING): self.open,
            (1, AFTERNOON): self.first_afternoon,
            (3, MORNING): self.gaps_close,
            (7, AFTERNOON): self.extended_answer,
            (9, AFTERNOON): self.everything_ends,
        }

    async def open(self) -> None:
        await self.choose_items()
        s = self.stories
        await asyncio.gather(
            self.open_project(s["fast_track"]),
            self.accept_with_a_gap(s["gap"]),
            *(self.hand_in_and_accept(s[name]) for name in ("hearing", "extension", "denied_above", "deemed_consent")),
            self.entrust(s["agency"]),
        )
        await self.extend(s["extension"])

    async def hand_in_and_accept(self, story: Story) -> None:
        await self.hand_in(story)
        await self.hall.act(story.clerk, story.case, "acceptance")

    async def open_project(self, story: Story) -> None:
        """The centre registers the project; the application names it, and the reviews get its shorter limit."""
        project = {
            "name": "诚远建材产业园",
            "investor": self.applicant(story),
            "agent": {"id": "clerk-all", "name": PEOPLE["clerk-all"].name},
            "item_codes": [story.code],
            "review_days": 3,
            "mandate": MANDATE,
        }
        made = await self.hall.create("centre-admin", "/intake/projects", project)
        await self.hand_in(story, project=made["project_number"])
        await self.hall.act(story.clerk, story.case, "acceptance")

    async def accept_with_a_gap(self, story: Story) -> None:
        story.materials = [one for one in story.materials if one["code"] != FOOD_GAP]
        await self.hand_in(story, as_is=True)
        gap = {"defer": [{"code": FOOD_GAP, "reason": "制度正在修订"}], "until_days": 5, "commitment": True}
        await self.hall.act(story.clerk, story.case, "acceptance", gap)

    async def extend(self, story: Story) -> None:
        """Asked for five working days before the limit ends (R38), approved by the head of the organ (R23)."""
        review = await self.review_of(story, story.department)
        days = {"days": 5, "reasons": "节能报告需要补充论证"}
        await self.hall.act(f"officer-{story.department}", review, "extension-request", days)
        await self.hall.act(f"head-{story.department}", review, "extension", days)
        await self.hall.until(story.clerk, story.case, lambda case: case["extension_days"] == 5, "the extension")

    # -- the village ------------------------------------------------------------------------------------------------------

    async def entrust(self, story: Story) -> None:
        entrusted = {
            "level": "village",
            "item_code": story.code,
            "applicant": self.applicant(story),
            "mandate": MANDATE,
            "materials": story.materials,
            "fee": 0,
        }
        made = await self.hall.create("agent-shanjiao", "/intake/agencies", entrusted)
        self._agency = f"/intake/agencies/{made['agency_id']}"

    async def hand_in_at_the_hall(self, story: Story) -> None:
        """The law's clock begins here and not before (R102)."""
        made = await self.hall.act("station-taiping", self._agency, "application")
        story.number, story.password = made["case_number"], made["query_password"]
        await self.hall.act(story.clerk, story.case, "acceptance")
        await self.consent(story.department, await self.review_of(story, story.department))
        await self.decided(story)

    async def hand_back(self) -> None:
        """Seven steps, the revisit last (R103)."""
        await self.hall.refused("station-taiping", self._agency, "steps", {"step": "revisited", "note": "回访"})
        for step in ("delivered", "archived", "reported", "revisited"):
            await self.hall.act("station-taiping", self._agency, "steps", {"step": step, "note": "已完成"})

    # -- the departments ------------------------------------------------------------------------------------------------

    async def first_afternoon(self) -> None:
        s = self.stories
        await asyncio.gather(
            self.ask_for_hearing(s["hearing"]),
            self.convene(s["fast_track"]),
            self.leave_one_silent(s["deemed_consent"]),
            self.send_up(s["denied_above"]),
            self.hall.act("agent-shanjiao", self._agency, "forwarding"),
        )

    async def ask_for_hearing(self, story: Story) -> None:
        """Told on the first day, asked for in time, noticed seven working days before (R31)."""
        review = await self.review_of(story, story.department)
        today = local_date(await self.hall.now())
        asked = {"requested_by": "邻山农户", "told_on": f"{today}", "requested_on": f"{today}"}
        await self.hall.act(f"officer-{story.department}", review, "hearing", asked)
        day = Calendar.seeded().add(today, 8).date
        holds_at = datetime.combine(day, AFTERNOON, SHANGHAI) - timedelta(hours=5)
        notice: Json = {"holds_at": holds_at.isoformat(), "place": "三楼听证室"}
        chair = f"chief-b-{story.department}"  # who decides does not chair (Art. 48)
        notice["chair"] = {"id": chair, "name": PEOPLE[chair].name}
        await self.hall.act(f"officer-{story.department}", review, "hearing/notice", notice)
        await self.hall.until(story.clerk, story.case, lambda case: case["paused"], "the pause")

    async def convene(self, story: Story) -> None:
        for department in ("planning", "environment", "fire"):
            await self.review_of(story, department)
        now = await self.hall.now()
        meeting = {"occasion": "meeting", "place": "三楼会议室", "meets_at": (now + timedelta(hours=2)).isoformat()}
        seen = await self.hall.act("centre-admin", story.case, "meetings", meeting)
        self._meeting = seen["meetings"][-1]["meeting_id"]

    async def leave_one_silent(self, story: Story) -> None:
        """Environment signs the receipt, and says nothing more (R41, R44)."""
        await self.review_of(story, "environment")
        for department in ("fire", "planning"):
            await self.consent(department, await self.review_of(story, department))

    async def send_up(self, story: Story) -> None:
        review = await self.review_of(story, story.department)
        up = {"superior": "市民族宗教事务局", "opinion": "初审认为条件不足，报请审定"}
        await self.hall.act(f"officer-{story.department}", review, "forwarding", up)

    async def gaps_close(self) -> None:
        s = self.stories
        await asyncio.gather(
            self.meet(s["fast_track"]),
            self.bring_the_rest(s["gap"]),
            self.denied_by_superior(s["denied_above"]),
            self.hand_in_at_the_hall(s["agency"]),
        )

    async def meet(self, story: Story) -> None:
        minutes = {"present": ["planning", "environment", "fire"], "minutes": "各部门无不同意见，会后即答复。"}
        await self.hall.act("centre-admin", story.case, f"meetings/{self._meeting}/minutes", minutes)
        for department in ("planning", "environment", "fire"):
            await self.consent(department, await self.desk(story, department))
        await self.decided(story)

    async def bring_the_rest(self, story: Story) -> None:
        await self.consent(story.department, await self.review_of(story, story.department))
        rest = {"materials": [{"code": FOOD_GAP, "copies": 1}]}
        await self.hall.act(story.citizen, story.case, "deferred-materials", rest)
        await self.decided(story)

    async def denied_by_superior(self, story: Story) -> None:
        review = await self.desk(story, story.department)
        answer = {"superior": "市民族宗教事务局", "granted": False, "opinion": "建设资金来源不明"}
        await self.hall.act(f"officer-{story.department}", review, "superior-answer", answer)
        refusal = {"opinion": "refuse", "reasons": "上级机关不同意", "legal_basis": "宗教事务条例第三十三条"}
        await self.hall.act(f"chief-{story.department}", review, "decision", refusal)
        await self.decided(story)

    async def extended_answer(self) -> None:
        """After the old limit and before the new one."""
        story = self.stories["extension"]
        await self.consent(story.department, await self.desk(story, story.department))
        await self.decided(story)

    async def hear(self, story: Story) -> None:
        review = await self.desk(story, story.department)
        record = {"record": "双方陈述意见，笔录经核对签字。"}
        await self.hall.act(f"officer-{story.department}", review, "hearing/record", record)
        await self.consent(story.department, review)
        await self.decided(story)

    async def everything_ends(self) -> None:
        s = self.stories
        await self.hear(s["hearing"])
        await self.decided(s["deemed_consent"])
        await asyncio.gather(*(self.serve(story) for story in s.values()))
        await self.hand_back()
