"""A complaint (投诉, R90-R94): who looks into it, what may be done next, and by when.

Guarantees: pure; days are working days, the day from which they count not counted. A complaint goes to the office that its
topic belongs to. Whom it is about neither reads nor handles it. What is refused is refused in words for the person at the
screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from yimen.contracts.monitor import Office
from yimen.errors import NotNow, Unfit
from yimen.worktime import end_of_day


class Topic(StrEnum):
    SERVICE = "service"
    ATTITUDE = "attitude"
    DELAY = "delay"
    FEE = "fee"
    BRIBERY = "bribery"
    LICENSING = "licensing"


TOPICS: Final = {
    Topic.SERVICE: "服务不规范",
    Topic.ATTITUDE: "服务态度",
    Topic.DELAY: "拖延、推诿",
    Topic.FEE: "违规收费",
    Topic.BRIBERY: "索贿受贿",
    Topic.LICENSING: "违法实施行政许可",
}
OFFICES: Final = {
    Topic.SERVICE: Office.CENTRE,
    Topic.ATTITUDE: Office.CENTRE,
    Topic.DELAY: Office.CENTRE,
    Topic.FEE: Office.DISCIPLINE,
    Topic.BRIBERY: Office.DISCIPLINE,
    Topic.LICENSING: Office.SUPERVISION,
}


class Source(StrEnum):
    """How it came: the channel of its event."""

    WEB = "web"  # 网上
    BOX = "box"  # 投诉箱
    PHONE = "phone"  # 电话
    VISIT = "visit"  # 来访


class ComplaintState(StrEnum):
    FILED = "filed"  # 待决定是否受理
    ACCEPTED = "accepted"  # 办理中
    ANSWERED = "answered"  # 已答复，待回访
    CLOSED = "closed"  # 办结
    REFUSED = "refused"  # 不予受理
    WITHDRAWN = "withdrawn"  # 已撤回


class Complexity(StrEnum):
    SIMPLE = "simple"  # 当日或次日答复
    WRITTEN = "written"  # 书面答复
    COMPLEX = "complex"  # 情况复杂或者涉及两个以上部门


class Ground(StrEnum):
    """Why a complaint is not taken up."""

    NO_OBJECT = "no_object"  # 匿名且没有具体对象和事实
    LITIGATION = "litigation"  # 已经或者应当通过复议、诉讼、仲裁解决
    ELSEWHERE = "elsewhere"  # 不属于政务大厅办理的事项
    REPEATED = "repeated"  # 已经答复，没有新的事实和理由
    UNVERIFIABLE = "unverifiable"  # 内容不具体，无法核实


GROUNDS: Final = {
    Ground.NO_OBJECT: "匿名投诉且没有具体的投诉对象",
    Ground.LITIGATION: "已经或者应当通过行政复议、诉讼、仲裁解决",
    Ground.ELSEWHERE: "不属于政务大厅办理的事项",
    Ground.REPEATED: "已经答复，没有新的事实和理由",
    Ground.UNVERIFIABLE: "内容不具体，无法核实",
}

Span = tuple[date, int]
"""A day and so many working days after it."""

_TAKEN_UP: Final = frozenset({ComplaintState.FILED, ComplaintState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Object:
    """Whom it is about, as far as it is known: the identity provider's subject, a name, both or neither."""

    person_id: str | None = None
    names: frozenset[str] = frozenset()

    def is_caller(self, caller_id: str, caller_name: str) -> bool:
        """A namesake of the person complained of is kept away too: another can be found to look into it."""
        return caller_id == self.person_id or caller_name in self.names


def audiences(office: Office, department: str | None, *, told_department: bool) -> tuple[str, ...]:
    """Who hears of it: the office, and the department once the centre has accepted a complaint of its service."""
    if told_department and office is Office.CENTRE and department is not None:
        return office, department
    return (office,)


def refuse_empty(*, named: bool, department: str | None, person: str | None, case_number: str | None) -> None:
    """An anonymous complaint about nobody is invalid. Raises `Unfit`."""
    if not (named or department or person or case_number):
        detail = "匿名投诉须写明被投诉的部门、人员或者办件编号；也可以留下姓名，由我们向您核实。"
        raise Unfit("complaint-without-object", GROUNDS[Ground.NO_OBJECT], detail, ground=Ground.NO_OBJECT)


def refuse_step(state: ComplaintState, *wanted: ComplaintState) -> None:
    """Raises `NotNow` where the complaint stands elsewhere."""
    if state not in wanted:
        raise NotNow("complaint-stands-elsewhere", "投诉已不在这一步", _ELSEWHERE[state], state=state)


_ELSEWHERE: Final = {
    ComplaintState.FILED: "该投诉尚未决定是否受理，请先受理或者告知不予受理。",
    ComplaintState.ACCEPTED: "该投诉已经受理，请查明后答复。",
    ComplaintState.ANSWERED: "该投诉已经答复，请回访。",
    ComplaintState.CLOSED: "该投诉已经办结，内容已存档。",
    ComplaintState.REFUSED: "该投诉已经告知不予受理，内容已存档。",
    ComplaintState.WITHDRAWN: "投诉人已经撤回，内容已存档。",
}


def refuse_withdrawal(state: ComplaintState) -> None:
    if state not in _TAKEN_UP:
        detail = "投诉已经答复或者办结，不能撤回；如有不同意见，请重新投诉并写明新的情况。"
        raise NotNow("complaint-not-withdrawable", "该投诉不能撤回", detail, state=state)


def refuse_same_office(office: Office, topic: Topic) -> None:
    if OFFICES[topic] is office:
        detail = f"“{TOPICS[topic]}”就由本单位办理，不需要移送。"
        raise Unfit("transfer-to-the-same-office", "不能移送给本单位", detail)


def weigh(complexity: Complexity, departments: int) -> Complexity:
    """Two departments or more make it complex (R91)."""
    return Complexity.COMPLEX if departments >= 2 else complexity


def answer_spans(complexity: Complexity, filed: date, accepted: date, numbers: Mapping[str, int]) -> list[Span]:
    """The earlier of the two: the days of its kind after it was accepted, and the outer limit after it was filed (R91)."""
    return [(accepted, numbers[f"complaint_{complexity}_days"]), (filed, numbers["complaint_outer_days"])]


def refuse_extension(extended: int | None, due: date, now: datetime, days: int, most: int) -> None:
    """R92: once, of so many days at most, told before the limit has passed."""
    if extended is not None:
        detail = f"该投诉已经延长过{extended}个工作日，答复期限只能延长一次，请在期限内答复。"
        raise NotNow("complaint-already-extended", "已经延长过一次", detail)
    if now >= end_of_day(due):
        detail = f"延长须在期限（{due}）届满前告知投诉人，现在期限已过，请尽快答复。"
        raise NotNow("extension-too-late", "答复期限已过，不能延长", detail, due=due.isoformat())
    if days > most:
        raise Unfit("extension-too-long", "延长的时间过长", f"最多延长{most}个工作日。", most=most)


def refuse_oral(complexity: Complexity, source: Source, *, named: bool, in_writing: bool) -> None:
    """What came in writing from somebody who gave a name is answered in writing."""
    written = source in (Source.WEB, Source.BOX) or complexity is Complexity.WRITTEN
    if named and written and not in_writing:
        raise Unfit("written-answer-required", "应当书面答复", "书面提出的实名投诉应当书面答复，请出具书面答复。")
