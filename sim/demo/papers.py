"""The papers of the day (文书): one of each kind is left in a folder, to be opened and looked at; each is held against its
hash, and handed in at the public check."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sim.demo.hall import Hall, Json


@dataclass
class Collected:
    """`made`: how many papers there are; `kinds`: the one of each kind that was kept; `faults`: what is wrong."""

    folder: Path
    made: int = 0
    kinds: list[Json] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def collect_papers(hall: Hall, folder: Path) -> Collected:
    _make_room(folder)
    await hall.until("supervisor", "/notify/documents?state=waiting", lambda page: not page["documents"], "every paper")
    papers = await _all_papers(hall)
    failed = [
        f"文书没有制成：{one['title']}{one['number']}：{one['error']}" for one in papers if one["state"] == "failed"
    ]
    rendered = [one for one in papers if one["state"] == "rendered"]
    collected = Collected(folder, len(rendered), _one_of_each(rendered), failed)
    for paper in collected.kinds:
        content = await hall.file("supervisor", f"/notify/documents/{paper['id']}/file")
        (folder / f"{paper['title']} {paper['number']}.pdf").write_bytes(content)
        if sha256(content).hexdigest() != paper["sha256"]:
            collected.faults.append(f"文书与所记哈希不符：{paper['title']}{paper['number']}")
        elif (await hall.check(content))["verdict"] != "same":
            collected.faults.append(f"公开核验不认得：{paper['title']}{paper['number']}")
    return collected


def _make_room(folder: Path) -> None:
    """An earlier day's papers go."""
    folder.mkdir(parents=True, exist_ok=True)
    for former in folder.glob("*.pdf"):
        former.unlink()


async def _all_papers(hall: Hall) -> list[Json]:
    papers: list[Json] = []
    after = ""
    while True:
        page = await hall.get("supervisor", f"/notify/documents?limit=200{after}")
        papers += page["documents"]
        if page["next"] is None:
            return papers
        after = f"&after={page['next']}"


def _one_of_each(papers: list[Json]) -> list[Json]:
    """The first that was made of each kind."""
    return list({paper["kind"]: paper for paper in papers}.values())
