"""What people of the hall do with a case, whatever the story: hand in, review, list fees, pay, serve."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from sim.demo.hall import Hall, Json
from sim.people import PEOPLE
from yimen.worktime import local_date

MORNING, AFTERNOON = time(9, 30), time(14, 30)

FOOD_GAP = "004"
"""The material of a food business licence that may follow later: 食品安全规章制度."""


@dataclass
class Story:
    """One case: what is asked for, by whom, and how it must end; `way`: how the outcome is served."""

    title: str
    item: str
    citizen: str
    ends: str
    outcome: str | None = None
    lights: frozenset[str] = frozenset({"green"})
    papers: tuple[str, ...] = ()
    paid: int = 0
    way: str = "pick_up"
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


Moment = tuple[int, time]
"""So many working days after the first, at that hour."""


class Cast:
    """Plays its stories side by side, moment after moment; others may play theirs at the same time."""

    def __init__(self, hall: Hall, stories: dict[str, Story]) -> None:
        self.hall = hall
        self.stories = stories

    @property
    def moments(self) -> Mapping[Moment, Callable[[], Awaitable[None]]]:
        raise NotImplementedError

    # -- the door -------------------------------------------------------------------------------------------------------

    async def choose_items(self) -> None:
        catalogue = (await self.hall.until(None, "/intake/items", lambda page: page["items"], "a catalogue"))["items"]
        for story in self.stories.values():
            item = next(one for one in catalogue if story.item in one["name"])
            story.code, story.department = item["code"], item["department"]
            full = await self.hall.get(None, f"/intake/items/{story.code}")
            story.materials = [
                {"code": m["code"], "copies": max(1, m["originals"] + m["copies"])} for m in full["materials"]
            ]

    def applicant(self, story: Story) -> Json:
        person = PEOPLE[story.citizen]
        firm = person.id_number.startswith("9")
        return {
            "type": "organisation" if firm else "person",
            "name": "诚远建材有限公司" if firm else person.name,
            "id_number": person.id_number,
            "phone": person.phone,
        }

    async def hand_in(self, story: Story, **more: Any) -> None:
        body: Json = {"item_code": story.code, "channel": "web", "applicant": self.applicant(story)}
        body |= {"materials": story.materials, "electronic_service": story.way == "electronic"}
        made = await self.hall.create(story.citizen, "/intake/applications", body | more)
        story.number, story.password = made["case_number"], made["query_password"]

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

    async def desk(self, story: Story, department: str) -> str:
        path = f"/approval/departments/{department}/reviews?case_number={story.number}"
        page = await self.hall.get(f"officer-{department}", path)
        return f"/approval/departments/{department}/reviews/{page['items'][0]['review_id']}"

    # -- the end --------------------------------------------------------------------------------------------------------

    async def decided(self, story: Story) -> None:
        """The outcome is known from the last answer on; it is decided when the money is in as well."""
        await self.hall.until(story.clerk, story.case, lambda case: case["decided_at"], "the decision")

    async def serve(self, story: Story) -> None:
        """A firm's papers are taken by whoever it sent (代收)."""
        if story.way == "electronic":
            await self.fetch(story)
            return
        receipt: Json = {"way": story.way, "receiver": PEOPLE[story.citizen].name}
        if self.applicant(story)["type"] == "organisation":
            receipt |= {"relation": "单位经办人", "proxy_reason": "受单位委托领取"}
        if story.way == "post":
            receipt["received_on"] = f"{local_date(await self.hall.now())}"
        await self.hall.act(story.clerk, story.case, "service", receipt)

    async def post(self, story: Story) -> None:
        """交邮: on its way; served when the receipt is in."""
        posting = {"carrier": "中国邮政", "waybill": f"EMS{story.number[-10:]}CN"}
        await self.hall.act(story.clerk, story.case, "posting", posting)

    async def fetch(self, story: Story) -> None:
        """电子送达: with number and query password, and no account; that it was fetched is the service."""
        papers = await self.hall.papers(story.number, story.password, "grant")
        await self.hall.file(None, f"/notify/{papers['grant']}")
        await self.hall.until(story.clerk, story.case, lambda case: case["served_at"], "service by fetching")
