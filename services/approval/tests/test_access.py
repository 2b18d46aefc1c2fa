"""Who may stand at the desk: every route is walked, for every kind of caller."""

import pytest
from fastapi.routing import APIRoute

from services.approval.api import router
from services.approval.tests.desk import CONSENT, HEARING, ONE_SURVEY, Desk
from yimen.web import Role

BODIES = {
    "assignment": {"assignee": {"id": "u7", "name": "周科员"}},
    "pause": HEARING,
    "forwarding": {"superior": "省民宗委"},
    "superior-answer": {"superior": "省民宗委", "granted": True},
    "decision": CONSENT,
    "fee-list": ONE_SURVEY,
}
ROUTES = [(method, route.path) for route in router.routes if isinstance(route, APIRoute) for method in route.methods]
TRANSITIONS = [(method, path) for method, path in ROUTES if method == "POST" and not path.endswith("fee-list")]
OFFICIALS = (Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)


async def walk(desk: Desk, headers: dict[str, str], routes=ROUTES, version: str | None = '"1"') -> dict[str, int]:
    """The status of each route's answer, by method and last word of the path."""
    asked = headers | ({} if version is None else {"If-Match": version, "Idempotency-Key": "k1"})
    found = {}
    for method, path in routes:
        word = path.rpartition("/")[2]
        url = path.format(department="fire", review_id="R1")
        body = BODIES.get(word) if method == "POST" else None
        found[f"{method} {word}"] = (
            await desk.harness.client.request(method, url, headers=asked, json=body)
        ).status_code
    return found


def test_ten_routes_are_walked():
    assert (len(ROUTES), len(TRANSITIONS)) == (10, 7)


async def test_staff_of_another_department_are_refused_everywhere(asked: Desk):
    answers = await walk(asked, asked.harness.as_(*OFFICIALS, departments=("housing",)))
    assert set(answers.values()) == {403}, answers
    assert (await asked.read())["version"] == 1


@pytest.mark.parametrize("role", sorted(set(Role) - {*OFFICIALS, Role.SUPERVISOR}))
async def test_other_roles_are_refused_even_if_they_serve_the_department(asked: Desk, role: Role):
    answers = await walk(asked, asked.harness.as_(role, departments=("fire",)))
    assert set(answers.values()) == {403}, answers


async def test_a_supervisor_reads_and_does_nothing_else(asked: Desk):
    answers = await walk(asked, asked.harness.as_(Role.SUPERVISOR))
    assert {name for name, status in answers.items() if status == 200} == {"GET reviews", "GET {review_id}"}
    assert set(answers.values()) == {200, 403}


async def test_an_officer_who_also_supervises_works_for_his_own_department_only(asked: Desk):
    headers = asked.harness.as_(Role.SUPERVISOR, *OFFICIALS, departments=("housing",))
    answers = await walk(asked, headers)
    assert {name for name, status in answers.items() if status != 403} == {"GET reviews", "GET {review_id}"}


async def test_nobody_comes_in_without_a_token(asked: Desk):
    assert set((await walk(asked, {})).values()) == {401}


async def test_every_transition_asks_for_the_version_that_was_read(asked: Desk):
    headers = asked.headers(Role.CHIEF_REPRESENTATIVE)
    assert set((await walk(asked, headers, TRANSITIONS, version=None)).values()) == {428}
    assert set((await walk(asked, headers, TRANSITIONS, version='"7"')).values()) == {412}


async def test_a_section_officer_does_not_decide(asked: Desk):
    await asked.done("receipt")
    answer = await asked.act("decision", CONSENT, role=Role.SECTION_OFFICER)
    assert answer.status_code == 403
