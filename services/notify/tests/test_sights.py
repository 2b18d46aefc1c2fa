"""Who hears what: every role against every entity, by events as they are stored and read from the stream."""

from collections.abc import Iterable
from functools import cache

import pytest

from services.notify.desks import Told
from services.notify.desks.showing import remember_circle, show_in_stream
from services.notify.domain.sight import EVERYTHING, GRANTS, UNHEARD, Narrow, sight_of
from services.notify.streaming import follow
from services.notify.tests.conftest import Messenger
from services.notify.tests.test_stream import read
from tests.support.one_look import OneLook
from yimen.asyncapi.samples import sample
from yimen.asyncapi.schemas import reading_schema
from yimen.contracts import Event, Meta, event_types, intake
from yimen.contracts.parts import Channel
from yimen.departments import DEPARTMENTS
from yimen.web import Role

# a: wherever it happened; o: of one's own department, case or station; s: some of its events; a dot: nothing.
GRID = """
                     supervisor leader centre_admin discipline_officer window_clerk section_officer chief_representative organ_head government_head fee_officer treasurer station_clerk village_agent operator
intake.case              a        a         a               .               o             o                 o                .             .              .          .          .             .           .
intake.review            a        a         a               .               o             o                 o                o             .              .          .          .             .           .
intake.item              a        a         a               a               a             a                 a                a             a              a          a          a             a           a
intake.announcement      a        a         a               a               a             a                 a                a             a              a          a          a             a           a
intake.calendar          a        a         a               a               a             a                 a                a             a              a          a          a             a           a
intake.agency            a        a         a               .               .             .                 .                .             .              .          .          o             o           .
intake.project           a        a         a               .               a             .                 .                .             .              .          .          .             .           .
intake.ban               a        a         a               .               .             .                 .                .             .              .          .          .             .           .
approval.review          a        a         a               .               o             o                 o                o             s              .          .          .             .           .
fees.list                a        a         a               .               o             o                 o                o             .              a          a          .             .           .
fees.notice              a        a         a               .               o             o                 o                .             s              a          a          .             .           .
fees.exception           a        a         a               .               .             .                 .                .             .              a          a          .             .           .
fees.violation           a        a         a               .               .             .                 o                .             .              a          a          .             .           .
fees.day                 a        a         a               .               .             .                 .                .             .              .          a          .             .           .
monitor.alert            a        a         a               .               .             .                 o                o             .              .          .          o             .           .
monitor.order            a        a         a               .               .             .                 o                o             .              .          .          o             .           .
monitor.inspection       a        a         a               .               .             .                 o                o             .              .          .          o             .           .
monitor.attendance       a        a         a               .               .             .                 o                o             .              .          .          o             .           .
monitor.appeal           a        a         a               .               .             .                 o                .             .              .          .          .             .           .
monitor.complaint        a        .         .               .               .             .                 o                .             .              .          .          .             .           .
monitor.consultation     a        a         a               .               o             .                 o                .             .              .          .          .             .           .
monitor.rating           a        a         a               .               .             .                 o                .             .              .          .          .             .           .
monitor.score            a        a         a               .               o             o                 o                .             .              .          .          .             .           .
monitor.outside          a        a         a               .               .             .                 o                .             .              .          .          .             .           .
monitor.import           a        a         a               .               .             .                 o                .             .              .          .          .             .           .
monitor.window           a        a         a               .               a             a                 a                .             .              .          .          .             .           .
monitor.rulebook         a        a         a               a               .             .                 a                .             .              .          .          .             .           .
monitor.calendar         a        a         a               a               a             a                 a                a             a              a          a          a             a           a
monitor.root             a        a         a               a               a             a                 a                a             a              a          a          a             a           a
monitor.tally            a        a         a               .               .             .                 .                .             .              .          a          .             .           .
notify.document          a        a         a               .               o             o                 o                .             .              .          .          .             .           a
notify.message           a        a         a               .               .             .                 .                .             .              .          .          .             .           a
"""  # noqa: E501 - a table
SOME = {
    "approval.review": {"extension_requested", "extended"},
    "fees.notice": {"relief_requested", "relief_refused", "reduced", "deferred"},
}
READERS, *ROWS = [line.split() for line in GRID.strip().splitlines()]
MAY = {(kind, role): may for kind, *row in ROWS for role, may in zip(READERS, row, strict=True)}
OURS, THEIRS = ("fire", "C1"), ("health", "C2")


def kind_of(event: type[Event]) -> str:
    return f"{event.speaker}.{event.entity}"


@cache
def made(event: type[Event], department: str, case_number: str) -> Event:
    """An event of this type, every field filled in, of this department and its case."""
    whole = event.model_validate(sample(event, reading_schema(event))["body"], strict=False)
    ours = {
        "department": department,
        "audience": department,
        "station": department,
        "agency_id": f"D-{case_number}",
        "case_number": case_number,
    }
    return whole.model_copy(update={name: ours[name] for name in ours if name in event.model_fields})


async def show(messenger: Messenger, events: Iterable[Event]) -> None:
    """Past the stream's desks alone: what the others make of samples is not asked here."""
    table = messenger.harness.units.metadata.tables["stream_head"]
    head = table.update().values(last=table.c.last + 1).returning(table.c.last)
    async with messenger.harness.units.begin() as unit:
        for event in events:
            meta = Meta.from_headers(messenger.harness.message(event, f"/{event.speaker}").headers)
            told = Told(event, meta, (await unit.execute(head)).scalar_one())
            await remember_circle(unit, told)
            await show_in_stream(unit, told)


async def heard(messenger: Messenger, *roles: Role, codes: tuple[str, ...], narrow: Narrow | None = None) -> list[str]:
    """The names of the events that such a reader hears of all that there is, and whose they are."""
    hub = OneLook(messenger.harness.service.database)
    told = await read(await follow(hub, sight_of(roles, frozenset(codes), narrow), 0))
    return [f"{one.type.rpartition('.')[0]} {whose(one.data)}" for one in told]


def whose(event: dict[str, object]) -> str:
    data = event["data"]
    assert isinstance(data, dict)
    found = [data.get(name) for name in ("department", "audience", "station", "case_number", "agency_id")]
    theirs = {*THEIRS, "D-C2"} & {one for one in found if isinstance(one, str)}
    return "theirs" if theirs else "ours"


@pytest.fixture(scope="module")
def everything() -> list[Event]:
    """Reviews are asked for first: thereby each department works on its case; and each station is entrusted."""
    first = [intake.ReviewRequested, intake.AgencyEntrusted]
    kinds = [*first, *(event for event in event_types().values() if event not in first)]
    return [made(event, *world) for world in (OURS, THEIRS) for event in kinds]


@pytest.fixture
async def full(messenger: Messenger, everything: list[Event]) -> Messenger:
    await show(messenger, everything)
    return messenger


def expected(role: str) -> set[str]:
    """Of what is nobody's in particular both worlds' events are told, and look like ours."""
    names = [(f"{kind_of(event)}.{event.action}", kind_of(event), event.action) for event in event_types().values()]
    found = set()
    for name, kind, action in names:
        may = MAY.get((kind, role), ".")
        if may == "a" or (may == "s" and action in SOME[kind]):
            found |= {f"{name} {whose_can_be}" for whose_can_be in ("ours", "theirs")}
        elif may == "o":
            found.add(f"{name} ours")
    return found


async def test_every_role_hears_of_every_entity_what_it_may(full: Messenger, everything: list[Event]) -> None:
    there = {f"{kind_of(type(event))}.{event.action} {whose({'data': event.model_dump()})}" for event in everything}
    for role in Role:
        told = await heard(full, role, codes=("fire",))
        assert set(told) == expected(role) & there, role


def test_each_entity_and_each_role_that_reads_has_its_place_in_the_grid() -> None:
    assert {kind for kind, *_ in ROWS} == EVERYTHING
    assert set(READERS) == set(GRANTS)
    assert set(Role) - set(GRANTS) == {Role.CITIZEN, Role.INTEGRATOR, Role.CLOCK_KEEPER}


async def test_how_to_reach_a_person_and_what_opens_a_case_is_not_even_stored(full: Messenger) -> None:
    table = full.harness.units.metadata.tables["stream"]
    async with full.harness.units.view() as view:
        kinds = {row.type.rpartition(".")[0].rpartition(".")[0] for row in await view.execute(table.select())}
    assert kinds == EVERYTHING
    assert {kind_of(event) for event in event_types().values()} - kinds == UNHEARD


OFFICES = {
    "discipline": {Role.SUPERVISOR, Role.DISCIPLINE_OFFICER},
    "supervision": {Role.SUPERVISOR},
    "centre": {Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN},
}


@pytest.mark.rule("R93")
@pytest.mark.parametrize("office", OFFICES)
async def test_a_complaint_is_heard_by_the_office_that_looks_into_it(messenger: Messenger, office: str) -> None:
    """Whatever it is about: the department complained of, which also works on the case, hears nothing of it."""
    complaints = [event for event in event_types().values() if event.entity == "complaint"]
    of_office = [made(event, *OURS).model_copy(update={"audience": office}) for event in complaints]
    await show(messenger, [made(intake.ReviewRequested, *OURS), *of_office])
    hear = set()
    for role in Role:
        told = await heard(messenger, role, codes=("fire", "health"), narrow=Narrow(entities=frozenset({"complaint"})))
        assert len(told) in (0, len(complaints)), role
        hear |= {role} if told else set()
    assert hear == OFFICES[office]


def test_no_department_bears_an_offices_code() -> None:
    assert DEPARTMENTS.keys().isdisjoint(OFFICES)


async def test_several_roles_hear_together_what_each_hears_alone(full: Messenger) -> None:
    both = await heard(full, Role.SECTION_OFFICER, Role.FEE_OFFICER, codes=("fire",))
    alone = [await heard(full, role, codes=("fire",)) for role in (Role.SECTION_OFFICER, Role.FEE_OFFICER)]
    assert set(both) == set(alone[0]) | set(alone[1])


@pytest.mark.parametrize(
    ("codes", "hears"),
    [
        (("taiping",), {"D-1", "D-2"}),
        (("taiping-shanjiao",), {"D-2"}),
        (("taiping-other",), set()),
        (("jiangkou",), {"D-3"}),
    ],
)
async def test_a_township_hears_of_its_villages_agencies_and_a_village_of_its_own(
    messenger: Messenger, codes: tuple[str, ...], hears: set[str]
) -> None:
    stations = {"D-1": "taiping", "D-2": "taiping-shanjiao", "D-3": "jiangkou"}
    for number, station in stations.items():
        whole = made(intake.AgencyEntrusted, *OURS)
        begun = whole.model_copy(update={"agency_id": number, "station": station, "level": Channel.TOWNSHIP})
        step = made(intake.AgencyStepRecorded, *OURS).model_copy(update={"agency_id": number})
        await show(messenger, [begun, step])
    hub = OneLook(messenger.harness.service.database)
    told = await read(await follow(hub, sight_of([Role.STATION_CLERK], frozenset(codes)), 0))
    assert [one.data["subject"] for one in told] == [f"agency/{number}" for number in sorted(hears) for _ in range(2)]


async def test_a_screen_narrows_what_it_hears_and_widens_nothing(full: Messenger) -> None:
    whole = await heard(full, Role.WINDOW_CLERK, codes=("fire",))
    narrowed = await heard(
        full,
        Role.WINDOW_CLERK,
        codes=("fire",),
        narrow=Narrow(entities=frozenset({"review", "alert"}), departments=frozenset({"fire", "health"})),
    )
    assert narrowed == [one for one in whole if ".review." in one]
    assert await heard(full, Role.WINDOW_CLERK, codes=("fire",), narrow=Narrow(case_number="C2")) == []
    one_case = await heard(full, Role.SUPERVISOR, codes=(), narrow=Narrow(case_number="C2"))
    assert {one for one in one_case if one.startswith("intake.case")} != set()
    assert {one.partition(" ")[2] for one in one_case} == {"theirs"}


def test_readers_whose_codes_open_nothing_more_hear_together() -> None:
    assert sight_of([Role.SUPERVISOR], frozenset({"fire"})) == sight_of([Role.SUPERVISOR], frozenset())
    assert sight_of([Role.WINDOW_CLERK], frozenset({"fire"})) != sight_of([Role.WINDOW_CLERK], frozenset({"health"}))
