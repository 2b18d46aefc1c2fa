"""Papers, as those see them who work here."""

from typing import Any

import pytest

from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from services.notify.tests.sheets import keep_paper
from yimen.ids import case_number
from yimen.web import Role

PAPER, OTHER, FEES = b"%PDF-1.7 a", b"%PDF-1.7 b", b"%PDF-1.7 c"
CASE_OF_FIRE = case_number("450721", samples.DOCUMENT.dated, "L", 2)


async def listed(messenger: Messenger, *roles: Role, department: str = "", **asked: Any) -> list[str]:
    headers = messenger.harness.as_(*roles, departments=[department] if department else [])
    answer = await messenger.harness.client.get("/documents", headers=headers, params=asked)
    assert answer.status_code == 200, answer.text
    return [paper["id"] for paper in answer.json()["documents"]]


async def status(messenger: Messenger, path: str, role: Role, department: str, **headers: str) -> int:
    known = messenger.harness.as_(role, departments=[department])
    return (await messenger.harness.client.get(path, headers=known | headers)).status_code


@pytest.fixture
async def ids(messenger: Messenger) -> dict[str, str]:
    """One of each: of the market's, of the fire's own case, and of the fee window."""
    market = await keep_paper(messenger.harness, PAPER)
    fire = await keep_paper(
        messenger.harness, OTHER, department="fire", case_number=CASE_OF_FIRE, number="受字〔2026〕8号"
    )
    fees = await keep_paper(
        messenger.harness, FEES, type="fees.notice.issued.v1", kind="fee_notice", department=None, number="PN1"
    )
    return {"market": market, "fire": fire, "fees": fees}


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN])
async def test_those_who_watch_see_every_paper(messenger: Messenger, ids: dict[str, str], role: Role) -> None:
    assert set(await listed(messenger, role)) == set(ids.values())
    assert await listed(messenger, role, department="fire") == await listed(messenger, role)


async def test_a_department_sees_its_own_papers(messenger: Messenger, ids: dict[str, str]) -> None:
    for role in (Role.WINDOW_CLERK, Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE, Role.ORGAN_HEAD):
        assert await listed(messenger, role, department="market") == [ids["market"]]
        assert await listed(messenger, role, department="health") == []
        assert await listed(messenger, role) == []


async def test_a_department_sees_the_papers_of_a_case_from_when_it_works_on_it(
    messenger: Messenger, ids: dict[str, str]
) -> None:
    assert await listed(messenger, Role.SECTION_OFFICER, department="health") == []
    received = samples.review_received("health", case=CASE_OF_FIRE)
    await messenger.harness.deliver(received, source="/approval/health")
    assert await listed(messenger, Role.SECTION_OFFICER, department="health") == [ids["fire"]]


async def test_the_money_side_sees_the_fee_windows_papers_and_no_departments(
    messenger: Messenger, ids: dict[str, str]
) -> None:
    for role in (Role.FEE_OFFICER, Role.TREASURER):
        assert await listed(messenger, role) == [ids["fees"]]


async def test_another_departments_paper_is_answered_as_if_it_were_not(
    messenger: Messenger, ids: dict[str, str]
) -> None:
    for way in ("", "/file"):
        assert await status(messenger, f"/documents/{ids['market']}{way}", Role.WINDOW_CLERK, "market") == 200
        assert await status(messenger, f"/documents/{ids['market']}{way}", Role.WINDOW_CLERK, "health") == 404
        assert await status(messenger, f"/documents/{ids['market']}{way}", Role.FEE_OFFICER, "health") == 404


async def test_papers_are_chosen_by_case_kind_department_and_state(messenger: Messenger, ids: dict[str, str]) -> None:
    chosen = {
        "market": {"department": "market"},
        "fire": {"case_number": CASE_OF_FIRE},
        "fees": {"kind": "fee_notice", "state": "rendered"},
    }
    for name, asked in chosen.items():
        headers = messenger.harness.as_(Role.SUPERVISOR)
        answer = await messenger.harness.client.get("/documents", headers=headers, params=asked)
        assert [paper["id"] for paper in answer.json()["documents"]] == [ids[name]]
    assert await listed(messenger, Role.SUPERVISOR, state="failed") == []


async def test_page_after_page_shows_each_paper_once(messenger: Messenger, ids: dict[str, str]) -> None:
    seen, after = list[str](), {}
    headers = messenger.harness.as_(Role.SUPERVISOR)
    for _ in range(4):
        answer = (
            await messenger.harness.client.get("/documents", headers=headers, params={"limit": 1, **after})
        ).json()
        seen += [paper["id"] for paper in answer["documents"]]
        after = {"after": answer["next"]} if answer["next"] else after
    assert sorted(seen) == sorted(ids.values())


async def test_the_file_is_shown_under_its_hash_and_not_sent_again_to_who_has_it(
    messenger: Messenger, ids: dict[str, str]
) -> None:
    headers = messenger.harness.as_(Role.WINDOW_CLERK, departments=["market"])
    path = f"/documents/{ids['market']}/file"
    answer = await messenger.harness.client.get(path, headers=headers)
    assert (answer.content, answer.headers["content-type"]) == (PAPER, "application/pdf")
    assert answer.headers["content-disposition"].startswith("inline;")
    assert "%E5%8F%97%E7%90%86%E9%80%9A%E7%9F%A5%E4%B9%A6" in answer.headers["content-disposition"]
    again = await messenger.harness.client.get(path, headers=headers | {"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_paper_that_is_not_made_yet_is_not_there_to_be_read(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.published(), samples.submitted(), source="/intake")
    [paper] = await listed(messenger, Role.SUPERVISOR)
    assert await status(messenger, f"/documents/{paper}/file", Role.SUPERVISOR, "") == 409
    await messenger.work()
    assert await status(messenger, f"/documents/{paper}/file", Role.SUPERVISOR, "") == 200
