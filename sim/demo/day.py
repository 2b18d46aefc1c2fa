"""The standard day's eight cases, each from the door to its end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from sim.demo.acting import AFTERNOON, MORNING, Cast, Moment, Story
from sim.demo.hall import Hall


def standard_day() -> dict[str, Story]:
    granted = ("acceptance", "grant", "service")
    return {
        "instant": Story("即办件", "公共场所卫生许可", "zhang-xiaomei", "closed", "granted", papers=granted),
        "committed": Story(
            "承诺件，收费，邮寄送达", "不动产登记", "li-qiang", "closed", "granted",
            papers=granted, paid=8_000, way="post",
        ),
        "joint": Story(
            "联办件：三个部门，一次中止，一次缴费",
            "建设工程规划许可证",
            "agent-chengyuan",
            "closed",
            "granted",
            papers=(*granted, "special_procedure", "joint_notice"),
            paid=55_000,
        ),
        "forwarded": Story("上报件", "宗教活动场所", "li-qiang", "closed", "granted", papers=granted),
        "returned": Story("退回件", "林木采伐", "li-qiang", "returned", papers=("return",)),
        "corrected": Story(
            "补办件：一次性告知后补正，电子送达", "食品经营许可", "zhang-xiaomei", "closed", "granted",
            papers=(*granted, "one_time_notice"), way="electronic",
        ),
        "silent": Story(
            "窗口五个工作日未答复：依法视为受理", "可行性研究报告", "agent-chengyuan", "closed", "granted",
            lights=frozenset({"green", "red"}), papers=granted,
        ),
        "withdrawn": Story("申请人撤回", "健身设施", "li-qiang", "withdrawn"),
    }  # fmt: skip


class Day(Cast):
    def __init__(self, hall: Hall) -> None:
        super().__init__(hall, standard_day())

    @property
    def moments(self) -> Mapping[Moment, Callable[[], Awaitable[None]]]:
        return {
            (0, MORNING): self.open,
            (1, AFTERNOON): self.departments_work,
            (3, MORNING): self.answers_come,
            (6, MORNING): self.silence_is_acceptance,
            (7, AFTERNOON): self.everything_is_served,
        }

    async def open(self) -> None:
        await self.choose_items()
        await asyncio.gather(*(self.hand_in(story) for story in self.stories.values()))
        await self.first_morning()

    async def first_morning(self) -> None:
        """Windows answer at once, but for one."""
        s = self.stories
        await asyncio.gather(
            self.accept_and_decide(s["instant"]),
            self.hall.act(s["committed"].clerk, s["committed"].case, "acceptance"),
            self.hall.act(s["joint"].clerk, s["joint"].case, "acceptance"),
            self.hall.act(s["forwarded"].clerk, s["forwarded"].case, "acceptance"),
            self.send_back(s["returned"]),
            self.ask_for_correction(s["corrected"]),
            self.hall.act(s["withdrawn"].citizen, s["withdrawn"].case, "withdrawal", {"reasons": "改日另行申请"}),
        )

    async def accept_and_decide(self, story: Story) -> None:
        await self.hall.act(story.clerk, story.case, "acceptance")
        basis = {"outcome": "granted", "reasons": "材料齐全，符合法定形式", "legal_basis": "行政许可法第三十四条"}
        await self.hall.act(story.clerk, story.case, "decision", basis)
        await self.serve(story)

    async def send_back(self, story: Story) -> None:
        reasons = {"reasons": "采伐地点在生态公益林范围内", "policy_basis": "森林法第五十五条"}
        await self.hall.act(story.clerk, story.case, "return", reasons)

    async def ask_for_correction(self, story: Story) -> None:
        """Once, and everything; a second time is refused (R06)."""
        piece = {"code": story.materials[0]["code"], "reason": "申请书缺少法定代表人签名"}
        await self.hall.act(story.clerk, story.case, "correction", {"requested": [piece]})
        await self.hall.refused(story.clerk, story.case, "correction", {"requested": [piece]})

    async def departments_work(self) -> None:
        s = self.stories
        await asyncio.gather(
            self.register_with_fee(s["committed"]),
            self.review_jointly(s["joint"]),
            self.send_up(s["forwarded"]),
            self.supplement(s["corrected"]),
        )

    async def register_with_fee(self, story: Story) -> None:
        review = await self.review_of(story, story.department)
        list_id = await self.list_fees(story.department, review, "BDC-ZZ")
        await self.verify(list_id)
        await self.consent(story.department, review)
        await self.pay(story, "qr")
        await self.decided(story)

    async def review_jointly(self, story: Story) -> None:
        """The fire brigade consents at once, environment needs experts, planning lists the fee."""
        fire = await self.review_of(story, "fire")
        environment = await self.review_of(story, "environment")
        planning = await self.review_of(story, "planning")
        await self.consent("fire", fire)
        experts = {"kind": "expert_review", "basis": "行政许可法第四十五条", "planned_days": 3}
        await self.hall.act("officer-environment", environment, "pause", experts)
        await self.hall.until(story.clerk, story.case, lambda case: case["paused"], "the pause")
        await self.verify(await self.list_fees("planning", planning, "BDC-FZZ"))
        await self.consent("planning", planning)

    async def send_up(self, story: Story) -> None:
        review = await self.review_of(story, story.department)
        up = {"superior": "市民族宗教事务局", "opinion": "初审符合条件，拟同意"}
        await self.hall.act(f"officer-{story.department}", review, "forwarding", up)

    async def supplement(self, story: Story) -> None:
        await self.hall.act(story.citizen, story.case, "supplement", {"materials": story.materials[:1]})
        review = await self.review_of(story, story.department)
        await self.consent(story.department, review)
        await self.decided(story)

    async def answers_come(self) -> None:
        joint, forwarded = self.stories["joint"], self.stories["forwarded"]
        await self.post(self.stories["committed"])
        environment = await self.desk(joint, "environment")
        await self.hall.act("officer-environment", environment, "resumption")
        await self.consent("environment", environment)
        await self.pay(joint, "counter")
        await self.decided(joint)
        up = await self.desk(forwarded, forwarded.department)
        answer = {"superior": "市民族宗教事务局", "granted": True, "opinion": "同意"}
        await self.hall.act(f"officer-{forwarded.department}", up, "superior-answer", answer)
        await self.consent(forwarded.department, up)
        await self.decided(forwarded)

    async def silence_is_acceptance(self) -> None:
        story = self.stories["silent"]
        await self.hall.until(story.citizen, story.case, lambda case: case["deemed"], "acceptance by law")
        review = await self.review_of(story, story.department)
        await self.consent(story.department, review)
        await self.decided(story)

    async def everything_is_served(self) -> None:
        served = ("committed", "joint", "forwarded", "corrected", "silent")
        await asyncio.gather(*(self.serve(self.stories[name]) for name in served))
