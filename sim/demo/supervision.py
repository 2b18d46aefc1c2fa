"""What the supervisor sees of the day, and what people add to it: ratings, a complaint, findings, an appeal; the journal's
seal with a proof that anyone can check; the month's score sheet, each point with the event that cost it."""

from dataclasses import dataclass
from datetime import datetime

from sim.demo.acting import Story
from sim.demo.hall import Hall, Json
from sim.people import PEOPLE
from yimen.contracts.monitor import PartyKind
from yimen.proofs import Unproven, check_answer
from yimen.worktime import local_date

KINDS = tuple(PartyKind)


@dataclass
class Supervised:
    """`proven`: what was proven without asking the hall, a sentence each. `faults`: what is not as it should be."""

    month: str
    record: Json
    proven: list[str]
    sheets: list[Json]
    overview: Json
    faults: list[str]


class Supervision:
    """Plays after all stories have ended, on the last day."""

    def __init__(self, hall: Hall, stories: dict[str, Story]) -> None:
        self.hall = hall
        closed = [story for story in stories.values() if story.ends == "closed"]
        self.praised, self.blamed, self.complained = closed[:3]

    async def play(self) -> Supervised:
        await self.rate()
        await self.complain()
        finding = await self.patrol()
        await self.appeal(finding)
        now = await self.hall.now()
        return await self.look(now)

    # -- people ---------------------------------------------------------------------------------------------------------

    async def rate(self) -> None:
        """One is content; one is not, says so under her name, is called back, and the department mends it (R96)."""
        await self._give(self.praised, {"stars": 5})
        rater = PEOPLE[self.blamed.citizen]
        bad = {"stars": 2, "comment": "材料来回补了两次。", "named": True, "rater": rater.name, "contact": rater.phone}
        given = await self._give(self.blamed, bad)
        chief, rating = f"chief-{self.blamed.department}", f"/monitor/ratings/{given['rating_id']}"
        await self.hall.act(chief, rating, "call-back", {"reached": True, "note": "已致歉，问明情况。"})
        await self.hall.act(chief, rating, "rectification", {"measures": "一次性告知清单增加填写样例。"})

    async def _give(self, story: Story, rating: Json) -> Json:
        """Once the supervisor has heard that the case was closed."""
        path = f"/monitor/ratings/{story.number}/closing"
        return await self.hall.put(path, rating, **{"Query-Password": story.password})

    async def complain(self) -> None:
        """About a window's service: taken up, found right, answered; whoever complained is asked once more (R94)."""
        story = self.complained
        body = {"topic": "service", "content": "窗口午后无人值守，等了一个小时。", "department": story.department}
        more = {
            "complainant": PEOPLE[story.citizen].name,
            "contact": PEOPLE[story.citizen].phone,
            "case_number": story.number,
        }
        filed = await self.hall.create(None, "/monitor/complaints", body | more)
        complaint = f"/monitor/complaints/{filed['complaint_number']}"
        taken = {"complexity": "simple", "department": story.department, "summary": "窗口无人值守"}
        await self.hall.act("centre-admin", complaint, "acceptance", taken)
        answer = {"upheld": True, "answer": "情况属实，已责令窗口落实AB角。", "in_writing": True}
        await self.hall.act("centre-admin", complaint, "answer", answer)
        await self.hall.act(
            "centre-admin", complaint, "revisit", {"reached": True, "satisfied": True, "note": "表示满意。"}
        )

    # -- the centre -----------------------------------------------------------------------------------------------------

    async def patrol(self) -> str:
        """Two findings of a patrol; one of them is a mistake."""
        day = f"{local_date(await self.hall.now())}"
        found = {"department": self.praised.department, "found_on": day}
        outside = {"code": "irregular_papers", "detail": "收件凭证未加盖印章。"}
        await self.hall.create("supervisor", "/monitor/inspections", found | outside)
        wrong = {"code": "supplement_unexplained", "detail": "补件未说明理由。"}
        made = await self.hall.create("supervisor", "/monitor/inspections", found | wrong)
        return str(made["finding_number"])

    async def appeal(self, finding: str) -> None:
        """Against the mistake; what it cost is given back by an entry of its own (R76)."""
        department = self.praised.department
        entry = await self._line_of(department, f"inspection/{finding}")
        grounds = {"target": "entry", "target_id": entry["entry_id"], "grounds": "该件无需补件，巡查记录有误。"}
        filed = await self.hall.create(f"chief-{department}", "/monitor/appeals", grounds)
        appeal = f"/monitor/appeals/{filed['appeal_number']}"
        await self.hall.refused("supervisor", appeal, "decision", {"upheld": True, "reasons": "自己的记录自己决定"})
        await self.hall.act("leader", appeal, "decision", {"upheld": True, "reasons": "经核实，该件材料齐全。"})
        await self.hall.until("supervisor", self._sheet(department), lambda s: _given_back(s, entry), "the reversal")

    def _sheet(self, party: str, kind: str = "window", month: str = "") -> str:
        return f"/monitor/scores/{month or self._month}/{kind}/{party}"

    async def _line_of(self, party: str, subject: str) -> Json:
        self._month = f"{await self.hall.now():%Y-%m}"
        sheet = await self.hall.until(
            "supervisor", self._sheet(party), lambda found: _lines(found, subject), f"the points of {subject}"
        )
        return _lines(sheet, subject)[0]

    # -- what is shown --------------------------------------------------------------------------------------------------

    async def look(self, now: datetime) -> Supervised:
        month = f"{now:%Y-%m}"
        record, proven, faults = await self.prove()
        sheets = [sheet for kind in KINDS for sheet in await self._sheets(month, kind)]
        told = await self.hall.get("supervisor", f"/monitor/scores/{month}/verification")
        if not told["sound"]:
            faults.append(f"考核与日志重算不一致：{told['differences']}")
        faults += [f"{sheet['name']}：得分没有依据" for sheet in sheets if not _adds_up(sheet)]
        overview = await self.hall.get("leader", f"/monitor/statistics/overview?from={month}-01&to={local_date(now)}")
        return Supervised(month, record, proven, sheets, overview, faults)

    async def prove(self) -> tuple[Json, list[str], list[str]]:
        """A case's record by its number and query password, checked with the published keys alone; and that the second
        seal goes on from the first."""
        story = self.complained
        first = await self.seal()
        await self.hall.create("supervisor", "/monitor/inspections", self._later(story, await self.hall.now()))
        await self.hall.until(
            "supervisor", f"/monitor/journal?after={first['size']}", lambda page: page["items"], "more"
        )
        second = await self.seal()
        keys = await self.hall.get(None, "/monitor/journal/keys")
        password = {"Query-Password": story.password}
        record = await self.hall.get(None, f"/monitor/records/{story.number}", **password)
        path = f"/monitor/journal/seals/{second['number']}/consistency?former={first['number']}"
        consistency = await self.hall.get(None, path)
        try:
            return record, [*check_answer(record, keys), *check_answer(consistency, keys)], []
        except Unproven as unproven:
            return record, [], [f"证明不成立：{unproven}"]

    async def seal(self) -> Json:
        """Of everything that is recorded by now."""
        asked = await self.hall.create("supervisor", "/monitor/journal/seals", {})
        page = await self.hall.until(
            None,
            "/monitor/journal/seals?limit=1",
            lambda found: found["items"] and found["items"][0]["size"] >= asked["recorded"],
            "the seal",
        )
        newest: Json = page["items"][0]
        return newest

    @staticmethod
    def _later(story: Story, now: datetime) -> Json:
        found = {"department": story.department, "found_on": f"{local_date(now)}"}
        return found | {"code": "archive_missing", "detail": "归档材料缺送达回证。"}

    async def _sheets(self, month: str, kind: str) -> list[Json]:
        """Of those whom something cost or brought points."""
        ranking = await self.hall.get("supervisor", f"/monitor/scores/{month}?kind={kind}")
        found = [await self.hall.get("supervisor", self._sheet(one["party"], kind, month)) for one in ranking["items"]]
        return [sheet for sheet in found if sheet["lines"]]


def _lines(sheet: Json, subject: str) -> list[Json]:
    return [line for line in sheet["lines"] if line["subject"] == subject and not line["reverses"]]


def _given_back(sheet: Json, entry: Json) -> bool:
    return any(line["reverses"] == entry["entry_id"] for line in sheet["lines"])


def _adds_up(sheet: Json) -> bool:
    """Every part is its ceiling and what its lines come to, none below nothing; every line says what and where."""
    if not all(line["reason"] and (line["position"] or not line["subject"]) for line in sheet["lines"]):
        return False
    for part in sheet["parts"]:
        moved = sum(line["tenths"] for line in sheet["lines"] if line["part"] == part["part"])
        floor = None if sheet["kind"] == PartyKind.PERSON else 0
        wanted = part["ceiling"] + min(0, moved)
        if part["tenths"] != (wanted if floor is None else max(floor, wanted)):
            return False
    return True
