"""How the hall's pages are served: which addresses are pages, what a browser is allowed, and a hall without built pages."""

import json
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from deploy.pages import Pages

ISSUER = "https://identity.example/realms/county"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    for name in ("index", "staff", "screen"):
        (tmp_path / f"{name}.html").write_text(f"<title>{name}</title>")
    (tmp_path / "portal.json").write_text(json.dumps(["", "items"]))
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app-1a2b.js").write_text("1")
    return tmp_path


def client(folder: Path) -> httpx.AsyncClient:
    app = Starlette(routes=Pages(ISSUER, demonstration=False, folder=folder).routes())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hall.test")


@pytest.mark.parametrize(
    ("path", "site", "status"),
    [
        ("/", "index", 200),
        ("/items/1145072", "index", 200),
        ("/staff/", "staff", 200),
        ("/staff/cases/3607", "staff", 200),
        ("/screen", "screen", 200),
        ("/itemsx", "index", 404),
        ("/admin", "index", 404),
    ],
)
async def test_an_address_leads_to_its_site(built: Path, path: str, site: str, status: int) -> None:
    async with client(built) as browser:
        answer = await browser.get(path, headers=BROWSER)
    assert (answer.status_code, answer.text) == (status, f"<title>{site}</title>")


async def test_a_page_may_run_and_fetch_only_what_is_the_halls_and_the_providers(built: Path) -> None:
    async with client(built) as browser:
        policy = (await browser.get("/", headers=BROWSER)).headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert "script-src" not in rules
    assert rules["connect-src"] == "'self' https://identity.example"
    assert rules["frame-ancestors"] == "'none'"


async def test_a_part_is_kept_for_a_year_and_a_page_is_asked_for_each_time(built: Path) -> None:
    async with client(built) as browser:
        assert "immutable" in (await browser.get("/assets/app-1a2b.js")).headers["Cache-Control"]
        assert (await browser.get("/", headers=BROWSER)).headers["Cache-Control"] == "no-cache"


async def test_pages_are_told_who_vouches_for_people(built: Path) -> None:
    async with client(built) as browser:
        told = (await browser.get("/hall.json")).json()
    assert told == {"issuer": ISSUER, "client_id": "yimen-hall", "demonstration": False}


@pytest.mark.parametrize("path", ["/portal.json", "/.vite/manifest.json", "/../pages.py", "/assets/../portal.json"])
async def test_only_pages_and_their_parts_are_served(built: Path, path: str) -> None:
    async with client(built) as browser:
        assert (await browser.get(path, headers=BROWSER)).status_code == 404


async def test_a_program_that_asks_for_no_page_gets_a_problem_document(built: Path) -> None:
    async with client(built) as program:
        for answer in (await program.get("/items"), await program.post("/", headers=BROWSER)):
            assert answer.status_code == 404
            assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_hall_whose_pages_were_not_built_says_how_to_build_them(tmp_path: Path) -> None:
    async with client(tmp_path) as browser:
        answer = await browser.get("/", headers=BROWSER)
    assert answer.status_code == 503
    assert "make run" in answer.json()["detail"]
