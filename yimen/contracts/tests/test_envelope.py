"""The envelope: what travels as headers comes back the same, and what cannot be understood says why."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen import contracts
from yimen.contracts import Event, Meta, Unreadable, approval, event_types, read_event
from yimen.contracts.parts import Opinion, Staff

EVENTS = event_types()
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=40)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))

metas = st.builds(
    Meta,
    id=st.uuids(),
    type=st.sampled_from(sorted(EVENTS)),
    source=TEXT,
    subject=TEXT,
    sequence=st.integers(1, 2**63 - 1),
    scope=TEXT,
    time=st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES | st.just(UTC)),  # noqa: DTZ001 - UTC knows them
    correlation_id=st.none() | TEXT,
    causation_id=st.none() | TEXT,
    traceparent=st.none() | TEXT,
)

META = Meta(
    id=UUID(int=1),
    type="approval.review.decided.v1",
    source="/approval/fire",
    subject="review/1",
    sequence=3,
    scope="fire",
    time=datetime(2026, 9, 28, 1, 30, 0, 123456, tzinfo=UTC),
)


def decided(**changes: object) -> dict[str, object]:
    body: dict[str, object] = {
        "review_id": "1",
        "department": "fire",
        "case_number": "9",
        "opinion": "consent",
        "decided_by": {"id": "u-1", "name": "李四"},
        "decided_at": "2026-09-28T01:30:00Z",
    }
    return body | changes


@given(metas)
def test_attributes_survive_the_headers_and_headers_are_text(meta: Meta) -> None:
    headers = meta.to_headers()
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in headers.items())
    assert all(name.startswith("cloudEvents_") for name in headers)
    assert Meta.from_headers(headers) == meta


@given(metas, st.dictionaries(TEXT.filter(lambda name: not name.startswith("cloudEvents_")), st.integers()))
def test_headers_of_others_are_ignored(meta: Meta, foreign: dict[str, int]) -> None:
    assert Meta.from_headers({**meta.to_headers(), **foreign}) == meta


def test_parts_of_a_second_survive() -> None:
    assert Meta.from_headers(META.to_headers()).time.microsecond == 123456


@pytest.mark.parametrize("name", ["id", "type", "source", "subject", "sequence", "time"])
def test_a_missing_attribute_makes_a_message_unreadable_and_is_named(name: str) -> None:
    headers = META.to_headers()
    del headers[f"cloudEvents_{name}"]
    with pytest.raises(Unreadable, match=f"attribute {name} is missing"):
        Meta.from_headers(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "7"),
        ("sequence", "0"),
        ("sequence", "-1"),
        ("sequence", "one"),
        ("time", "now"),
        ("time", "2026-09-28T09:30:00"),
    ],
)
def test_an_attribute_that_makes_no_sense_makes_a_message_unreadable(name: str, value: str) -> None:
    with pytest.raises(Unreadable):
        Meta.from_headers(META.to_headers() | {f"cloudEvents_{name}": value})


def test_scope_is_everyone_where_none_is_given() -> None:
    headers = META.to_headers()
    del headers["cloudEvents_scope"]
    assert Meta.from_headers(headers).scope == "all"


def test_unknown_fields_are_ignored_on_reading_at_every_depth() -> None:
    body = decided(remark="later", decided_by={"id": "u-1", "name": "李四", "phone": "later"})
    event = read_event("approval.review.decided.v1", json.dumps(body).encode())
    assert isinstance(event, approval.ReviewDecided)
    assert event.decided_by == Staff(id="u-1", name="李四")


def test_unknown_and_mistyped_fields_are_refused_on_writing() -> None:
    good = {
        "review_id": "1",
        "department": "fire",
        "case_number": "9",
        "opinion": Opinion.CONSENT,
        "decided_by": Staff(id="u-1", name="李四"),
        "decided_at": datetime(2026, 9, 28, tzinfo=UTC),
    }
    approval.ReviewDecided(**good)  # type: ignore[arg-type]
    for wrong in ({"remark": "x"}, {"review_id": 1}, {"opinion": "consent"}, {"decided_at": datetime(2026, 9, 28)}):  # noqa: DTZ001
        with pytest.raises(ValueError, match="validation error"):
            approval.ReviewDecided(**good | wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", json.dumps(decided(opinion="maybe")).encode()])
def test_a_body_that_does_not_fit_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable, match="does not fit"):
        read_event("approval.review.decided.v1", body)


def test_an_unknown_type_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="unknown type"):
        read_event("approval.review.dreamt.v1", b"{}")


@given(st.sampled_from(list(Opinion)), TEXT, st.datetimes(timezones=ZONES))
def test_a_body_comes_back_as_the_same_event(opinion: Opinion, reasons: str, at: datetime) -> None:
    event = approval.ReviewDecided(
        review_id="1",
        department="fire",
        case_number="9",
        opinion=opinion,
        reasons=reasons,
        decided_by=Staff(id="u-1", name="李四"),
        decided_at=at,
    )
    assert read_event(event.type, event.to_body()) == event


def test_subject_scope_and_case_are_the_same_for_all_events_of_an_entity() -> None:
    """A subject whose scope changed would show gaps to a scoped follower."""
    by_entity: dict[tuple[str, str], set[tuple[str, str | None, str | None]]] = {}
    for event in EVENTS.values():
        named = (event.id_field, event.scope_field, event.case_field)
        by_entity.setdefault((event.speaker, event.entity), set()).add(named)
    assert {key: named for key, named in by_entity.items() if len(named) != 1} == {}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_what_names_subject_and_scope_is_a_required_field(event: type[Event]) -> None:
    for name in filter(None, (event.id_field, event.scope_field)):
        assert event.model_fields[name].is_required()
    if event.case_field is not None:
        assert event.case_field in event.model_fields
    assert event.type == f"{event.speaker}.{event.entity}.{event.action}.v1"


def test_phone_numbers_travel_in_contact_events_only() -> None:
    assert {t for t, event in EVENTS.items() if "phone" in event.model_fields} == {"intake.contact.recorded.v1"}


def test_the_exported_names_are_these() -> None:
    assert sorted(contracts.__all__) == [
        "Event",
        "Meta",
        "Unreadable",
        "approval",
        "check_body",
        "event_types",
        "fees",
        "intake",
        "monitor",
        "notify",
        "read_event",
        "read_meta",
    ]
    assert all(hasattr(contracts, name) for name in contracts.__all__)
