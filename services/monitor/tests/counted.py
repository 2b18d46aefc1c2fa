"""What is counted, in a test's hands: a case with all that is said of it, and what the counts should come to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from services.monitor.counting import grains_of, rows_of
from services.monitor.domain.contributions import (
    MEASURES,
    STAGE_MEASURES,
    Contribution,
    contribution,
)
from services.monitor.domain.fold import fold
from services.monitor.domain.views import Recorded
from services.monitor.tables.statistics import GRAIN_KEY, STAGE_KEY
from services.monitor.tests.harness import rows
from services.monitor.tests.samples import (
    APPLICANT,
    CLERK,
    NUMBER,
    Told,
    accepted,
    at,
    closed,
    decided,
    recorded,
    submitted,
)
from yimen.contracts import fees, monitor
from yimen.contracts.monitor import Light, Office
from yimen.contracts.parts import Channel
from yimen.testing import Harness
from yimen.worktime import Calendar

CALENDAR = Calendar.seeded()


def settled(amount: int, list_id: str = "L1", number: str = NUMBER) -> Told:
    whose = {"list_id": list_id, "department": "planning", "case_number": number}
    event = fees.ListSettled(**whose, notice_number="N1", amount=amount, settled_at=at(3, 17))
    return "/fees", event, at(3, 17)


def given_back(amount: int, list_id: str = "L1", number: str = NUMBER) -> Told:
    whose = {"list_id": list_id, "department": "planning", "case_number": number}
    event = fees.ListRefunded(**whose, notice_number="N1", refund_number="TK1", amount=amount, refunded_at=at(4, 2))
    return "/fees", event, at(4, 2)


def rated(stars: int, rating_id: str = "P1", number: str = NUMBER) -> Told:
    event = monitor.RatingGiven(
        rating_id=rating_id,
        case_number=number,
        department="planning",
        stage="closing",
        stars=stars,
        named=True,
        channel=Channel.WEB,
        indicators=1,
        aspects={},
        given_at=at(3, 20),
    )
    return "/monitor", event, at(3, 20)


def not_rated(rating_id: str = "P2", number: str = NUMBER) -> Told:
    whose = {"rating_id": rating_id, "case_number": number, "department": "planning", "stage": "acceptance"}
    return "/monitor", monitor.RatingDefaulted(**whose, stars=4, defaulted_at=at(3, 27)), at(3, 27)


def voided(rating_id: str = "P1", number: str = NUMBER) -> Told:
    whose = {"rating_id": rating_id, "case_number": number, "department": "planning"}
    return "/monitor", monitor.RatingVoided(**whose, reason="恶意差评", voided_at=at(3, 25)), at(3, 25)


def alert(alert_id: str, level: Light, number: str = NUMBER) -> Told:
    event = monitor.AlertRaised(
        alert_id=alert_id,
        case_number=number,
        department="fire",
        rung="pre-alert",
        level=level,
        rule="R70",
        reason="将到期",
        raised_at=at(3, 13),
        answer_by=date(2026, 3, 18),
    )
    return "/monitor", event, at(3, 13)


def escalated(alert_id: str, level: Light, number: str = NUMBER) -> Told:
    event = monitor.AlertEscalated(
        alert_id=alert_id,
        case_number=number,
        department="fire",
        level=level,
        former=Light.BLUE,
        order_number="D1",
        reason="逾期未答复",
        answer_by=date(2026, 3, 25),
        escalated_at=at(3, 19),
    )
    return "/monitor", event, at(3, 19)


def lifted(alert_id: str, number: str = NUMBER) -> Told:
    whose = {"alert_id": alert_id, "case_number": number, "department": "fire"}
    return "/monitor", monitor.AlertLifted(**whose, reason="申诉成立", lifted_at=at(3, 24)), at(3, 24)


def complaint(number: str = "T1", *, upheld: bool | None = None) -> list[Told]:
    filed = monitor.ComplaintFiled(
        complaint_number=number,
        audience="all",
        department="planning",
        channel="box",
        topic="delay",
        topic_name="办理拖延",
        office=Office.CENTRE,
        named=False,
        filed_at=at(3, 18),
        accept_by=date(2026, 3, 25),
    )
    told: list[Told] = [("/monitor", filed, at(3, 18))]
    if upheld is not None:
        answer = monitor.ComplaintAnswered(
            complaint_number=number,
            audience="all",
            upheld=upheld,
            in_writing=True,
            answered_by=CLERK,
            answered_at=at(4, 1),
        )
        told.append(("/monitor", answer, at(4, 1)))
    return told


def plain(number: str, when: datetime, days: int = 10, **changes: Any) -> list[Told]:
    """An accepted case that was decided and served at that instant."""
    mine = {"case_number": number}
    said = (submitted(**mine, applicant=APPLICANT, **changes), accepted(days, **mine), decided(when), closed(when))
    return [("/intake", event.model_copy(update=mine), at(3, 2)) for event in said]


def expected(told: Iterable[Recorded], more: Iterable[Contribution] = ()) -> list[Contribution]:
    """What each case contributes by its events, `more` beside."""
    cases: defaultdict[str, list[Recorded]] = defaultdict(list)
    for one in told:
        if one.meta.correlation_id is not None:
            cases[one.meta.correlation_id].append(one)
    return [*(contribution(fold(number, events), CALENDAR) for number, events in cases.items()), *more]


def sums(contributions: Iterable[Contribution]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """What the two tables should hold."""
    days: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    stages: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    for one in contributions:
        for place, counts in one.days.items():
            for key in grains_of(place):
                days[key].update(counts)
        for stage, counts in one.stages.items():
            for stage_key in rows_of(stage):
                stages[stage_key].update(counts)
    return {key: dict(n) for key, n in days.items()}, {key: dict(n) for key, n in stages.items()}


async def kept(harness: Harness) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """What they hold; what came and went again is nothing."""
    days = await rows(harness, "SELECT * FROM case_counts")
    stages = await rows(harness, "SELECT * FROM stage_counts")
    return _keyed(days, GRAIN_KEY, MEASURES), _keyed(stages, STAGE_KEY, STAGE_MEASURES)


def _keyed(found: list[dict[str, object]], key: tuple[str, ...], measures: tuple[str, ...]) -> dict[Any, Any]:
    keyed = {tuple(_value(row[name]) for name in key): _counted(row, measures) for row in found}
    return {place: counts for place, counts in keyed.items() if counts}


def _counted(row: Mapping[str, object], measures: tuple[str, ...]) -> dict[str, object]:
    return {name: row[name] for name in measures if row[name]}


def _value(value: object) -> object:
    """SQLite tells a date as text."""
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 and value[4] == "-" else value


def as_recorded(*told: Told) -> list[Recorded]:
    return recorded(told)
