"""Those who answer to the supervisor, and the supervisor's own people, in a test's hands."""

from uuid import uuid4

from services.monitor.tests.harness import rows
from services.monitor.tests.samples import CHIEF, at
from yimen.contracts import monitor
from yimen.contracts.parts import Staff
from yimen.web import Role

HEAD = Staff(id="h1", name="孙局长")
OVERSEER = Staff(id="s1", name="严明")
ADMIN = Staff(id="a1", name="章有序")
PEOPLE = {
    Role.CHIEF_REPRESENTATIVE: CHIEF,
    Role.ORGAN_HEAD: HEAD,
    Role.SUPERVISOR: OVERSEER,
    Role.CENTRE_ADMIN: ADMIN,
}


async def midnight(harness, month, day):
    """The first moment of that day."""
    harness.clock.move_to(at(month, day, 0))
    await harness.fire_timers()


async def the_alert(harness, rung=None):
    """The first, or that of the rung."""
    raised = await rows(harness, "SELECT * FROM alerts ORDER BY raised_at")
    return next(one for one in raised if rung in (None, one["rung"]))


async def orders(harness):
    said = await harness.events(monitor.OrderIssued)
    return [(one.order_number, one.stage, one.level.value, one.answer_by) for one in said]


def headers_of(harness, role, departments):
    who = PEOPLE.get(role, CHIEF)
    return harness.as_(role, departments=list(departments), id=who.id, name=who.name)


async def post(harness, path, body, role, *, version=1, status=200, departments=("planning",)):
    own = {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid4())}
    answer = await harness.client.post(path, json=body, headers=headers_of(harness, role, departments) | own)
    assert answer.status_code == status, answer.text
    return answer.json()


async def get(harness, path, role=Role.SUPERVISOR, *, status=200, departments=("planning",)):
    answer = await harness.client.get(path, headers=headers_of(harness, role, departments))
    assert answer.status_code == status, answer.text
    return answer.json()


async def answer(harness, alert, text="专家意见昨日方到，今日办结。", **more):
    path, by = f"/alerts/{alert['alert_id']}/answer", Role.CHIEF_REPRESENTATIVE
    return await post(harness, path, {"answer": text}, by, version=alert["version"], **more)


async def answer_order(harness, number, role=Role.CHIEF_REPRESENTATIVE, **more):
    return await post(harness, f"/orders/{number}/answer", {"answer": "已经办结。"}, role, **more)
