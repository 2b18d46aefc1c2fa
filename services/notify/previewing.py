"""How a message reads, tried on an event that never happened: the one that the contracts show as a sample."""

from services.notify.domain.rules import Rule
from services.notify.domain.wording import Template
from yimen.asyncapi.samples import sample
from yimen.asyncapi.schemas import reading_schema
from yimen.contracts import Event


def sample_event(rule: Rule) -> Event:
    """One that the rule fits; the same each time."""
    body = sample(rule.event, reading_schema(rule.event))["body"]
    body |= dict.fromkeys(rule.absent) | dict(rule.where)
    body |= {name: body[rule.equal[0]] for name in rule.equal}
    return rule.event.model_validate(body, strict=False)


def preview(rule: Rule, template: Template) -> tuple[str | None, str]:
    """Subject and text."""
    event = sample_event(rule)
    return template.fill_subject(event), template.fill(event)
