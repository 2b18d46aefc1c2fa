"""The contracts as files: written once, checked in CI, kept for ever."""

import json
from pathlib import Path
from typing import ClassVar

import pytest

from yimen.asyncapi.publish import Incompatible, Stale, main, publish
from yimen.contracts import Event, event_types
from yimen.contracts.envelope import Code

TYPE = "approval.review.decided.v1"
EVENTS = {TYPE: event_types()[TYPE]}


class _Sketch(Event):
    """An event outside the registry, and what became of it."""

    type: ClassVar[str] = TYPE
    speaker: ClassVar[str] = "approval"
    entity: ClassVar[str] = "review"
    action: ClassVar[str] = "decided"
    id_field: ClassVar[str] = "thing_id"
    case_field: ClassVar[str | None] = None

    thing_id: Code


class _Grown(_Sketch):
    remark: str | None = None


class _Regrown(_Sketch):
    """Fits the first shape, which had no remark, but not the second."""

    remark: int = 0


class _Tightened(_Sketch):
    remark: str


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


def test_a_new_event_gets_schema_released_shape_and_sample(tmp_path: Path) -> None:
    publish(tmp_path, EVENTS, {"approval": {"openapi": "3.1.0"}})
    names = {f"{kind}/{TYPE}.json" for kind in ("schemas", "released", "samples")}
    assert files(tmp_path).keys() == names | {"asyncapi.yaml", "openapi/approval.json"}


def test_a_second_run_writes_nothing_and_checks_clean(tmp_path: Path) -> None:
    publish(tmp_path, EVENTS)
    assert publish(tmp_path, EVENTS) == []
    assert publish(tmp_path, EVENTS, check=True) == []


def test_check_names_what_is_stale_and_writes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, EVENTS)
    schema = tmp_path / "schemas" / f"{TYPE}.json"
    schema.write_text("{}", "utf-8")
    (tmp_path / "schemas" / "left.behind.long.v1.json").write_text("{}", "utf-8")
    before = files(tmp_path)
    with pytest.raises(Stale) as stale:
        publish(tmp_path, EVENTS, check=True)
    assert {Path(line).name for line in str(stale.value).splitlines()} == {f"{TYPE}.json", "left.behind.long.v1.json"}
    assert files(tmp_path) == before


def test_a_sample_once_made_is_never_written_again(tmp_path: Path) -> None:
    publish(tmp_path, EVENTS)
    kept = tmp_path / "samples" / f"{TYPE}.json"
    kept.write_text('{"by": "hand"}', "utf-8")
    publish(tmp_path, EVENTS)
    assert kept.read_text("utf-8") == '{"by": "hand"}'


def test_a_gained_field_is_a_second_shape_beside_the_first(tmp_path: Path) -> None:
    publish(tmp_path, {TYPE: _Sketch})
    first = (tmp_path / "released" / f"{TYPE}.json").read_text("utf-8")
    publish(tmp_path, {TYPE: _Grown})
    assert (tmp_path / "released" / f"{TYPE}.json").read_text("utf-8") == first
    assert "remark" in json.loads((tmp_path / "released" / f"{TYPE}.2.json").read_text("utf-8"))["properties"]
    assert json.loads((tmp_path / "samples" / f"{TYPE}.2.json").read_text("utf-8"))["body"].keys() == {
        "thing_id",
        "remark",
    }
    with pytest.raises(Incompatible, match="written now"):
        publish(tmp_path, {TYPE: _Regrown})


def test_nothing_is_written_while_a_released_shape_is_broken(tmp_path: Path) -> None:
    publish(tmp_path, {TYPE: _Sketch})
    before = files(tmp_path)
    with pytest.raises(Incompatible, match="cannot be read any more"):
        publish(tmp_path, {TYPE: _Tightened})
    assert files(tmp_path) == before


def test_a_released_event_may_not_disappear(tmp_path: Path) -> None:
    publish(tmp_path, EVENTS)
    with pytest.raises(Incompatible, match="it was released and is gone"):
        publish(tmp_path, {})


def test_the_command_fails_in_ci_when_files_are_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    assert main(["--folder", str(tmp_path)]) == 1
    assert "run `make contracts`" in capsys.readouterr().err
    assert files(tmp_path) == {}
    monkeypatch.delenv("CI")
    assert main(["--folder", str(tmp_path)]) == 0
    assert main(["--folder", str(tmp_path), "--check"]) == 0


def test_the_command_fails_on_a_broken_promise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)  # there it only checks
    assert main(["--folder", str(tmp_path)]) == 0
    (tmp_path / "released" / "intake.case.dreamt.v1.json").write_text("{}", "utf-8")
    assert main(["--folder", str(tmp_path)]) == 1
    assert "intake.case.dreamt.v1: it was released and is gone" in capsys.readouterr().err
