"""The book that the messenger tells by: its rules, as they are switched, and the words in force in every language.

Guarantees: every rule finds its template in every language, and each of them fits its event; checked when it is made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from services.notify.domain.rules import Letter, Rule, Whom, Words
from services.notify.domain.values import LANGUAGES, READERS
from services.notify.domain.wording import Template, TemplateError, places_of
from yimen.contracts import event_types
from yimen.contracts.envelope import Event

NO_RULE: Final = "no_rule"
RULE_OFF: Final = "rule_off"
CONDITIONS_NOT_MET: Final = "conditions_not_met"

Templates = Mapping[tuple[str, str], Template]
"""By code and language."""


@dataclass(frozen=True)
class Book:
    rules: Mapping[str, Rule]
    templates: Templates
    by_event: Mapping[type[Event], tuple[Rule, ...]]

    @classmethod
    def of(cls, rules: Iterable[Rule], templates: Templates) -> "Book":
        """Raises `TemplateError` for a rule that has no words, or whose words do not fit its event."""
        known = {rule.id: rule for rule in rules}
        by_event: dict[type[Event], tuple[Rule, ...]] = {}
        for rule in known.values():
            by_event[rule.event] = (*by_event.get(rule.event, ()), rule)
            rule.check()
            for language in LANGUAGES:
                if (rule.template, language) not in templates:
                    raise TemplateError(f"there is no template {rule.template} in {language}")
                templates[rule.template, language].check(rule.event, rule.given)
        return cls(known, templates, by_event)

    def letters(self, event: Event) -> list[Letter]:
        """What an event is told, in the order of the rules."""
        return [self._letter(rule, event) for rule in self._rules_of(event) if rule.enabled and rule.fits(event)]

    def silence(self, event: Event) -> str:
        """Why an event has no letter."""
        rules = self._rules_of(event)
        if not rules:
            return NO_RULE
        return RULE_OFF if any(rule.fits(event) for rule in rules) else CONDITIONS_NOT_MET

    def rules_of_template(self, code: str) -> list[Rule]:
        return [rule for rule in self.rules.values() if rule.template == code]

    def fits(self, template: Template) -> bool:
        """May it stand in this book?"""
        try:
            self.check(template)
        except TemplateError:
            return False
        return True

    def check(self, template: Template) -> None:
        """Against every event that is told by it. Raises `TemplateError`."""
        for rule in self.rules_of_template(template.code):
            template.check(rule.event, rule.given)

    def places(self, code: str, language: str) -> list[str]:
        """What a template of this code may name: what all of its events have."""
        of_each = [places_of(rule.event, rule.given, language) for rule in self.rules_of_template(code)]
        return sorted(set.intersection(*of_each)) if of_each else []

    def _rules_of(self, event: Event) -> tuple[Rule, ...]:
        return self.by_event.get(type(event), ())

    def _letter(self, rule: Rule, event: Event) -> Letter:
        words = {language: self._words(self.templates[rule.template, language], event) for language in READERS}
        return Letter(rule.template, rule.whom.recipient(event), words, channels=rule.channels, urgent=rule.urgent)

    def _words(self, template: Template, event: Event) -> Words:
        return Words(template.version, template.fill(event), template.fill_subject(event))


def read_rule(row: Mapping[str, Any]) -> Rule:
    """A row of the file. Raises `TemplateError` for a field that rules do not have or a value that its event cannot have."""
    event = event_types().get(row["event"])
    if event is None:
        raise TemplateError(f"{row['id']}: no event is {row['event']}")
    lists: dict[str, Any] = {name: tuple(row[name]) for name in ("given", "absent", "equal", "channels") if name in row}
    plain: dict[str, Any] = {name: row[name] for name in ("urgent", "mandatory", "enabled") if name in row}
    if unknown := row.keys() - {"id", "event", "template", "whom", "where", *lists, *plain}:
        raise TemplateError(f"{row['id']}: a rule has no {sorted(unknown)}")
    where = {name: _possible(event, name, value) for name, value in row.get("where", {}).items()}
    whom = Whom(row.get("whom", Whom.APPLICANT))
    return Rule(row["id"], event, row.get("template", row["id"]), whom, where, **lists, **plain)


def _possible(event: type[Event], name: str, value: Any) -> Any:
    if name not in event.model_fields:
        raise TemplateError(f"{event.__name__} has no field {name}")
    kind: Any = event.model_fields[name].annotation
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as wrong:
        raise TemplateError(f"{event.__name__}.{name} is never {value!r}") from wrong
