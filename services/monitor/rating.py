"""Ratings (好差评, R95, R96): given by whoever applied, defaulted where nobody spoke, called back and put right where bad.

Guarantees: a case's stage has one rating; whoever speaks and whatever records silence take the case's row. What somebody
said takes the place of a default in what is counted; both stay on record. A case's events may come in any order.
Names, phones and comments stay here.
"""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, Select, insert, select, update

from services.monitor import deadlines, queries, rulebooks
from services.monitor.context import Context
from services.monitor.deadlines import Kind as DeadlineKind
from services.monitor.deadlines import Passed
from services.monitor.domain import ratings as rules
from services.monitor.domain.ratings import Rateable, RatedCase, Stage
from services.monitor.domain.rulebook import Rulebook, deductions
from services.monitor.registry import handlers
from services.monitor.staffing import window_of
from services.monitor.tables import rated_cases, ratings
from yimen.bus import Unit, View
from yimen.contracts import Meta, intake
from yimen.contracts.monitor import (
    AppealDecided,
    AppealTarget,
    Deduction,
    RatingCalledBack,
    RatingDefaulted,
    RatingGiven,
    RatingOverdue,
    RatingRectified,
    RatingVoided,
)
from yimen.contracts.parts import Channel, Due, Kind, ServiceWay, Staff
from yimen.errors import NotNow
from yimen.worktime import local_date

SILENCE, DEFAULT = "silence", "default"
BAD, RECTIFICATION = "rating", "rectification"
TICKET_LASTS: Final = timedelta(minutes=10)
Found = Row[Any]


@dataclass(frozen=True, slots=True)
class Opinion:
    """`named`: the rater agrees that the department learns who it was."""

    stars: int
    aspects: dict[str, int]
    comment: str | None
    named: bool
    rater: str | None
    contact: str | None


# -- what may be rated ------------------------------------------------------------------------------------------------


@handlers.on(intake.CaseAccepted)
async def learn_acceptance(unit: Unit[Context], event: intake.CaseAccepted, _meta: Meta) -> None:
    await _learn(
        unit,
        event.case_number,
        department=event.department,
        kind=event.kind,
        accepted_at=event.accepted_at,
        accepted_by=event.accepted_by and event.accepted_by.model_dump(),
    )


@handlers.on(intake.CaseServed)
async def learn_service(unit: Unit[Context], event: intake.CaseServed, _meta: Meta) -> None:
    """Where the paper was fetched (电子送达) nobody served."""
    by_nobody = event.proof is not None and event.proof.way is ServiceWay.ELECTRONIC
    await _learn(unit, event.case_number, served_by=None if by_nobody else event.served_by.model_dump())


@handlers.on(intake.CaseClosed)
async def learn_closing(unit: Unit[Context], event: intake.CaseClosed, _meta: Meta) -> None:
    await _learn(unit, event.case_number, closed_at=event.closed_at)


async def _learn(unit: Unit[Context], number: str, **told: Any) -> None:
    """Each event alone fills its columns, so what was known before is the row without them. A case that was reopened reaches
    a stage again: it is rated once (R95), and the days run from the first time."""
    known = unit.insert(rated_cases).values(case_number=number, **told)
    known = known.on_conflict_do_update(index_elements=["case_number"], set_=told)
    after = case_of((await unit.execute(known.returning(rated_cases))).one())
    before = {one.stage for one in rules.rateable(replace(after, **dict.fromkeys(told)))}
    days = (await rulebooks.of_unit(unit)).number("rating_days")
    for reached in rules.rateable(after):
        which = f"{number}/{reached.stage}"
        if reached.stage not in before and await deadlines.find(unit, SILENCE, which, DEFAULT) is None:
            await deadlines.begin(unit, SILENCE, which, DEFAULT, [(local_date(reached.reached_at), days)])


def case_of(row: Found) -> RatedCase:
    kind = row.kind and Kind(row.kind)
    return RatedCase(row.department, kind, row.accepted_at, row.accepted_by, row.served_by, row.closed_at)


async def reached_stage(unit: Unit[Context], number: str, stage: Stage) -> Rateable:
    """Takes the case's row. Raises `NotNow`."""
    query = select(rated_cases).where(rated_cases.c.case_number == number).with_for_update()
    row = (await unit.execute(query)).first()
    found = [one for one in rules.rateable(case_of(row)) if one.stage is stage] if row else []
    if not found:
        detail = "该办件尚未到可以评价的环节；即办件在办结时评价一次，其他办件在受理和办结时各评价一次。"
        raise NotNow("stage-not-reached", "现在还不能评价", detail)
    return found[0]


# -- given, or defaulted ----------------------------------------------------------------------------------------------


async def give(unit: Unit[Context], number: str, stage: Stage, opinion: Opinion, channel: Channel) -> Found:
    """The rating. The same one said again is the one that stands. Raises `NotNow`, `Unfit`."""
    reached = await reached_stage(unit, number, stage)
    rating_id = rating_id_of(number, stage)
    if (known := await _real(unit, rating_id)) is not None:
        _refuse_another(known, opinion)
        return known
    rules.refuse_unknown_aspects(opinion.aspects, channel)
    book, calendar = await rulebooks.of_unit(unit), (await queries.unit_calendars(unit))[-1]
    until = calendar.add(local_date(reached.reached_at), book.number("rating_open_days")).date
    rules.refuse_late(until, unit.now)
    await deadlines.end(unit, SILENCE, f"{number}/{stage}", DEFAULT)
    row = _row(rating_id, number, reached, opinion.stars, is_default=False) | {
        **asdict(opinion),
        "indicators": rules.indicators()[-1].version,
        "channel": channel,
        "given_at": unit.now,
    }
    replaced = update(ratings).where(ratings.c.rating_id == rating_id).values(replaced=True)
    await unit.execute(replaced)
    await unit.execute(insert(ratings).values(row))
    unit.emit(
        RatingGiven(
            rating_id=rating_id,
            case_number=number,
            department=reached.department,
            stage=stage,
            stars=opinion.stars,
            named=opinion.named,
            channel=channel,
            indicators=row["indicators"],
            aspects=opinion.aspects,
            person=Staff(**reached.person) if reached.person else None,
            rectify_by=await _to_be_rectified(unit, rating_id, opinion, book),
            given_at=unit.now,
        )
    )
    known = await _real(unit, rating_id)
    assert known is not None
    return known


async def _to_be_rectified(unit: Unit[Context], rating_id: str, opinion: Opinion, book: Rulebook) -> Due | None:
    """By when, where it is bad and has a name (R96)."""
    if not (rules.is_bad(opinion.stars) and opinion.named):
        return None
    span = (local_date(unit.now), book.number("rating_rectify_days"))
    return await deadlines.begin(unit, BAD, rating_id, RECTIFICATION, [span])


async def record_silence(unit: Unit[Context], passed: Passed) -> None:
    """Nobody rated in time (R95)."""
    number, stage = passed.number.split("/")
    reached = await reached_stage(unit, number, Stage(stage))
    stars = (await rulebooks.of_unit(unit)).number("rating_default_stars")
    rating_id = rating_id_of(number, stage)
    row = _row(rating_id, number, reached, stars, is_default=True) | {"given_at": passed.at}
    await unit.execute(insert(ratings).values(row))
    about = {"rating_id": rating_id, "case_number": number, "department": reached.department}
    unit.emit(RatingDefaulted(**about, stage=stage, stars=stars, defaulted_at=passed.at))


def _row(rating_id: str, number: str, reached: Rateable, stars: int, *, is_default: bool) -> dict[str, Any]:
    return {
        "rating_id": rating_id,
        "case_number": number,
        "stage": reached.stage,
        "department": reached.department,
        "person": reached.person,
        "is_default": is_default,
        "replaced": False,
        "version": 1,
        "stars": stars,
        "named": False,
    }


def _refuse_another(known: Found, opinion: Opinion) -> None:
    if any(getattr(known, name) != value for name, value in asdict(opinion).items()):
        detail = "每个办件的每个环节只评价一次；您的评价已经收到，不能更改。"
        raise NotNow("already-rated", "已经评价过", detail, stars=known.stars)


# -- bad ones: called back and put right, R96 ---------------------------------------------------------------------------


async def call_back(unit: Unit[Context], row: Found, *, reached: bool, note: str, by: Staff) -> None:
    _refuse_unless_bad(row)
    called = {"called_at": unit.now, "called_by": by.model_dump(), "reached": reached, "call_note": note}
    await _change(unit, row, **called)
    unit.emit(RatingCalledBack(**_about(row), reached=reached, called_by=by, called_at=unit.now))


async def rectify(unit: Unit[Context], row: Found, measures: str, by: Staff) -> None:
    """By the department that handled the case (谁办理谁负责), after it has called."""
    _refuse_unless_bad(row)
    if row.called_at is None:
        raise NotNow("call-back-first", "尚未回访", "实名差评须先回访评价人，了解情况后再登记整改。")
    await deadlines.end(unit, BAD, row.rating_id, RECTIFICATION)
    await _change(unit, row, measures=measures, rectified_by=by.model_dump(), rectified_at=unit.now)
    unit.emit(RatingRectified(**_about(row), rectified_by=by, rectified_at=unit.now))


async def tell_overdue(unit: Unit[Context], passed: Passed) -> None:
    row = await find(unit, passed.number)
    assert row is not None
    rule = (await rulebooks.of_unit(unit)).finding("bad_rating_overdue")
    cost: tuple[Deduction, ...] = ()
    if rule:
        window = await window_of(unit, row.department)
        cost = deductions(rule.code, rule.charges, department=row.department, window=window)
    await _change(unit, row, overdue_at=passed.at)
    unit.emit(RatingOverdue(**_about(row), due=passed.due, overdue_at=passed.at, deductions=cost))


def _refuse_unless_bad(row: Found) -> None:
    if row.is_default or not (row.named and rules.is_bad(row.stars)):
        raise NotNow("rating-not-to-be-rectified", "该评价不需要回访整改", "需要回访整改的是实名差评（一星、二星）。")
    if row.voided_at is not None:
        raise NotNow("rating-voided", "该评价已认定无效", "经申诉认定无效的评价不需要回访整改。")
    if row.rectified_at is not None:
        raise NotNow("rating-rectified", "该差评已经整改", "整改情况已存档，不能更改。")


@handlers.on(AppealDecided)
async def void_rating(unit: Unit[Context], event: AppealDecided, _meta: Meta) -> None:
    """False or malicious: it counts no more, and nobody has to answer for it."""
    if event.target is not AppealTarget.RATING or not event.upheld:
        return
    row = await lock(unit, event.target_id)
    if row is None or row.is_default or row.voided_at is not None:
        return
    await deadlines.end(unit, BAD, row.rating_id, RECTIFICATION)
    await _change(unit, row, voided_at=unit.now, void_reason=event.reasons)
    unit.emit(RatingVoided(**_about(row), reason=event.reasons, voided_at=unit.now))


# -- rows -------------------------------------------------------------------------------------------------------------


def _one(rating_id: str) -> Select[Any]:
    """What somebody said; the default where nobody did."""
    return select(ratings).where(ratings.c.rating_id == rating_id).order_by(ratings.c.is_default).limit(1)


async def lock(unit: Unit[Context], rating_id: str) -> Found | None:
    return (await unit.execute(_one(rating_id).with_for_update())).first()


async def find(view: View[Context], rating_id: str) -> Found | None:
    return (await view.execute(_one(rating_id))).first()


async def _real(view: View[Context], rating_id: str) -> Found | None:
    row = await find(view, rating_id)
    return row if row and not row.is_default else None


async def _change(unit: Unit[Context], row: Found, **changes: Any) -> None:
    r = ratings.c
    changed = update(ratings).where(r.rating_id == row.rating_id, r.is_default == row.is_default)
    await unit.execute(changed.values(version=row.version + 1, **changes))


def _about(row: Found) -> dict[str, Any]:
    return {"rating_id": row.rating_id, "case_number": row.case_number, "department": row.department}


def rating_id_of(number: str, stage: str) -> str:
    return uuid5(NAMESPACE_URL, f"rating:{number}/{stage}").hex


async def _lock_case(unit: Unit[Context], number: str) -> None:
    case, _stage = number.split("/")
    query = select(rated_cases.c.case_number).where(rated_cases.c.case_number == case)
    await unit.execute(query.with_for_update())


deadlines.register(SILENCE, DeadlineKind(_lock_case, record_silence))
deadlines.register(BAD, DeadlineKind(lock, tell_overdue))
