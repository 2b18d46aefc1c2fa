"""Situations of an item (情形): they choose which materials are asked for and which departments take part."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import door, reviewing
from services.intake.domain.case import Case, Status
from services.intake.domain.item import Item, ItemMaterial
from services.intake.domain.values import Answer
from services.intake.publishing import publish
from services.intake.tests.hall import Hall
from services.intake.tests.samples import (
    APPLICATION,
    CLERK,
    MONDAY,
    ORGAN,
    RULES,
    accepted,
    held,
    item,
    kinds,
    review_of,
    submitted,
)
from yimen.contracts import intake
from yimen.contracts.intake import Condition, Situation, Stage
from yimen.contracts.parts import Kind, Opinion
from yimen.errors import Unfit

PLAN = ItemMaterial(code="02", name="平面图", originals=1, situations=("new",))
CONTRACT = ItemMaterial(code="03", name="授权书", originals=1, situations=("renew", "transfer"))


def only(department: str, *situations: str) -> Condition:
    return Condition(department=department, situations=situations)


ITEM = item(
    Kind.JOINT,
    code=f"{ORGAN}000108888888",
    situations=(
        Situation(code="new", name="新办"),
        Situation(code="renew", name="延续"),
        Situation(code="transfer", name="转让"),
    ),
    materials=(APPLICATION, PLAN, CONTRACT),
    stages=(
        Stage(name="踏勘", departments=("fire",), limit_days=2, conditions=(only("fire", "new"),)),
        Stage(
            name="联审",
            departments=("planning", "housing", "market"),
            limit_days=4,
            conditions=(only("market", "renew", "transfer"), only("housing", "new", "renew")),
        ),
        Stage(name="备案", departments=("environment",), limit_days=2, conditions=(only("environment", "transfer"),)),
    ),
)


def handed_in(*situations: str, materials: tuple[str, ...] = ("01", "02", "03"), of: Item = ITEM) -> Case:
    return submitted(of).but(situations=situations, materials=held(*materials))


def begun(*situations: str) -> Case:
    return door.accept(handed_in(*situations), CLERK, MONDAY, RULES).case


def asked(case: Case) -> list[tuple[int, str]]:
    return [(review.stage, review.department) for review in case.reviews]


def all_consent(case: Case) -> Case:
    """Every department of the present stage."""
    now = MONDAY + timedelta(hours=1)
    given = Answer(opinion=Opinion.CONSENT, decided_by="李主任", decided_at=now)
    for department in [review.department for review in case.current_reviews]:
        case = reviewing.answer(case, review_of(case, department), given, now, RULES).case
    return case


# -- the choice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ((), "situation-required"),
        (("old",), "situation-unknown"),
        (("new", "new"), "situation-doubled"),
    ],
)
def test_an_application_names_situations_of_the_item(chosen: tuple[str, ...], code: str) -> None:
    with pytest.raises(Unfit) as refused:
        door.submit(handed_in(*chosen), RULES, as_is=True)
    assert refused.value.code == code
    assert "new（新办）" in refused.value.detail
    assert refused.value.extensions["errors"][0]["pointer"] == "/situations"


def test_an_item_without_situations_takes_none() -> None:
    with pytest.raises(Unfit, match="situation-unknown"):
        door.submit(submitted().but(situations=("new",)), RULES, as_is=False)
    assert kinds(door.submit(submitted(), RULES, as_is=False))[0] == "submitted"


# -- materials ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R04")
@pytest.mark.parametrize(
    ("chosen", "missing"),
    [(("new",), ("平面图",)), (("renew",), ("授权书",)), (("new", "transfer"), ("平面图", "授权书"))],
)
def test_the_chosen_situations_say_what_is_missing(chosen: tuple[str, ...], missing: tuple[str, ...]) -> None:
    assert handed_in(*chosen, materials=("01",)).missing == missing


@pytest.mark.rule("R04", "R06")
def test_the_one_time_notice_is_complete_when_it_names_what_the_situations_ask_for() -> None:
    case = handed_in("new", materials=())
    with pytest.raises(Unfit, match="notice-incomplete"):
        door.request_correction(case, {"01": "未交"}, CLERK, MONDAY, RULES)
    told = door.request_correction(case, {"01": "未交", "02": "未交"}, CLERK, MONDAY, RULES)
    assert told.case.status is Status.CORRECTION_REQUESTED


@pytest.mark.rule("R10")
def test_material_of_another_situation_is_not_asked_for() -> None:
    case = handed_in("new", materials=("01",))
    with pytest.raises(Unfit, match="material-not-listed"):
        door.request_correction(case, {"02": "未交", "03": "未交"}, CLERK, MONDAY, RULES)


# -- departments ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R40")
def test_only_departments_of_the_chosen_situations_take_part() -> None:
    case = begun("new")
    assert asked(case) == [(0, "fire")]
    assert asked(all_consent(case))[1:] == [(1, "planning"), (1, "housing")]


def test_a_first_stage_that_nobody_takes_part_in_is_skipped() -> None:
    assert asked(begun("renew")) == [(1, "planning"), (1, "housing"), (1, "market")]


def test_last_stages_that_nobody_takes_part_in_end_the_review() -> None:
    case = all_consent(begun("renew"))
    assert case.status is Status.DECIDED
    assert len(case.reviews) == 3


def test_several_situations_bring_in_the_departments_of_each() -> None:
    case = all_consent(all_consent(begun("new", "transfer")))
    assert asked(case) == [(0, "fire"), (1, "planning"), (1, "housing"), (1, "market"), (2, "environment")]
    assert all_consent(case).status is Status.DECIDED


def test_an_item_without_conditions_asks_everybody() -> None:
    assert len(accepted().reviews) == 3


# -- in the hall ----------------------------------------------------------------------------------------------------------


async def test_a_case_of_a_situation_is_told_and_reviewed_as_such(hall: Hall) -> None:
    async with hall.harness.units.begin() as unit:
        await publish(unit, [ITEM])
    refused = await hall.apply(ITEM, codes=("01",))
    assert (refused.status_code, refused.json()["code"]) == (422, "situation-required")
    refused = await hall.apply(ITEM, codes=("01",), situations=["new"])
    assert refused.json()["code"] == "materials-missing"
    number = await hall.submitted(ITEM, codes=("01", "03"), situations=["renew"])
    assert (await hall.step(number, "acceptance")).status_code == 200
    shown = await hall.case(number)
    assert shown["situations"] == ["renew"]
    assert {review["department"] for review in shown["reviews"]} == {"planning", "housing", "market"}
    events: list[Any] = await hall.harness.events(intake.CaseSubmitted, intake.ReviewRequested)
    assert {event.situations for event in events} == {("renew",)}
    (described,) = [e for e in await hall.harness.events(intake.ItemPublished) if e.item_code == ITEM.code]
    assert [situation.code for situation in described.situations] == ["new", "renew", "transfer"]
    assert described.stages == ITEM.stages
