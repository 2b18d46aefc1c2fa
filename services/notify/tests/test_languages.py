"""Every template in every language: it fills from whatever its event may be, and reads as one language."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from services.notify.domain.rules import Rule
from services.notify.domain.values import LANGUAGES
from services.notify.domain.wording import NEVER
from services.notify.previewing import preview, sample_event
from services.notify.wordbook import first_book
from yimen.contracts import Event

BOOK = first_book()
RULES = sorted(BOOK.rules.values(), key=lambda rule: rule.id)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
SMS = 500
NAME = 400
"""Characters of the longest name; what may be longer is a free text."""
by_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


@by_rule
@in_each_language
def test_every_template_fills_from_a_sample_of_its_event(rule: Rule, language: str) -> None:
    assert rule.fits(sample_event(rule))
    subject, text = preview(rule, BOOK.templates[rule.template, language])
    assert text
    assert not set("{}") & set(text + (subject or ""))


def bound_of(info: FieldInfo) -> int:
    """Of a text's length, in whichever of its forms it has one."""
    kinds = [info, *(one for one in map(FieldInfo.from_annotation, get_args(info.annotation)))]
    return max(getattr(limit, "max_length", 0) or 0 for limit in [None, *(m for one in kinds for m in one.metadata)])


def in_words(value: Any, word: str, least: int = 0) -> Any:
    """The same, with other words in every text that may be longer than `least`."""
    if isinstance(value, tuple):
        return tuple(in_words(one, word, least) for one in value)
    if not isinstance(value, BaseModel):
        return value
    changed = {name: in_words(getattr(value, name), word, least) for name in type(value).model_fields}
    texts = {name: word for name, info in type(value).model_fields.items() if bound_of(info) > least}
    return value.model_copy(update=changed | {name: word for name in texts if type(changed[name]) is str})


@by_rule
def test_an_english_message_has_no_chinese_but_what_people_wrote(rule: Rule) -> None:
    event = in_words(sample_event(rule), "WORD")
    subject, text = preview_of(rule, "en", event)
    assert not CHINESE.search(text + (subject or ""))


@by_rule
def test_a_chinese_message_has_no_english_but_what_people_wrote(rule: Rule) -> None:
    event = in_words(sample_event(rule), "某某")
    subject, text = preview_of(rule, "zh", event)
    assert not re.search(r"[A-Za-z]{2,}", text + (subject or ""))


@by_rule
@in_each_language
def test_a_message_is_a_short_message_however_much_was_written(rule: Rule, language: str) -> None:
    event = in_words(sample_event(rule), "一二三四五六七八九十" * 400, least=NAME)
    assert len(preview_of(rule, language, event)[1]) <= SMS


def preview_of(rule: Rule, language: str, event: Event) -> tuple[str | None, str]:
    template = BOOK.templates[rule.template, language]
    return template.fill_subject(event), template.fill(event)


@settings(max_examples=10)
@given(data=st.data())
@by_rule
def test_no_event_that_a_rule_fits_fails_its_message(rule: Rule, data: st.DataObject) -> None:
    """Whatever its optional fields are."""
    sample = sample_event(rule)
    optional = [name for name, info in rule.event.model_fields.items() if not info.is_required()]
    gone = data.draw(st.sets(st.sampled_from(optional))) if optional else set()
    event = sample.model_copy(update={name: rule.event.model_fields[name].default for name in gone})
    for letter in BOOK.letters(event):
        assert letter.words.keys() == set(LANGUAGES)
        assert all(words.text for words in letter.words.values())


def test_a_place_that_no_message_may_name_is_not_offered() -> None:
    for rule in RULES:
        for language in LANGUAGES:
            for place in BOOK.places(rule.template, language):
                assert NEVER.isdisjoint(place.partition(":")[0].split("."))


@by_rule
@in_each_language
def test_what_a_template_names_is_among_what_it_may_name(rule: Rule, language: str) -> None:
    named = {f"{path}:{form}" if form else path for path, form in BOOK.templates[rule.template, language].places()}
    assert named <= set(BOOK.places(rule.template, language))
