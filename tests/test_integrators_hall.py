"""A department's own system in the place of the hall's instance: a case is decided with its word, whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from deploy.outside import Outside
from deploy.real import House, processes
from sim.demo.acting import Cast, Story
from sim.demo.hall import Hall
from tests.support.department import LANGUAGES, WINDOWS, Department, PlayedHall, account_of_fire
from tests.support.joined import hall_without_fire
from tests.support.parts import RealParts
from tests.support.sandbox import wait_until
from yimen.departments import DEPARTMENTS

REQUEST = "intake.review.requested.v1"


class Town(Cast):
    """Two joint cases, each reviewed by three departments, of which one is not in the hall."""

    def __init__(self, hall: Hall) -> None:
        title, item, firm = "联办件", "建设工程规划许可证", "agent-chengyuan"
        super().__init__(hall, {name: Story(title, item, firm, "closed", "granted") for name in ("first", "second")})

    async def ask_departments(self, story: Story) -> None:
        await self.hand_in(story)
        await self.hall.act(story.clerk, story.case, "acceptance")

    async def others_consent(self, story: Story) -> None:
        for department in WINDOWS:
            await self.consent(department, await self.review_of(story, department))

    async def review_by_fire(self, story: Story) -> dict[str, Any]:
        case = await self.hall.get(story.clerk, story.case)
        (review,) = [one for one in case["reviews"] if one["department"] == "fire"]
        found: dict[str, Any] = review
        return found

    async def urge_fire(self, story: Story) -> str:
        """A second event of the review; its id."""
        review = str((await self.review_by_fire(story))["review_id"])
        await self.hall.act("supervisor", story.case, f"reviews/{review}/urging", {"reason": "请尽快审查"})
        return review

    async def answers_of_fire(self, story: Story) -> list[str]:
        await self.decided(story)
        review = await self.review_by_fire(story)
        assert review["received_at"], "it was never signed for"
        return [str(answer["opinion"]) for answer in review["answers"]]


@pytest.fixture
async def base(amqp_vhost_url: str, migrated: Callable[[str, str], str], tmp_path: Path) -> AsyncIterator[str]:
    async with hall_without_fire(amqp_vhost_url, lambda name: migrated("postgres", name), tmp_path) as address:
        yield address


@pytest.fixture
def programs(base: str, amqp_vhost_url: str, real_parts: RealParts) -> Iterator[list[Department]]:
    """One in each language."""
    environment = {
        "HALL_URL": base,
        "TOKEN_URL": f"{base}/identity/token",
        "TOKEN_FORM": urlencode({"grant_type": "client_credentials", "person": "system-fire"}),
        "CHECK_SECONDS": "1",
    }
    account = account_of_fire(real_parts.broker.get(), amqp_vhost_url)
    made = [kind(real_parts.sandbox, f"joins-{name}", account, **environment) for name, kind in LANGUAGES.items()]
    yield made
    for program in made:
        program.kill()


def test_a_hall_opened_for_a_trial_gives_no_window_to_who_joins(tmp_path: Path) -> None:
    outside = Outside(tmp_path, "http://hall.test", bank_elsewhere=True)
    house = House(tmp_path, "http://hall.test", "amqp://", "postgresql://", joined=frozenset({"fire", "health"}))
    served = {path.removeprefix("/approval/departments/") for one in processes(house, outside) for path in one.paths}
    assert set(DEPARTMENTS) - served == {"fire", "health"}


async def loses(amqp_url: str, queue: str, kind: str) -> None:
    """What the broker held for the department is gone: the one message that asks it."""

    def lose() -> None:
        hand = PlayedHall(amqp_url)
        try:
            wait_until(lambda: hand.take_away(queue, kind), 30, lambda: f"no {kind} came to {queue}")
        finally:
            hand.close()

    await asyncio.to_thread(lose)


async def test_cases_are_decided_with_its_word_though_its_queue_lost_what_was_asked_and_another_program_takes_over(
    base: str, programs: list[Department], amqp_vhost_url: str
) -> None:
    """The second program begins with nothing, speaks in the same name, and does not answer again what was answered."""
    await asyncio.to_thread(programs[0].start)
    async with Hall(base) as hall:
        town = Town(hall)
        await town.choose_items()
        for story, program in zip(town.stories.values(), programs, strict=True):
            programs[0].kill()
            await town.ask_departments(story)
            await loses(amqp_vhost_url, "dept.fire", REQUEST)
            review = await town.urge_fire(story)
            await asyncio.to_thread(program.start)
            await town.others_consent(story)
            assert await town.answers_of_fire(story) == ["consent"]
            path = "/notify/feed/positions"
            await hall.until("system-fire", path, lambda page, p=program: told(page) == p.positions(), "the proof")
            assert program.positions()["/intake", f"review/{review}"] == 2
            assert program.positions()["/approval/fire", f"review/{review}"] == 2
            assert set(program.heard().values()) == {1}
        for story in town.stories.values():
            assert await town.answers_of_fire(story) == ["consent"], "it was answered again"


def told(page: dict[str, Any]) -> dict[tuple[str, str], int]:
    assert page["next"] is None
    return {(one["source"], one["subject"]): one["last"] for one in page["positions"]}
