"""A hundred at the same moment: one of them moves the case, and the others are told that it has moved."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import pytest

from services.intake.tests.hall import Hall
from services.intake.tests.samples import LED
from yimen.contracts import Event, approval
from yimen.contracts.intake import CaseAccepted, CaseDecided, CaseLeadDecided, CaseReviewed, ReviewRequested
from yimen.contracts.parts import Opinion
from yimen.web import Role

HUNDRED = 100
COME_AGAIN_SECONDS = 0.1
DEPARTMENTS = ("planning", "fire", "environment")
WORD = {"outcome": "granted", "reasons": "已整改到位", "legal_basis": "规划法第四十条"}


async def statuses(ask: Callable[[], Awaitable[httpx.Response]]) -> Counter[int]:
    """Of a hundred at once. Whoever finds no room in the line (503) comes again."""

    async def one() -> int:
        while (answer := await ask()).status_code == 503:
            assert answer.headers["Retry-After"]
            await asyncio.sleep(COME_AGAIN_SECONDS)
        return answer.status_code

    return Counter(await asyncio.gather(*(one() for _ in range(HUNDRED))))


async def said(hall: Hall, *kinds: type[Event]) -> Counter[str]:
    return Counter(event.action for event in await hall.harness.events(*kinds))


async def test_a_hundred_acceptances_of_one_version_accept_once(hall: Hall) -> None:
    number = await hall.submitted()
    answers = await statuses(lambda: hall.step(number, "acceptance", version=1))
    assert answers == {200: 1, 412: HUNDRED - 1}
    assert await said(hall, CaseAccepted, ReviewRequested) == {"accepted": 1, "requested": len(DEPARTMENTS)}
    shown = await hall.case(number)
    assert (shown["state"], shown["version"], len(shown["reviews"])) == ("accepted", 2, len(DEPARTMENTS))


@pytest.mark.rule("R46")
async def test_a_hundred_words_of_the_lead_decide_once(hall: Hall) -> None:
    number = await hall.accepted(LED)
    await hall.hear(
        hall.decided(number, "planning"),
        hall.decided(number, "environment"),
        hall.decided(number, "fire", Opinion.REFUSE, "通道不足"),
    )
    version = (await hall.case(number))["version"]
    chief = hall.harness.as_(Role.CHIEF_REPRESENTATIVE, departments=["planning"], id="chief")
    answers = await statuses(lambda: hall.step(number, "lead-decision", WORD, by=chief, version=version))
    assert answers == {200: 1, 412: HUNDRED - 1}
    assert await said(hall, CaseLeadDecided, CaseReviewed, CaseDecided) == {
        "lead_decided": 1,
        "reviewed": 1,
        "decided": 1,
    }
    shown = await hall.case(number)
    assert (shown["state"], shown["outcome"], shown["version"]) == ("decided", "granted", version + 1)


@pytest.mark.rule("R49")
async def test_a_hundred_deliveries_of_the_answers_end_in_one_review(hall: Hall) -> None:
    """Doubled by the broker, and said again by departments that changed their mind."""
    number = await hall.accepted()
    first: list[approval.ReviewDecided] = [hall.decided(number, name) for name in DEPARTMENTS]
    again = [hall.decided(number, name, Opinion.REFUSE, "改主意") for name in DEPARTMENTS]
    messages = [hall.harness.message(event, f"/approval/{event.department}") for event in [*first, *again]]
    await asyncio.gather(*(hall.harness.process([messages[n % len(messages)]]) for n in range(HUNDRED)))
    assert await said(hall, CaseReviewed, CaseDecided) == {"reviewed": 1, "decided": 1}
    shown = await hall.case(number)
    assert (shown["state"], shown["outcome"]) == ("decided", "granted")
    kept = [{answer["opinion"]: answer["late"] for answer in review["answers"]} for review in shown["reviews"]]
    assert kept == [{"consent": False, "refuse": True}] * 3
    assert await hall.harness.parked() == []
