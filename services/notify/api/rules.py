"""Who is told of what: the centre's administrator chooses, within the law.

Guarantees: what the law makes us tell can be switched off by nobody, and keeps the channel that every contact has; each
choice is kept with who made it, when and why.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import BaseModel, Field, StrictBool

from services.notify import wordbook
from services.notify.api.parts import OVERSEERS, Read, Why, Write
from services.notify.domain.rules import Rule, Whom
from services.notify.queries import wording as stored
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Staff
from yimen.web import (
    Body,
    Conflict,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    if_match,
    new_router,
    refuses,
    set_etag,
)

router = new_router(tags=["wording"])

Named = Annotated[Code, Path()]
ChannelName = Literal["sms", "mail", "inbox"]


class ChoiceBody(Body):
    enabled: StrictBool
    channels: list[ChannelName] = Field(min_length=1, max_length=3)
    urgent: StrictBool = Field(description="goes out in quiet hours too")
    reason: Why


class RuleShape(BaseModel):
    """Whether an event is told follows from `where` (these values), `given` (there), `absent` (not there), `equal` (the
    same)."""

    id: str
    event: str
    template: str
    whom: Whom
    where: dict[str, Any]
    given: list[str]
    absent: list[str]
    equal: list[str]
    channels: list[str]
    urgent: bool
    enabled: bool
    mandatory: str | None = Field(description="the article that makes us tell it")
    version: int = Field(description="of the centre's choice; 0: as the program came")


class ChoiceShape(BaseModel):
    version: int
    enabled: bool
    channels: list[str]
    urgent: bool
    reason: str
    chosen_by: Staff
    chosen_at: datetime


class WholeRule(RuleShape):
    history: list[ChoiceShape] = Field(description="the centre's choices, the oldest first")


@router.get("/rules", dependencies=[allow(*OVERSEERS)])
async def list_rules(view: Read) -> list[RuleShape]:
    """In their order."""
    return [RuleShape(**_shown(rule)) for rule in (await wordbook.current(view)).rules.values()]


@router.get("/rules/{rule_id}", dependencies=[allow(*OVERSEERS)])
async def read_rule(rule_id: Named, view: Read, response: Response) -> WholeRule:
    return await _whole(view, await _rule(view, rule_id), response)


@router.put("/rules/{rule_id}", responses=refuses(404, 409))
async def choose(
    rule_id: Named,
    body: ChoiceBody,
    unit: Write,
    response: Response,
    caller: Principal = allow(Role.CENTRE_ADMIN),
    expected: int = if_match(),
) -> WholeRule:
    """For events that are told from now on."""
    rule = await _rule(unit, rule_id)
    if rule.version != expected:
        raise StaleVersion(rule.version)
    _keep_the_law(rule, body)
    channels = tuple(dict.fromkeys(body.channels))
    chosen = rule.chosen(enabled=body.enabled, channels=channels, urgent=body.urgent, version=rule.version + 1)
    if not await wordbook.choose(unit, chosen, body.reason, caller.staff):
        raise StaleVersion(rule.version + 1)
    return await _whole(unit, chosen, response)


def _keep_the_law(rule: Rule, body: ChoiceBody) -> None:
    if rule.mandatory is None:
        return
    if not body.enabled:
        detail = f"{rule.mandatory}要求告知当事人，此规则不能停用。可以改用其他文字（新建模板版本）。"
        raise Conflict("rule-mandatory", "依法必须告知，不能停用", detail, mandatory=rule.mandatory)
    if "sms" not in body.channels:
        detail = f"{rule.mandatory}要求告知当事人，而每位当事人都只留有电话，因此短信不能去掉，可以增加其他渠道。"
        raise Conflict("rule-mandatory", "依法必须告知，短信不能去掉", detail, mandatory=rule.mandatory)


async def _rule(view: Read, rule_id: str) -> Rule:
    rule = (await wordbook.current(view)).rules.get(rule_id)
    if rule is None:
        raise NotFound("没有这条规则", "请从规则列表中选择。")
    return rule


async def _whole(view: Read, rule: Rule, response: Response) -> WholeRule:
    set_etag(response, rule.version)
    made = await stored.choices_made(view.conn, rule.id)
    history = [
        ChoiceShape.model_validate({**row._mapping, "chosen_by": Staff.model_validate(row.chosen_by, strict=False)})
        for row in made
    ]
    return WholeRule(**_shown(rule), history=history)


def _shown(rule: Rule) -> dict[str, Any]:
    shown = {name: getattr(rule, name) for name in RuleShape.model_fields}
    return shown | {"event": rule.event.type, "where": dict(rule.where)}
