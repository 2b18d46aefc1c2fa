"""What is exported is read back by the tool that its readers use: the same cases, events and variants as in the journal."""

import gzip
import warnings
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitor import exporting
from services.monitor.exporting import Wanted, export
from services.monitor.tests.harness import rows, supervisor, tell
from services.monitor.tests.samples import at, joint_case, recorded, submitted
from yimen.contracts import intake, monitor, notify
from yimen.contracts.parts import Kind, Staff

with warnings.catch_warnings():
    # Importing it deprecates things of its own dependencies; nothing of ours runs in here.
    warnings.simplefilter("ignore")
    import pm4py

pytestmark = [
    # pandas and pm4py warn of one another's ways (which parser is used, how frames are made); we only read with them.
    pytest.mark.filterwarnings("ignore:::pm4py"),
    pytest.mark.filterwarnings("ignore:::pandas"),
]

AWKWARD = "a<b>&\"'\t换行\n回车\r响铃\x07竖表\x0b表情😀\u202e末\ufffe"


async def exported(harness, kind, wanted=None, packed=False):
    return b"".join([portion async for portion in export(harness.units, kind, wanted or Wanted(), packed=packed)])


async def written(harness, kind, path, wanted=None):
    path.write_bytes(await exported(harness, kind, wanted))
    return str(path)


async def of_journal(harness):
    """Cases, events and variants, counted from the journal's own rows, apart from the code under test."""
    told = await rows(harness, "SELECT case_number, type, time, source, subject, sequence FROM journal")
    cases = {}
    for row in told:
        if row["case_number"]:
            key = (row["time"], row["source"], row["subject"], row["sequence"])
            cases.setdefault(row["case_number"], []).append((key, row["type"]))
    variants = Counter(tuple(kind for _, kind in sorted(case)) for case in cases.values())
    return {number: len(case) for number, case in cases.items()}, variants, len(told)


def read_xes(path):
    log = pm4py.read_xes(path, variant="iterparse")
    cases = log.groupby("case:concept:name")["concept:name"].agg(tuple)
    return log, {number: len(case) for number, case in cases.items()}, Counter(cases)


async def check(harness, folder):
    cases, variants, events = await of_journal(harness)
    log, found, told = read_xes(await written(harness, "xes", folder / "log.xes"))
    assert found == cases
    assert told == variants
    assert len(log) == sum(cases.values())
    ocel = pm4py.read_ocel2_json(await written(harness, "ocel", folder / "log.json"))
    assert len(ocel.events) == events
    assert {one.removeprefix("case/") for one in ocel.objects[ocel.objects["ocel:type"] == "case"]["ocel:oid"]} >= set(
        cases
    )
    related = ocel.relations[ocel.relations["ocel:type"] == "case"]
    assert Counter(related["ocel:oid"].str.removeprefix("case/")) == Counter(cases)
    assert set(ocel.relations["ocel:oid"]) <= set(ocel.objects["ocel:oid"])
    return log, ocel


async def test_a_joint_case_is_read_back_as_it_was_told(database_url, tmp_path):
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(joint_case()))
        log, ocel = await check(harness, tmp_path)
        assert {"item_name", "department"} <= {name.removeprefix("case:") for name in log.columns}
        assert set(log["org:group"].dropna()) == {"planning", "fire", "environment"}
        assert set(ocel.objects["ocel:type"]) >= {"case", "review", "list", "notice", "item", "department", "staff"}
        of_list = ocel.relations[ocel.relations["ocel:oid"] == "list/L1"]
        assert set(of_list["ocel:qualifier"]) == {"subject", "list_id", "lists", "fee_lists"}


async def test_variants_are_found_by_the_tools_own_means(database_url, tmp_path):
    """Events of one moment keep the order of the timeline."""
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(joint_case()))
        _, variants, _ = await of_journal(harness)
        log, _, _ = read_xes(await written(harness, "xes", tmp_path / "log.xes"))
        assert set(pm4py.get_variants(log)) == set(variants)


async def test_names_are_nowhere_and_pseudonyms_hold_in_one_file_only(database_url, tmp_path):
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(joint_case()))
        texts = [(await exported(harness, kind)).decode() for kind in ("xes", "ocel") * 2]
        for text in texts:
            for personal in (
                "李窗口",
                "王首席",
                '"c1"',
                '"r1"',
                "钦州某建设有限公司",
                "9145",
                "张三",
                "45000000000000000017",
            ):
                assert personal not in text, personal
        assert texts[0] != texts[2], "a salt of its own"
        log, _, _ = read_xes(await written(harness, "xes", tmp_path / "log.xes"))
        acted = set(log["staff:signed_by"].dropna())
        assert len(acted) == 1
        assert acted == set(log["staff:accepted_by"].dropna()), "the same person is seen to act twice"


async def test_a_packed_file_holds_the_same(database_url, tmp_path):
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(joint_case()))
        (tmp_path / "log.xes").write_bytes(gzip.decompress(await exported(harness, "xes", packed=True)))
        _, cases, _ = read_xes(str(tmp_path / "log.xes"))
        assert cases == (await of_journal(harness))[0]


async def test_awkward_characters_survive_or_are_told_as_unreadable(database_url, tmp_path):
    named = submitted(case_number="K-odd", item_name=AWKWARD)
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded([("/intake", named, at(3, 2))]))
        log, _ = await check(harness, tmp_path)
        kept = AWKWARD.replace("\x07", "\ufffd").replace("\x0b", "\ufffd").replace("\ufffe", "\ufffd")
        assert list(log["case:item_name"]) == [kept]


async def test_cases_are_chosen_by_day_item_and_department(database_url, tmp_path):
    other = submitted(case_number="K2", item_code="X2", department="health")
    own = intake.ItemWithdrawn(item_code="X2", version=1, reason="取消")
    told = [*joint_case(), ("/intake", other, at(4, 1)), ("/intake", own, at(4, 2))]
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(told))
        for wanted in (Wanted(since=at(3, 20)), Wanted(item="X2"), Wanted(department="health")):
            _, cases, _ = read_xes(await written(harness, "xes", tmp_path / "log.xes", wanted))
            assert set(cases) == {"K2"}
        _, cases, _ = read_xes(await written(harness, "xes", tmp_path / "log.xes", Wanted(until=at(3, 20))))
        assert len(cases) == 1
        assert "K2" not in cases
        _, cases, _ = read_xes(await written(harness, "xes", tmp_path / "log.xes", Wanted(department="fire")))
        assert "K2" not in cases
        ocel = pm4py.read_ocel2_json(await written(harness, "ocel", tmp_path / "log.json", Wanted(item="X2")))
        assert len(ocel.events) == 2, "the item's own withdrawal, which belongs to no case"


async def test_an_empty_journal_is_a_file_without_cases(database_url, tmp_path):
    async with supervisor(database_url) as harness:
        nobody = Wanted(department="nobody")
        text = (await exported(harness, "xes", nobody)).decode()
        assert "<trace" not in text
        text = (await exported(harness, "ocel", nobody)).decode()
        assert text.endswith('"events":[],"objects":[]}')


NUMBERS = st.sampled_from(["A", "a", "B-1", "B.1", "Ω".encode().hex()])
SPOKEN = st.lists(
    st.tuples(
        NUMBERS,
        st.sampled_from(["submitted", "sent", "outside", "alert"]),
        st.sampled_from(["", "/one", "/other"]),
        st.integers(min_value=0, max_value=3),
        st.text(min_size=1, max_size=20).filter(lambda text: "\x00" not in text),
    ),
    min_size=1,
    max_size=25,
)


def spoken(number, what, text, when):
    match what:
        case "submitted":
            return submitted(case_number=number, item_name=text)
        case "sent":
            return notify.MessageSent(message_id=f"M-{number}", case_number=number, template="t", sent_at=when)
        case "outside":
            return monitor.OutsideReported(
                case_number=number,
                department="planning",
                own_number=text,
                item_name=text,
                kind=Kind.COMMITTED,
                received_on=when.date(),
                accepted_on=when.date(),
                promised_days=5,
                statutory_days=20,
                import_id="I1",
                reported_at=when,
            )
        case _:
            return monitor.AlertLifted(
                alert_id=f"A-{number}",
                department="planning",
                case_number=number,
                reason=text,
                lifted_by=Staff(id=text, name=text),
                lifted_at=when,
            )


@given(said=SPOKEN)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_was_told_is_read_back(tmp_path_factory, said):
    folder = tmp_path_factory.mktemp("mined")
    told = []
    for number, what, instance, hours, text in said:
        when = at(3, 2) + timedelta(hours=hours)
        event = spoken(number, what, text, when)
        told.append((f"/{event.speaker}{instance}", event, when))
    async with supervisor(f"sqlite+aiosqlite:///{folder / 'test.db'}") as harness:
        await tell(harness, *recorded(told))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exporting, "PORTION", 3)
            await check(harness, folder)
