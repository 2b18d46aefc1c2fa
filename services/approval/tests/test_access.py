"""Who may stand at the desk: every route is walked, for every kind of caller."""

import pytest
from fastapi.routing import APIRoute

from services.approval.api import operations, routers
from services.approval.tests import samples
from services.approval.tests.desk import CONSENT, HEARING, ONE_SURVEY, Desk
from services.approval.tests.test_extensions import ASK as ASK_TIME
from services.approval.tests.test_extensions import GRANT
from services.approval.tests.test_hearings import ASK, TELL
from services.approval.tests.test_stand_ins import HOLIDAY
from services.approval.tests.test_visits import VISIT
from yimen.contracts.parts import Kind
from yimen.web import Role

REVIEW = "/departments/{department}/reviews/{review_id}/"
BODIES = {
    "assignment": {"assignee": {"id": "u7", "name": "周科员"}},
    "pause": HEARING,
    "site-visit": VISIT,
    "hearing": ASK,
    "hearing/notice": TELL,
    "hearing/record": {"record": "双方陈述意见。"},
    "extension-request": ASK_TIME,
    "extension": GRANT,
    "extension/refusal": {"reasons": "理由不足"},
    "forwarding": {"superior": "省民宗委"},
    "superior-answer": {"superior": "省民宗委", "granted": True},
    "decision": CONSENT,
    "fee-list": ONE_SURVEY,
}
ROUTES = [
    (method, route.path)
    for router in routers
    if router is not operations.router
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
]
TRANSITIONS = [(method, path) for method, path in ROUTES if method == "POST" and not path.endswith("fee-list")]
OFFICIALS = (Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)
HEADS = (Role.ORGAN_HEAD, Role.GOVERNMENT_HEAD)
READ = {"GET reviews", "GET {review_id}", "GET stand-ins"}


def name_of(method: str, path: str) -> str:
    return f"{method} {path.removeprefix(REVIEW) if path.startswith(REVIEW) else path.rpartition('/')[2]}"


async def walk(desk: Desk, headers: dict[str, str], routes=ROUTES, version: str | None = '"1"') -> dict[str, int]:
    """The status of each route's answer, by method and the end of the path."""
    asked = headers | ({} if version is None else {"If-Match": version, "Idempotency-Key": "k1"})
    found = {}
    for method, path in routes:
        name = name_of(method, path)
        url = path.format(department="fire", review_id="R1", staff_id="b1")
        body = HOLIDAY if method == "PUT" else BODIES.get(name.partition(" ")[2]) if method == "POST" else None
        answer = await desk.harness.client.request(method, url, headers=asked, json=body)
        found[name] = answer.status_code
    return found


def test_twenty_one_routes_are_walked():
    assert (len(ROUTES), len(TRANSITIONS)) == (21, 14)
    assert len({name_of(*route) for route in ROUTES}) == len(ROUTES)


async def test_staff_of_another_department_are_refused_everywhere(asked: Desk):
    answers = await walk(asked, asked.harness.as_(*OFFICIALS, Role.ORGAN_HEAD, departments=("housing",)))
    assert set(answers.values()) == {403}, answers
    assert (await asked.read())["version"] == 1


@pytest.mark.parametrize("role", sorted(set(Role) - {*OFFICIALS, *HEADS, Role.SUPERVISOR}))
async def test_other_roles_are_refused_even_if_they_serve_the_department(asked: Desk, role: Role):
    answers = await walk(asked, asked.harness.as_(role, departments=("fire",)))
    assert set(answers.values()) == {403}, answers


async def test_a_supervisor_reads_and_does_nothing_else(asked: Desk):
    answers = await walk(asked, asked.harness.as_(Role.SUPERVISOR))
    assert {name for name, status in answers.items() if status == 200} == READ
    assert set(answers.values()) == {200, 403}


async def test_the_head_of_the_organ_reads_and_answers_for_more_time(desk: Desk):
    await desk.intake(samples.requested(kind=Kind.COMMITTED))
    answers = await walk(desk, desk.harness.as_(Role.ORGAN_HEAD, departments=("fire",)))
    let_in = {name for name, status in answers.items() if status != 403}
    assert let_in == READ | {"GET extension-requests", "POST extension", "POST extension/refusal"}


async def test_the_head_of_the_government_answers_for_more_time_and_reads_nothing_else(asked: Desk):
    answers = await walk(asked, asked.harness.as_(Role.GOVERNMENT_HEAD))
    let_in = {name for name, status in answers.items() if status != 403}
    assert let_in == {"GET extension-requests", "POST extension", "POST extension/refusal"}


async def test_an_officer_who_also_supervises_works_for_his_own_department_only(asked: Desk):
    headers = asked.harness.as_(Role.SUPERVISOR, *OFFICIALS, departments=("housing",))
    answers = await walk(asked, headers)
    assert {name for name, status in answers.items() if status != 403} == READ


async def test_nobody_comes_in_without_a_token(asked: Desk):
    assert set((await walk(asked, {})).values()) == {401}


async def test_every_transition_asks_for_the_version_that_was_read(asked: Desk):
    headers = asked.harness.as_(Role.CHIEF_REPRESENTATIVE, *HEADS, departments=("fire",))
    assert set((await walk(asked, headers, TRANSITIONS, version=None)).values()) == {428}
    assert set((await walk(asked, headers, TRANSITIONS, version='"7"')).values()) == {412}


async def test_a_section_officer_does_not_decide(asked: Desk):
    await asked.done("receipt")
    answer = await asked.act("decision", CONSENT, role=Role.SECTION_OFFICER)
    assert answer.status_code == 403


async def test_an_operator_finds_an_instance_by_its_department(asked: Desk):
    """One address leads to all instances: what is asked of another's department is not answered from here."""
    operator = asked.headers(Role.OPERATOR, departments=())
    here = await asked.harness.client.get("/departments/fire/operations/parked", headers=operator)
    assert (here.status_code, here.json()) == (200, {"total": 0, "items": []})
    for what in ("parked", "deferred", "jobs", "timers", "acts"):
        elsewhere = await asked.harness.client.get(f"/departments/health/operations/{what}", headers=operator)
        assert elsewhere.status_code == 404, what
        refused = await asked.harness.client.get(f"/departments/fire/operations/{what}", headers=asked.headers())
        assert refused.status_code == 403, what
