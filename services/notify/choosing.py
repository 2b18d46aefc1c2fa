"""Which gateway gets a message, written down before it is asked.

Guarantees: a message's `gateway` is committed before that gateway is called, and taken away only when it surely has not
taken the message; so a sender that is killed in between goes on with the same one, under the same id. How gateways fare
is kept for every replica.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from services.notify.context import Context
from services.notify.domain.gateways import Answer, Health, Step, after, draw, open_to
from services.notify.tables import gateways, messages
from yimen.bus import Unit, View

_MESSAGE = update(messages).where(messages.c.id == bindparam("message"))


@dataclass(frozen=True, slots=True)
class Choice:
    """`gateway` is to be asked now. `in_doubt`: it was asked before, and may have the message; `doubts`: how often that
    was. `none_of`: those that surely did not take it on this round. `passed_on`: others that may have it. `ailing`: it
    failed last time."""

    gateway: str
    in_doubt: bool = False
    doubts: int = 0
    none_of: frozenset[str] = frozenset()
    passed_on: tuple[str, ...] = ()
    ailing: bool = False


async def health_rows(view: View[Context]) -> dict[str, Row[Any]]:
    """By name; of those that have ever failed."""
    return {row.name: row for row in await view.execute(select(gateways))}


async def health(view: View[Context]) -> dict[str, Health]:
    rows = await health_rows(view)
    return {name: Health(row.failures, row.shunned_until) for name, row in rows.items()}


async def choose(unit: Unit[Context], message: Row[Any], counted_on: date) -> Choice:
    """The one that may have it already, if any; else one drawn by weight."""
    passed_on = tuple(message.passed_on)
    if message.gateway in unit.context.gateways:
        ailing = (await health(unit)).get(message.gateway, Health()).failures > 0
        choice = Choice(message.gateway, True, message.doubts, passed_on=passed_on, ailing=ailing)
    else:
        drawn = await _draw(unit, message.id, ())
        assert drawn is not None, "settings name a gateway"
        choice = replace(drawn, in_doubt=drawn.gateway in passed_on, passed_on=passed_on)
    await _keep(unit, message.id, choice, counted_on=counted_on)
    return choice


async def _draw(unit: Unit[Context], message_id: str, without: Collection[str]) -> Choice | None:
    known = await health(unit)
    weights = {gateway.name: gateway.weight for gateway in unit.context.settings.sms_gateways}
    now = open_to(weights, known, unit.now)
    for name in weights:
        unit.context.metrics.weight.labels(name).set(now.get(name, 0))
    drawn = draw(message_id, now, without)
    return None if drawn is None else Choice(drawn, ailing=known.get(drawn, Health()).failures > 0)


async def pass_on(unit: Unit[Context], message_id: str, choice: Choice, answer: Answer) -> Choice | None:
    """After a gateway that did not take it: the next to ask now; None where it is to be tried later."""
    await record_failure(unit, choice.gateway, answer)
    step = after(answer.outcome, in_doubt=choice.in_doubt, doubts=choice.doubts)
    following = None if step is Step.ASK_AGAIN else await _following(unit, message_id, choice, step)
    if following is not None:
        await _keep(unit, message_id, following)
    elif step is Step.GO_OVER:
        await unit.execute(_MESSAGE.values(gateway=None, doubts=0), {"message": message_id})
    else:
        await _keep(unit, message_id, replace(choice, doubts=choice.doubts + 1))
    return following


async def _following(unit: Unit[Context], message_id: str, choice: Choice, step: Step) -> Choice | None:
    """Whoever may have it as well has been asked often enough."""
    none_of = choice.none_of | {choice.gateway}
    passed_on = (*choice.passed_on, choice.gateway) if step is Step.GO_OVER_IN_DOUBT else choice.passed_on
    drawn = await _draw(unit, message_id, none_of.union(passed_on))
    return None if drawn is None else replace(drawn, none_of=none_of, passed_on=passed_on)


async def _keep(unit: Unit[Context], message_id: str, choice: Choice, **more: Any) -> None:
    values = {"gateway": choice.gateway, "doubts": choice.doubts, "passed_on": list(choice.passed_on)} | more
    await unit.execute(_MESSAGE.values(values), {"message": message_id})


async def record_failure(unit: Unit[Context], name: str, answer: Answer) -> None:
    """One failure more; at the limit the gateway gets nothing new for a while."""
    row = unit.insert(gateways)
    fresh = {"failed_at": unit.now, "last_error": answer.detail}
    row = row.on_conflict_do_update(index_elements=["name"], set_=fresh | {"failures": gateways.c.failures + 1})
    found = await unit.execute(row.returning(gateways.c.failures), {"name": name, "failures": 1, **fresh})
    now = Health(found.scalar_one() - 1).failed(unit.now)
    shun = update(gateways).where(gateways.c.name == name).values(shunned_until=now.shunned_until)
    await unit.execute(shun)


async def record_success(unit: Unit[Context], name: str) -> None:
    """Its failures in a row have ended."""
    better = {"failures": 0, "shunned_until": None}
    await unit.execute(update(gateways).where(gateways.c.name == name, gateways.c.failures > 0).values(better))
