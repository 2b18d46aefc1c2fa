"""The guides' command lines do what the guides say: those marked `<!-- run -->` are run, page by page, in their order.

Every `sh` block is marked on the line before it, either so or `<!-- not run: why -->`; the others are at least read by the
shell. A page runs in a folder of its own, which has the repository's folders in it, with private databases and a virtual
host on a real broker behind the variables that an operator sets.
"""

import asyncio
import os
import re
import secrets
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.postgres import run_sql
from yimen.bus import Queue
from yimen.bus.rabbit import RabbitCarrier

ROOT = Path(__file__).parents[1]
GUIDES = ("docs/operations/**/*.md", "docs/integrators.md", "docs/integrators/**/*.md")
PAGES = sorted(
    path for pattern in GUIDES for path in ROOT.glob(pattern) if "node_modules" not in path.parts and path.is_file()
)
BLOCK = re.compile(r"^(?P<indent> *)(?P<mark>[^\n]*)\n(?P=indent)```sh\n(?P<text>.*?)\n(?P=indent)```$", re.M | re.S)
MARK = re.compile(r"<!-- (run|not run: (?P<why>[^>]+)) -->")
PLACEHOLDER = re.compile(r"<[a-z ]+>")
SERVICES = ("intake", "fees", "monitor", "notify", "approval")
SECONDS = 300


@dataclass(frozen=True)
class Block:
    mark: str
    text: str

    @property
    def runs(self) -> bool:
        return self.mark == "<!-- run -->"


def blocks(page: Path) -> list[Block]:
    found = BLOCK.finditer(page.read_text("utf-8"))
    return [Block(one["mark"].strip(), textwrap.dedent(one["text"])) for one in found]


def script(page: Path) -> str:
    return "\n".join(block.text for block in blocks(page) if block.runs)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT / "docs"))


pages = pytest.mark.parametrize("guide", [page for page in PAGES if blocks(page)], ids=name_of)
running = pytest.mark.parametrize("guide", [page for page in PAGES if script(page)], ids=name_of)


@pages
def test_every_block_is_marked_and_can_be_read(guide: Path) -> None:
    assert guide.read_text("utf-8").count("```sh\n") == len(blocks(guide))
    for block in blocks(guide):
        assert MARK.fullmatch(block.mark), f"{block.mark or 'no mark'} before:\n{block.text}"
        text = PLACEHOLDER.sub("word", block.text)
        read = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True, check=False)
        assert read.returncode == 0, f"{read.stderr}\n{block.text}"


@dataclass
class Place:
    """A folder to run in, and what an operator has set."""

    folder: Path
    environment: dict[str, str]

    def run(self, text: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", "-eu"],
            input=text,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            timeout=SECONDS,
            check=False,
        )


@pytest.fixture
def place(
    tmp_path: Path,
    amqp_vhost_url: str,
    postgres_url: str,
    migrated: Callable[[str, str], str],
    postgres_database: Callable[[], str],
) -> Iterator[Place]:
    for path in ROOT.iterdir():
        if path.is_dir() and not path.name.startswith(".") and path.name != "var":
            (tmp_path / path.name).symlink_to(path)
    for reader in ("fees", "notify"):
        asyncio.run(RabbitCarrier(amqp_vhost_url).declare(Queue(reader, ())))
    role = f"role_{secrets.token_hex(6)}"
    run_sql(postgres_url, f"CREATE ROLE {role} LOGIN")
    told = {
        **{f"YIMEN_{name.upper()}_DATABASE_URL": migrated("postgres", name) for name in SERVICES},
        "YIMEN_INTAKE_MATERIALS": (tmp_path / "materials").as_uri(),
        "YIMEN_NOTIFY_DOCUMENTS": (tmp_path / "documents").as_uri(),
        "YIMEN_BUS_URL": amqp_vhost_url,
        "EMPTY_DATABASE_URL": postgres_database(),
        "ADMIN_DATABASE_URL": make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False),
        "DATABASE_ROLE": role,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PAGER": "cat",
    }
    yield Place(tmp_path, {**os.environ, **told})
    run_sql(postgres_url, f"DROP ROLE {role}")


@running
def test_what_a_guide_tells_to_run_runs(guide: Path, place: Place) -> None:
    done = place.run(script(guide))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_a_command_that_fails_is_noticed(place: Place) -> None:
    assert place.run("python -m yimen.operate parked --service nobody\necho never reached").returncode != 0
