"""Fees by piece, percentage and area, in full and halved, from the list to the notice; and lists that do not fit."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.fees.tests import samples
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.contracts.parts import Fee, FeeCalculator, FeeGrade, FeeLine

CHANGE = Fee(
    code="CHANGE", name="变更登记费", unit="件", price=55_000, basis="登记费标准", half_rate_basis="更正登记减半"
)
IDLE = Fee(
    code="IDLE",
    name="土地闲置费",
    unit="宗",
    price=0,
    basis="闲置土地处置办法",
    calculator=FeeCalculator.PERCENTAGE,
    rate=2000,
)
LAND = Fee(
    code="LAND",
    name="土地复垦费",
    unit="公顷",
    price=600_000,
    basis="土地复垦费收费标准",
    calculator=FeeCalculator.AREA,
    grades=(
        FeeGrade(code="light", name="轻度损毁", price=600_000),
        FeeGrade(code="heavy", name="重度损毁", price=2_280_000),
    ),
    late_fee_basis="某法第一条",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 9, 7),
)
STANDARDS = (CHANGE, IDLE, LAND)
LINES = (
    FeeLine(code="CHANGE", quantity=1, half_rate=True),
    FeeLine(code="CHANGE", quantity=2),
    FeeLine(code="IDLE", quantity=1, base=123_456_789),
    FeeLine(code="LAND", quantity=1, area=12_345, grade="heavy"),
)
AMOUNTS = [27_500, 110_000, 24_691_358, 2_814_660]
EXPLAINED = ("calculator", "rate", "base", "area", "grade", "half_rate", "price", "amount", "standard_version")
LAST_MINUTE = datetime(2026, 9, 7, 15, 59, tzinfo=UTC)
DAY_AFTER = datetime(2026, 9, 7, 16, 0, tzinfo=UTC)  # midnight in Shanghai

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where the database makes no difference."""


@pytest.fixture
async def charging(window: Window) -> Window:
    await window.intake(samples.item(fees=STANDARDS), samples.submitted())
    return window


@pytest.mark.rule("R47", "R50", "R61")
async def test_every_calculator_is_reckoned_from_what_the_department_listed(charging: Window) -> None:
    await charging.approval(samples.listed("L1", *LINES))
    before = await charging.get("/lists/L1")
    assert (before["state"], before["amount"], [line["amount"] for line in before["lines"]]) == ("open", None, AMOUNTS)
    [row] = (await charging.get("/lists"))["lists"]
    assert row == before
    after = await charging.verify()
    assert after["amount"] == sum(AMOUNTS)
    assert after["lines"] == before["lines"]
    [event] = await charging.harness.events(fees.ListVerified)
    told = [line.model_dump(mode="json") for line in event.lines]
    assert [[line[name] for name in EXPLAINED] for line in told] == [
        [line[name] for name in EXPLAINED] for line in after["lines"]
    ]
    await charging.intake(samples.reviewed("L1"))
    notice = await charging.notice()
    assert notice is not None
    assert notice["amount"] == sum(AMOUNTS)
    await charging.sound()


@pytest.mark.rule("R50")
async def test_a_verified_list_keeps_the_version_it_was_reckoned_by(charging: Window) -> None:
    await charging.approval(samples.listed("L1", LINES[2]))
    kept = await charging.verify()
    await charging.intake(samples.item(2, fees=(IDLE.model_copy(update={"rate": 100}),)))
    assert (await charging.get("/lists/L1"))["lines"] == kept["lines"]
    assert (kept["lines"][0]["rate"], kept["lines"][0]["standard_version"]) == (2000, 1)


@pytest.mark.rule("R13", "R50")
@on_sqlite
@pytest.mark.parametrize(("at", "state"), [(LAST_MINUTE, "open"), (DAY_AFTER, "rejected")])
async def test_a_standard_counts_by_the_day_of_listing_in_shanghai(charging: Window, at: datetime, state: str) -> None:
    await charging.approval(samples.listed("L1", LINES[3], at=at))
    found = await charging.get("/lists/L1")
    assert found["state"] == state
    if state == "open":
        assert (await charging.verify())["amount"] == AMOUNTS[3]
        return
    assert (found["rejection"], found["lines"][0]["amount"]) == ("no_standard", None)
    [event] = await charging.harness.events(fees.ListRejected)
    assert event.reason == "收费项目LAND的收费标准执行至2026-09-07，已经失效，不得收取。"


MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"code": "IDLE", "quantity": 1}, "计费基数base"),
    ({"code": "LAND", "quantity": 1, "grade": "light"}, "面积area"),
    ({"code": "LAND", "quantity": 1, "area": 1, "grade": "worst"}, "没有档次worst"),
    ({"code": "CHANGE", "quantity": 1, "base": 5}, "请删除计费基数base"),
    ({"code": "IDLE", "quantity": 1, "base": 5, "half_rate": True}, "没有减半征收的依据"),
]


@pytest.mark.rule("R50")
@on_sqlite
@pytest.mark.parametrize(("line", "said"), MISFITS)
async def test_a_list_that_does_not_fit_its_standard_is_sent_back_and_awaited(
    charging: Window, line: dict[str, Any], said: str
) -> None:
    """A department's own system may send anything; the fee itself is lawful, so the notice waits for a better list."""
    await charging.approval(samples.listed("L1", LINES[1], FeeLine(**line)))
    found = await charging.get("/lists/L1")
    assert (found["state"], found["rejection"], found["lines"][1]["amount"]) == ("rejected", "misfit", None)
    [event] = await charging.harness.events(fees.ListRejected)
    assert event.reason.startswith(f"第2行{line['code']}：")
    assert said in event.reason
    await charging.intake(samples.reviewed("L1"))
    assert await charging.notice() is None
    await charging.approval(samples.listed("L2", LINES[1], replaces="L1"))
    await charging.verify("L2")
    notice = await charging.notice()
    assert notice is not None
    assert notice["amount"] == AMOUNTS[1]


async def test_a_list_beyond_any_account_is_shown_and_not_verified(charging: Window) -> None:
    await charging.approval(samples.listed("L1", FeeLine(code="LAND", quantity=1, area=10**12, grade="heavy")))
    assert (await charging.get("/lists/L1"))["lines"][0]["amount"] is None
    answer = await charging.decide("L1", "verification")
    assert (answer.status_code, answer.json()["code"]) == (409, "list-too-large")


@pytest.mark.rule("R50")
async def test_the_public_reads_the_whole_standard_and_whether_it_is_in_force(charging: Window) -> None:
    next_version = samples.item(2, fees=(IDLE,)).model_copy(update={"effective_from": date(2026, 9, 8)})
    await charging.intake(next_version)

    async def in_force() -> dict[tuple[int, str], bool]:
        return {(row["version"], row["code"]): row["in_force"] for row in await charging.get("/standards")}

    [_, _, land, _] = await charging.get("/standards")
    told = {name: land[name] for name in Fee.model_fields}
    assert told == LAND.model_dump(mode="json")
    assert await in_force() == {(1, "CHANGE"): True, (1, "IDLE"): True, (1, "LAND"): True, (2, "IDLE"): False}
    charging.clock.move_to(DAY_AFTER)
    assert await in_force() == {(1, "CHANGE"): False, (1, "IDLE"): False, (1, "LAND"): False, (2, "IDLE"): True}
