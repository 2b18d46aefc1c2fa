"""The broker's definitions as a file: what is committed, and what an installation makes of it."""

import json
import re
from pathlib import Path

import pytest

from deploy.broker import FOLDER, Hall, definitions, main, text_of, users
from yimen.contracts import event_types
from yimen.departments import DEPARTMENTS


def test_the_definitions_are_those_that_the_services_need_today() -> None:
    """`python -m deploy.broker` writes them."""
    assert (FOLDER / "definitions.json").read_text() == text_of(definitions(Hall.read()))


def test_every_department_stands_in_one_window_and_every_word_is_somebodys() -> None:
    served = [department for departments in Hall.read().windows.values() for department in departments]
    assert sorted(served) == sorted(DEPARTMENTS)
    with pytest.raises(ValueError, match="served by two windows: fire"):
        Hall(windows={"fire": ("fire",), "both": ("market", "fire")})
    speaks = [user.speaks for user in users(Hall.read())]
    for event in event_types().values():
        key = f"{event.speaker}.{event.entity}.{event.action}.{'fire' if event.scope_field else 'all'}"
        assert any(re.search(pattern, key) for pattern in speaks), key


def test_an_installation_gets_its_passwords_from_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "intake").write_text("secret of intake\n")
    out = tmp_path / "definitions.json"
    assert main(["--secrets", str(tmp_path), "--out", str(out)]) == 0
    assert "notify" in capsys.readouterr().err
    hashes = {user["name"]: user["password_hash"] for user in json.loads(out.read_text())["users"]}
    assert hashes.pop("intake") != ""
    assert set(hashes.values()) == {""}
    assert main(["--secrets", str(tmp_path), "--make", "--out", str(out)]) == 0
    assert capsys.readouterr().err == ""
    assert (tmp_path / "intake").read_text() == "secret of intake\n"
    assert (tmp_path / "notify").stat().st_mode & 0o077 == 0
