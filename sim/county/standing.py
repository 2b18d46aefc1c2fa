"""What stands open on the last morning, one of each: so that every queue of the hall has something in it, and every page
something true to show."""

import asyncio
from datetime import datetime, time, timedelta

from sim.county.errands import HOUSE, SHOP, Town
from sim.county.folk import somebody
from sim.county.reported import ITEM
from sim.demo.acting import Story
from sim.demo.hall import Hall, Json
from yimen.worktime import SHANGHAI, Calendar, local_date

OPENING = time(9, 40)
CITIZEN, FIRM = "zhang-xiaomei", "agent-chengyuan"
QUESTIONS = (
    ("market", "食品经营许可到期前多久可以申请延续？"),
    ("planning", "继承的房屋怎样办理转移登记？"),
)


async def leave_open(hall: Hall, town: Town) -> None:
    day = Calendar.seeded().next_working_day(local_date(await hall.now()))
    await hall.move_clock(datetime.combine(day, OPENING, SHANGHAI))
    left = Standing(hall, town)
    await left.choose_items()
    await asyncio.gather(left.at_the_door(), left.with_departments(), left.about_money(), left.voices())
    await asyncio.gather(left.village(), left.notices())


class Standing(Town):
    def __init__(self, hall: Hall, town: Town) -> None:
        super().__init__(hall, town.dice)
        chosen = {
            "waiting": ("食品经营许可", CITIZEN), "late": ("林木采伐", "li-qiang"), "at_once": ("公共场所卫生许可", CITIZEN),
            "asked": ("食品经营许可", CITIZEN), "unsigned": ("健身设施", "li-qiang"), "signed": ("可行性研究报告", FIRM),
            "paused": ("林木采伐", FIRM), "sent_up": ("宗教活动场所", "li-qiang"), "extension": ("节能审查", FIRM),
            "joint": ("建设工程规划许可证", FIRM), "listed": ("首次登记", CITIZEN), "owed": ("首次登记", "li-qiang"),
            "disputed": ("首次登记", CITIZEN), "regretted": ("首次登记", "li-qiang"), "twice": ("首次登记", CITIZEN),
            "ready": ("食品经营许可", CITIZEN), "village": ("林木采伐", CITIZEN),
        }  # fmt: skip
        self.stories = {name: Story("", item, citizen, "") for name, (item, citizen) in chosen.items()}

    async def open(self, *names: str) -> None:
        """Handed in and accepted."""
        for name in names:
            await self.hand_in(self.stories[name])
            await self.accept(self.stories[name])

    async def at_the_door(self) -> None:
        s = self.stories
        for name in ("waiting", "late", "at_once", "asked"):
            await self.hand_in(s[name])
        await self.ask_once(s["asked"])
        draft = {"item_code": s["waiting"].code, "channel": "web", "applicant": self.applicant(s["waiting"])}
        await self.hall.create(CITIZEN, "/intake/drafts", draft)

    async def with_departments(self) -> None:
        s = self.stories
        await self.open("unsigned", "signed", "paused", "sent_up", "extension", "joint", "ready")
        await self.sign(s["signed"])
        review = await self.review_of(s["paused"], s["paused"].department)
        experts = {"kind": "expert_review", "basis": "行政许可法第四十五条", "planned_days": 3}
        await self.hall.act(f"officer-{s['paused'].department}", review, "pause", experts)
        review = await self.review_of(s["sent_up"], s["sent_up"].department)
        up = {"superior": "市民族宗教事务局", "opinion": "初审符合条件，拟同意"}
        await self.hall.act(f"officer-{s['sent_up'].department}", review, "forwarding", up)
        review = await self.review_of(s["extension"], s["extension"].department)
        days = {"days": 5, "reasons": "节能报告需要补充论证"}
        await self.hall.act(f"officer-{s['extension'].department}", review, "extension-request", days)
        await self.sign(s["ready"])
        await self.agree(s["ready"])
        await self.half_way(s["joint"])

    async def half_way(self, story: Story) -> None:
        """One department has consented, one has signed, the lead convenes a meeting."""
        await self.consent("fire", await self.review_of(story, "fire"))
        await self.review_of(story, "environment")
        meets = (await self.hall.now() + timedelta(days=1)).isoformat()
        meeting = {"occasion": "meeting", "place": "三楼会议室", "meets_at": meets}
        await self.hall.act("centre-admin", story.case, "meetings", meeting)

    # -- money ----------------------------------------------------------------------------------------------------------

    async def about_money(self) -> None:
        s = self.stories
        await self.open("listed", "owed", "disputed", "regretted", "twice")
        listed = s["listed"]
        await self.list_fees(listed.department, await self.review_of(listed, listed.department), HOUSE)
        codes = {name: await self.asked_for(s[name]) for name in ("owed", "disputed", "regretted", "twice")}
        reasons = {"reasons": "登记的是住宅，应按每件80元收取"}
        await self.hall.create(None, f"/fees/payments/{codes['disputed']['payment_code']}/dispute", reasons)
        await self.pay(s["regretted"], "qr")
        asked = {"reasons": "符合免征条件，当时未提供证明"}
        await self.hall.create(None, f"/fees/payments/{codes['regretted']['payment_code']}/refund-request", asked)
        await self.pay(s["twice"], "counter")
        again = {"payment_code": codes["twice"]["payment_code"], "amount": codes["twice"]["amount"], "method": "card"}
        await self.hall.create(None, "/bank-control/payments", again)

    async def asked_for(self, story: Story) -> Json:
        """Its payment notice."""
        review = await self.review_of(story, story.department)
        code = SHOP if story is self.stories["disputed"] else HOUSE
        await self.verify(await self.list_fees(story.department, review, code))
        await self.consent(story.department, review)
        path = f"/fees/cases/{story.number}/notices"
        page = await self.hall.until("fee-officer", path, lambda found: found["notices"], "a payment notice")
        notice: Json = page["notices"][0]
        return notice

    # -- voices, villages, notices ----------------------------------------------------------------------------------------

    async def voices(self) -> None:
        who = somebody(self.dice)
        known = {"complainant": who["name"], "contact": who["phone"]}
        complaint = {"topic": "service", "content": "窗口工作人员中途离开，没有人接替。", "department": "market"}
        await self.hall.create(None, "/monitor/complaints", complaint | known)
        slow = {"topic": "delay", "content": "一周前交的材料，没有任何答复。", "department": "forestry"}
        filed = await self.hall.create(None, "/monitor/complaints", slow)
        path = f"/monitor/complaints/{filed['complaint_number']}"
        taken = {"complexity": "simple", "department": "forestry", "summary": "反映办理缓慢"}
        await self.hall.act("centre-admin", path, "acceptance", taken)
        for department, question in QUESTIONS:
            await self.hall.create(None, "/monitor/consultations", {"department": department, "question": question})
        queue = await self.hall.until(
            "chief-market", "/monitor/consultations/queue", lambda page: page["items"], "the question"
        )
        answer = {"answer": "许可有效期届满三十个工作日前，向原发证窗口提出，也可以在线办理。"}
        one = queue["items"][0]
        version = {"If-Match": f'"{one["version"]}"'}
        await self.hall.create("chief-market", f"/monitor/consultations/{one['number']}/answer", answer, **version)

    async def village(self) -> None:
        story = self.stories["village"]
        entrusted = {
            "level": "village", "item_code": story.code, "applicant": self.applicant(story),
            "mandate": "委托书〔2026〕8号", "materials": story.materials, "fee": 0,
        }  # fmt: skip
        await self.hall.create("agent-shanjiao", "/intake/agencies", entrusted)

    async def notices(self) -> None:
        for title, body in (
            ("国庆期间大厅开放安排", "10月1日至3日休息，其余时间照常办理；急事请拨打值班电话。"),
            ("食品经营许可材料精简", "自本月起，申请食品经营许可不再提交营业执照复印件，由窗口自行核验。"),
        ):
            await self.hall.create("centre-admin", "/intake/announcements", {"title": title, "body": body})
        await self.hall.create("chief-health", "/intake/item-reports", {"item": ITEM})
