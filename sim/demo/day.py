"""The standard day's eight cases, each from the door to its end, with the clock moved between the phases."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sim.demo.hall import Hall, Json
from sim.people import PEOPLE
from yimen.worktime import SHANGHAI, Calendar, local_date

MORNING, AFTERNOON = time(9, 30), time(14, 30)


@dataclass
class Story:
    """One case: what is asked for, by whom, and how it must end."""

    title: str
    item: str
    citizen: str
    ends: str
    outcome: str | None = None
    lights: frozenset[str] = frozenset({"green"})
    papers: tuple[str, ...] = ()
    paid: int = 0
    number: str = ""
    password: str = ""
    department: str = ""
    code: str = ""
    materials: list[Json] = field(default_factory=list)

    @property
    def case(self) -> str:
        return f"/intake/cases/{self.number}"

    @property
    def clerk(self) -> str:
        return f"clerk-{self.department}"


def standard_day() -> dict[str, Story]:
    granted = ("acceptance", "grant", "service")
    return {
        "instant": Story("即办件", "公共场所卫生许可", "zhang-xiaomei", "closed", "granted", papers=granted),
        "committed": Story("承诺件，收费", "不动产登记", "li-qiang", "closed", "granted", papers=granted, paid=8_000),
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
            "补办件：一次性告知后补正", "食品经营许可", "zhang-xiaomei", "closed", "granted",
            papers=(*granted, "one_time_notice"),
        ),
        "silent": Story(
            "窗口五个工作日未答复：依法视为受理", "可行性研究报告", "agent-chengyuan", "closed", "granted",
            lights=frozenset({"green", "red"}), papers=granted,
        ),
        "withdrawn": Story("申请人撤回", "健身设施", "li-qiang", "withdrawn"),
    }  # fmt: skip


class Day:
    """Plays the stories side by side, phase after phase."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.stories = standard_day()
        self._calendar = Calendar.seeded()
        self._first = date.min

    async def play(self) -> dict[str, Story]:
        await self._until_day(0, MORNING)
        await self._choose_items()
        await asyncio.gather(*(self.hand_in(story) for story in self.stories.values()))
        await self.first_morning()
        await self._until_day(1, AFTERNOON)
        await self.departments_work()
        await self._until_day(3, MORNING)
        await self.answers_come()
        await self._until_day(6, MORNING)
        await self.silence_is_acceptance()
        await self._until_day(7, AFTERNOON)
        await self.everything_is_served()
        return self.stories

    # -- time -----------------------------------------------------------------------------------------------------------

    async def _until_day(self, working_days: int, at: time) -> None:
        """Day 0 is the next working day; the hall's clock only moves forward."""
        if not working_days:
            self._first = self._calendar.next_working_day(local_date(await self.hall.now()))
        day = self._calendar.add(self._first, working_days).date if working_days else self._first
        await self.hall.move_clock(datetime.combine(day, at, SHANGHAI))

    # -- the door -------------------------------------------------------------------------------------------------------

    async def _choose_items(self) -> None:
        catalogue = (await self.hall.until(None, "/intake/items", lambda page: page["items"], "a catalogue"))["items"]
        for story in self.stories.values():
            item = next(one for one in catalogue if story.item in one["name"])
            story.code, story.department = item["code"], item["department"]
            full = await self.hall.get(None, f"/intake/items/{story.code}")
            story.materials = [
                {"code": m["code"], "copies": max(1, m["originals"] + m["copies"])} for m in full["materials"]
            ]

    async def hand_in(self, story: Story) -> None:
        person = PEOPLE[story.citizen]
        applicant: dict[str, Any] = {"name": person.name, "id_number": person.id_number, "phone": person.phone}
        applicant["type"] = "organisation" if person.id_number.startswith("9") else "person"
        if applicant["type"] == "organisation":
            applicant["name"] = "诚远建材有限公司"
        body = {"item_code": story.code, "channel": "web", "applicant": applicant, "materials": story.materials}
        made = await self.hall.create(story.citizen, "/intake/applications", body)
        story.number, story.password = made["case_number"], made["query_password"]

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

    # -- the departments ------------------------------------------------------------------------------------------------

    async def review_of(self, story: Story, department: str) -> str:
        """The department's desk as its officer sees it, once the request has reached it."""
        path = f"/approval/departments/{department}/reviews?case_number={story.number}"
        page = await self.hall.until(f"officer-{department}", path, lambda found: found["items"], "a review")
        review = f"/approval/departments/{department}/reviews/{page['items'][0]['review_id']}"
        await self.hall.act(f"officer-{department}", review, "receipt")
        return review

    async def consent(self, department: str, review: str) -> None:
        answer = {"opinion": "consent", "reasons": "符合审批条件", "legal_basis": "行政许可法第三十八条"}
        await self.hall.act(f"chief-{department}", review, "decision", answer)

    async def list_fees(self, department: str, review: str, code: str) -> str:
        lines = {"lines": [{"code": code, "quantity": 1}]}
        return str((await self.hall.create(f"officer-{department}", f"{review}/fee-list", lines))["list_id"])

    async def verify(self, list_id: str) -> None:
        path = f"/fees/lists/{list_id}"
        await self.hall.until("fee-officer", path, lambda found: found["state"] != "waiting", "the list")
        await self.hall.act("fee-officer", path, "verification")

    async def pay(self, story: Story, method: str) -> None:
        path = f"/fees/cases/{story.number}/notices"
        page = await self.hall.until("fee-officer", path, lambda found: found["notices"], "a payment notice")
        await self.hall.pay(page["notices"][0]["payment_code"], method)
        await self.hall.until("fee-officer", path, lambda found: found["notices"][0]["cleared_at"], "the money")

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
        environment = await self._desk(joint, "environment")
        await self.hall.act("officer-environment", environment, "resumption")
        await self.consent("environment", environment)
        await self.pay(joint, "counter")
        await self.decided(joint)
        up = await self._desk(forwarded, forwarded.department)
        answer = {"superior": "市民族宗教事务局", "granted": True, "opinion": "同意"}
        await self.hall.act(f"officer-{forwarded.department}", up, "superior-answer", answer)
        await self.consent(forwarded.department, up)
        await self.decided(forwarded)

    async def _desk(self, story: Story, department: str) -> str:
        path = f"/approval/departments/{department}/reviews?case_number={story.number}"
        page = await self.hall.get(f"officer-{department}", path)
        return f"/approval/departments/{department}/reviews/{page['items'][0]['review_id']}"

    async def silence_is_acceptance(self) -> None:
        story = self.stories["silent"]
        await self.hall.until(story.citizen, story.case, lambda case: case["deemed"], "acceptance by law")
        review = await self.review_of(story, story.department)
        await self.consent(story.department, review)
        await self.decided(story)

    # -- the end --------------------------------------------------------------------------------------------------------

    async def decided(self, story: Story) -> None:
        """The outcome is known from the last answer on; it is decided when the money is in as well."""
        await self.hall.until(story.clerk, story.case, lambda case: case["decided_at"], "the decision")

    async def serve(self, story: Story) -> None:
        receiver = PEOPLE[story.citizen].name
        await self.hall.act(story.clerk, story.case, "service", {"way": "大厅自取", "receiver": receiver})

    async def everything_is_served(self) -> None:
        served = ("committed", "joint", "forwarded", "corrected", "silent")
        await asyncio.gather(*(self.serve(self.stories[name]) for name in served))
