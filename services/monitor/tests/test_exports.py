"""Who gets the journal as a file, and how: by request or by the command line."""

import gzip
import json
from xml.etree import ElementTree

import pytest

from services.monitor.domain.facets import UNTOLD, facets
from services.monitor.domain.labels import LABELS
from services.monitor.export import main
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import joint_case, recorded
from yimen.contracts import event_types
from yimen.programs import DONE, REFUSED, USAGE
from yimen.web import Role

WHOLE = recorded(joint_case())
XES = "{http://www.xes-standard.org/}"


async def get(harness, path, role=Role.SUPERVISOR, status=200):
    answer = await harness.client.get(path, headers=harness.as_(role, departments=["planning"]))
    assert answer.status_code == status, answer.text
    return answer


async def test_the_supervisor_gets_files_to_keep(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *WHOLE)
        xes = await get(harness, "/exports/xes")
        assert xes.headers["content-type"] == "application/xml"
        assert xes.headers["content-disposition"] == 'attachment; filename="yimen-journal.xes"'
        log = ElementTree.fromstring(xes.content)
        assert [one.get("prefix") for one in log.iter(f"{XES}extension")] == ["concept", "time", "lifecycle", "org"]
        assert len(list(log.iter(f"{XES}event"))) == len(WHOLE)
        ocel = (await get(harness, "/exports/ocel")).json()
        assert len(ocel["events"]) == len(WHOLE)
        assert {one["objectId"] for told in ocel["events"] for one in told["relationships"]} == {
            thing["id"] for thing in ocel["objects"]
        }
        packed = await get(harness, "/exports/ocel?gzip=true&from=2026-03-01&to=2026-03-02&item=450721J01")
        assert packed.headers["content-disposition"].endswith('.json.gz"')
        assert len(json.loads(gzip.decompress(packed.content))["events"]) == len(WHOLE)


@pytest.mark.parametrize("kind", ["xes", "ocel"])
async def test_only_the_supervisor_gets_them(database_url, kind):
    async with supervisor(database_url) as harness:
        for role in set(Role) - {Role.SUPERVISOR}:
            await get(harness, f"/exports/{kind}", role, 403)


async def test_days_that_cannot_be_are_refused(database_url):
    async with supervisor(database_url) as harness:
        for query in ("from=2026-03-02&to=2026-03-01", "from=0001-01-01", "to=9999-12-31", "from=x", "item=a/b"):
            await get(harness, f"/exports/xes?{query}", status=422)


def test_every_type_has_a_label_and_no_two_of_a_speaker_share_one():
    assert set(event_types().values()) == set(LABELS)
    told = [(model.speaker, label) for model, label in LABELS.items()]
    assert len(told) == len(set(told))


def test_no_type_tells_free_text_or_what_opens_something():
    """Whatever has no pattern may hold a name; whatever is listed may open something or be made of an identity."""
    for model in event_types().values():
        for facet in facets(model):
            assert facet.name not in UNTOLD
    free = {"reason", "reasons", "detail", "answer", "name", "receiver", "place", "minutes", "phone", "password_hash"}
    told = {facet.name for model in event_types().values() for facet in facets(model) if model.speaker != "fees"}
    assert not told & free
    assert {"accepted_on", "accepted_at", "promised_due", "opinion", "deemed", "promised_days"} <= told


async def test_the_command_line_writes_a_whole_file_or_none(database_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("YIMEN_MONITOR_DATABASE_URL", database_url)
    async with supervisor(database_url) as harness:
        await tell(harness, *WHOLE)
    assert await run("xes", str(tmp_path / "out.xes"), "--since", "2026-03-01", "--until", "2026-03-31") == DONE
    assert len(list(ElementTree.parse(tmp_path / "out.xes").getroot().iter(f"{XES}event"))) == len(WHOLE)
    assert await run("ocel", str(tmp_path / "out.json.gz")) == DONE
    assert len(json.loads(gzip.decompress((tmp_path / "out.json.gz").read_bytes()))["events"]) == len(WHOLE)
    assert await run("pdf", str(tmp_path / "out.pdf")) == USAGE
    assert await run("xes", str(tmp_path / "no" / "out.xes")) == REFUSED
    monkeypatch.setenv("YIMEN_MONITOR_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    assert await run("xes", str(tmp_path / "none.xes")) == REFUSED
    assert "cannot be used" in capsys.readouterr().err
    assert {one.name for one in tmp_path.iterdir()} >= {"out.xes", "out.json.gz"}
    assert not [one for one in tmp_path.iterdir() if one.suffix == ".part" or one.name == "none.xes"]


async def run(*arguments):
    """In a thread: the command runs a loop of its own."""
    import asyncio

    return await asyncio.to_thread(main, list(arguments))
