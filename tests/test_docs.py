"""What the documents name is there: links, paths, commands, environment variables, and the list of decisions."""

import re
import shlex
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry

from services.approval.settings import ApprovalSettings
from services.fees.settings import FeesSettings
from services.intake.settings import IntakeSettings
from services.monitor.settings import MonitorSettings
from services.notify.settings import NotifySettings
from yimen.bus.metrics import BusMetrics
from yimen.contracts import event_types
from yimen.operate import app as console
from yimen.schema import new_metadata
from yimen.settings import KitSettings

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DOCUMENTS = [*READMES, ROOT / "CHANGELOG.md", ROOT / "deploy" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS = (KitSettings, IntakeSettings, ApprovalSettings, FeesSettings, MonitorSettings, NotifySettings)
WITHOUT_A_MODEL = {
    "YIMEN_SECRETS",
    "YIMEN_HOME",
    "YIMEN_POSTGRES_URL",
    "YIMEN_HALL",
    "YIMEN_DEMO_PAPERS",
    "YIMEN_TEST_AMQP_URL",
    "YIMEN_TEST_CHROMIUM",
    "YIMEN_TEST_POSTGRES_URL",
}
"""Read by deploy, sim and tests, not by services; and where the services look for secrets."""

TABLES = {*new_metadata().tables}

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:bench|contracts|deploy|docs|hall|services|sim|tests|tools|yimen)/[\w./*-]*)`")
VARIABLE = re.compile(r"`?(YIMEN_[A-Z_]+[A-Z])\b")
EVENT = re.compile(r"`((?:intake|approval|fees|monitor|notify)\.[a-z]+\.[a-z_*]+)`")

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
readmes = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)


def anchors(document: Path) -> set[str]:
    """The fragments that a forge makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def settings_of(model: type) -> set[str]:
    prefix = model.model_config["env_prefix"]
    return {f"{prefix}{name}".upper() for name in model.model_fields}


@documents
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = unquote(link).partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not fragment or fragment in anchors(target), link


@documents
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    for path in PATH.findall(document.read_text("utf-8")):
        assert list(ROOT.glob(path.rstrip("/"))), path


@readmes
def test_every_command_of_the_readme_is_a_target_and_every_target_is_told(readme: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", readme.read_text("utf-8"))) == targets


@readmes
def test_the_readme_names_every_setting_and_no_other(readme: Path) -> None:
    named = set(VARIABLE.findall(readme.read_text("utf-8")))
    assert named == set().union(*(settings_of(model) for model in SETTINGS)) | WITHOUT_A_MODEL


@documents
def test_no_document_names_a_setting_that_is_not_there(document: Path) -> None:
    known = set().union(*(settings_of(model) for model in SETTINGS)) | WITHOUT_A_MODEL
    assert set(VARIABLE.findall(document.read_text("utf-8"))) <= known


@documents
def test_every_command_of_the_operators_console_is_one(document: Path) -> None:
    for line in re.findall(r"python -m yimen\.operate ([^`;\n]+)", document.read_text("utf-8")):
        words = [str(uuid4()) if word == "<id>" else word for word in shlex.split(line)]
        console.parse_args(words, exit_on_error=False, print_error=False)


def test_the_operators_guide_names_every_metric_of_the_bus_and_no_other() -> None:
    metrics = BusMetrics(registry := CollectorRegistry())
    assert metrics
    told = {name for family in registry.collect() for name in (family.name, f"{family.name}_total")}
    text = "".join(page.read_text("utf-8") for page in (ROOT / "docs" / "operations").rglob("*.md"))
    named = set(re.findall(r"\b((?:outbox|inbox|jobs|timers|bus)_[a-z_]+[a-z])\b", text))
    named = {name.removesuffix("_bucket") for name in named}
    assert named - TABLES <= told
    assert {family.name for family in registry.collect()} <= {name.removesuffix("_total") for name in named}


def test_every_page_of_an_alert_is_reached_from_a_rule_and_every_guide_from_the_list() -> None:
    folder = ROOT / "docs" / "operations"
    index = (folder / "README.md").read_text("utf-8")
    rules = re.findall(r"^\| \[[^]]+\]\(([a-z-]+\.md)\) \| `[^`]+` \|", index, re.M)
    guides = re.findall(r"^\| \[[^]]+\]\((guides/[a-z-]+\.md)\) \| [^`]", index, re.M)
    pages = {str(page.relative_to(folder)) for page in folder.rglob("*.md")} - {"README.md"}
    assert sorted([*rules, *guides]) == sorted(pages)


def test_every_row_of_the_mission_is_judged_alike_in_both_languages() -> None:
    said = {"in part": "部分", "not yet": "还没有", "works": "可用"}
    english, chinese = (
        dict(re.findall(r"^\| (S\d\d) \| [^|]+ \| (in part|not yet|works|部分|还没有|可用)", text, re.MULTILINE))
        for text in (readme.read_text("utf-8") for readme in READMES)
    )
    assert sorted(english) == [f"S{row:02}" for row in range(1, 23)]
    assert {row: said[state] for row, state in english.items()} == chinese


def test_the_glossary_points_at_events_that_are_spoken() -> None:
    glossary = (ROOT / "docs" / "glossary" / "README.md").read_text("utf-8")
    kinds = {event.type.rpartition(".")[0] for event in event_types().values()}
    for name in EVENT.findall(glossary):
        assert any(re.fullmatch(re.escape(name).replace(r"\*", r"[a-z_]+"), kind) for kind in kinds), name


def test_decisions_are_numbered_once_and_all_listed_by_their_titles() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    numbers = [record.name[:4] for record in records]
    assert numbers == [f"{n:04}" for n in range(1, len(records) + 1)]
    rows = re.findall(
        r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+) \|$", (folder / "README.md").read_text("utf-8"), re.MULTILINE
    )
    titles = [record.read_text("utf-8").partition("\n")[0].removeprefix("# ") for record in records]
    assert rows == [(n, r.name, title) for n, r, title in zip(numbers, records, titles, strict=True)]
