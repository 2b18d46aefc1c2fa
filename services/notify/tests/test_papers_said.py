"""What each paper says: every field that the rules list for it, and nothing that does not belong on paper."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.papers import KINDS, drafts
from services.notify.layouts import kinds
from services.notify.rendering import render
from services.notify.tests import paper_answers as answers
from services.notify.tests import paper_events as events
from services.notify.tests.paper_stories import OPEN, STORIES, told
from services.notify.tests.sheets import text_of
from yimen.contracts import event_types
from yimen.contracts.parts import Paper
from yimen.money import MOST_FEN, capitals, format_yuan

FIELDS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "papers.yaml").read_text("utf-8"))
SEALED = re.compile("专用章|seal")


def framed(kind: str, data: dict[str, Any], **paper: Any) -> dict[str, Any]:
    """As the printing job frames it."""
    draft, _ = told(*STORIES[kind])
    hall = "灵山县行政服务中心"
    head = {"kind": kind, "title": draft.title, "number": draft.number, "dated": draft.dated.isoformat()}
    head |= {"organ": data["organ"] or hall, "hall": hall, "demonstration": True}
    check = {"document_id": "0c0ff0c1", "url": "http://hall.test/check/0c0ff0c1", "page": "http://hall.test/check"}
    return data | {"paper": head | paper, "check": check}


@cache
def sample(kind: str) -> str:
    _, data = told(*STORIES[kind])
    return text_of(render(kind, framed(kind, data)))


def test_every_kind_has_a_layout_a_story_and_its_fields() -> None:
    assert set(KINDS) == set(kinds()) == set(STORIES) == set(FIELDS)


def rows() -> list[Any]:
    return [
        pytest.param(kind, words, id=f"{kind}: {field}", marks=pytest.mark.rule(asked["rule"]))
        for kind, asked in FIELDS.items()
        for field, words in asked["fields"].items()
        if not SEALED.search(field)
    ]


@pytest.mark.parametrize(("kind", "words"), rows())
def test_every_field_that_the_rules_list_stands_on_the_paper(kind: str, words: str) -> None:
    assert words in sample(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_paper_shows_a_placeholder_or_more_of_a_person_than_it_may(kind: str) -> None:
    draft, data = told(*STORIES[kind])
    said = orjson.dumps(data).decode()
    assert draft.kind == kind
    assert draft.number in sample(kind)
    assert not re.search(r"待编号|None|null|\{|\}", sample(kind))
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", said), "a phone number"
    assert not re.search(r"(?<![\dA-Z])\d{17}[\dXx](?![\dA-Z])", said), "a whole identification number"


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_names_organ_and_date_and_a_demonstration_shows_that_it_is_one(kind: str) -> None:
    _, data = told(*STORIES[kind])
    real = text_of(render(kind, framed(kind, data, demonstration=False)))
    draft, _ = told(*STORIES[kind])
    dated = f"{draft.dated.year}年{draft.dated.month}月{draft.dated.day}日"
    assert (data["organ"] or "灵山县行政服务中心") in real
    assert dated in real
    assert "模拟" not in real
    assert "模拟文书，仅供演示" in sample(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_papers_names_each_with_its_event(kind: str) -> None:
    page = (Path(__file__).parents[3] / "docs/documents.md").read_text("utf-8")
    [row] = [line for line in page.splitlines() if line.startswith(f"| `{kind}` |")]
    assert STORIES[kind][1].type.removesuffix(".v1") in row
    assert all(field in row for field in FIELDS[kind]["fields"])


def test_an_event_without_a_number_or_a_sum_gives_no_paper() -> None:
    assert drafts(answers.answered(document=None)) == []
    assert drafts(answers.review_requested(document=None)) == []
    assert drafts(events.fee_notice(amount=0)) == []
    assert drafts(events.SUPPLEMENTED) == []


def test_every_event_that_carries_a_number_gives_a_paper() -> None:
    """Whoever numbers a new kind writes its form."""
    numbered = {name for name, event in event_types().items() if "document" in event.model_fields and _is_paper(event)}
    made = {event.type for _, event in STORIES.values()}
    assert numbered <= made


def _is_paper(event: Any) -> bool:
    kind = event.model_fields["document"].annotation
    return any(isinstance(one, type) and issubclass(one, Paper) for one in (kind, *getattr(kind, "__args__", ())))


@pytest.mark.rule("R61")
@given(st.integers(1, MOST_FEN))
def test_a_sum_stands_in_figures_and_in_capitals(amount: int) -> None:
    _, data = told((*OPEN, events.VERIFIED), events.fee_notice(amount=amount))
    assert data["amount"].replace(",", "") == format_yuan(amount)
    assert data["capitals"] == capitals(amount)
    listed = events.VERIFIED.amount
    assert data["reduced"].replace(",", "") == (format_yuan(listed - amount) if listed > amount else "")
