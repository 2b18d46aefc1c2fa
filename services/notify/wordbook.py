"""Where the book is kept: the files that the program comes with, and the centre's own versions and choices over them.

Guarantees: no version is changed or taken away, so that a message's words can be told from its version; every replica
tells by the newest from its next unit on; within a unit the book stays the same. Words that do not fit this program's
events (written for an older one) are passed over for those of the files: no message fails for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import structlog
import yaml
from sqlalchemy import Row

from services.notify.context import Context, Shelf
from services.notify.domain.book import Book, read_rule
from services.notify.domain.rules import Rule
from services.notify.domain.wording import Template
from services.notify.queries import wording as stored
from services.notify.tables import choices, templates
from yimen.bus import Unit, View
from yimen.contracts.parts import Staff

_FILES: Final = Path(__file__).parent / "wording"
_RULES: Final = "rules.yaml"

log = structlog.get_logger()


@cache
def first_book() -> Book:
    """What the program comes with: every wording its first version, no choice made."""
    rules = [read_rule(row) for row in _read(_FILES / _RULES)]
    files = sorted(path for path in _FILES.glob("*.yaml") if path.name != _RULES)
    return Book.of(rules, {(one.code, one.language): one for path in files for one in _templates(_read(path))})


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def _templates(rows: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterable[Template]:
    for code, languages in rows.items():
        for language, words in languages.items():
            yield Template(code, 1, language=language, **words)


async def current(view: View[Context]) -> Book:
    """The book in force, read anew where something was written since or its time has come."""
    shelf, rows = view.context.shelf, await stored.how_many(view.conn)
    if shelf.book is None or shelf.rows != rows or (shelf.until and view.now >= shelf.until):
        await _fill(shelf, view, rows)
    assert shelf.book is not None
    return shelf.book


async def of_unit(unit: Unit[Context]) -> Book:
    """The same, asked once a unit: a batch of events is one moment."""
    if "wordbook" not in unit.notes:
        unit.notes["wordbook"] = await current(unit)
    book: Book = unit.notes["wordbook"]
    return book


async def _fill(shelf: Shelf, view: View[Context], rows: tuple[int, int]) -> None:
    first, versions = first_book(), await stored.template_versions(view.conn)
    words = dict(first.templates)
    for row in versions:  # the newest last
        if row.valid_from <= view.now:
            _put_over(words, first, template_of(row))
    rules = dict(first.rules)
    for row in await stored.choices_made(view.conn):
        if row.rule_id in rules:
            made = {"enabled": row.enabled, "urgent": row.urgent, "version": row.version}
            rules[row.rule_id] = first.rules[row.rule_id].chosen(channels=tuple(row.channels), **made)
    later = [row.valid_from for row in versions if row.valid_from > view.now]
    shelf.book, shelf.rows, shelf.until = Book.of(rules.values(), words), rows, min(later, default=None)


def _put_over(words: dict[tuple[str, str], Template], first: Book, template: Template) -> None:
    place = template.code, template.language
    if place in words and first.fits(template):
        words[place] = template
    else:
        log.warning("words_passed_over", template=template.code, language=template.language, version=template.version)


def template_of(row: Row[Any]) -> Template:
    return Template(row.code, row.version, row.text, row.subject, row.language)


async def keep_first_words(unit: Unit[Context]) -> None:
    """At start: words of the files that are not kept yet become the next version, unless the centre wrote its own since."""
    newest = {(row.code, row.language): row for row in await stored.template_versions(unit.conn)}
    rows = []
    for place, template in first_book().templates.items():
        kept = newest.get(place)
        if kept is None:
            rows.append(_version(unit, template))
        elif kept.written_by is None and (kept.text, kept.subject) != (template.text, template.subject):
            rows.append(_version(unit, replace(template, version=kept.version + 1)))
    if rows:
        await unit.execute(unit.insert(templates).on_conflict_do_nothing(), rows)


async def write_version(unit: Unit[Context], template: Template, valid_from: datetime, reason: str, by: Staff) -> bool:
    """False if another version of that number was quicker. Counts for messages from then on, not for those written."""
    own = {"valid_from": valid_from, "reason": reason, "written_by": by.model_dump(mode="json")}
    insert = unit.insert(templates).on_conflict_do_nothing().returning(templates.c.id)
    return (await unit.execute(insert, _version(unit, template) | own)).first() is not None


def _version(unit: Unit[Context], template: Template) -> dict[str, Any]:
    return {
        "code": template.code,
        "language": template.language,
        "version": template.version,
        "subject": template.subject,
        "text": template.text,
        "valid_from": unit.now,
        "reason": None,
        "written_by": None,
        "written_at": unit.now,
    }


async def choose(unit: Unit[Context], rule: Rule, reason: str, by: Staff) -> bool:
    """Keep this choice as the rule's next version; False if another one was quicker."""
    row = {
        "rule_id": rule.id,
        "version": rule.version,
        "enabled": rule.enabled,
        "channels": list(rule.channels),
        "urgent": rule.urgent,
        "reason": reason,
        "chosen_by": by.model_dump(mode="json"),
        "chosen_at": unit.now,
    }
    insert = unit.insert(choices).on_conflict_do_nothing().returning(choices.c.id)
    return (await unit.execute(insert, row)).first() is not None
