"""What is inside is told whole, and an audit that could not look anything up does not pass for a clean one."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
LOCKED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "tools" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sbom")
    subprocess.run(["sh", "tools/sbom.sh", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


def components(bill: Path) -> dict[tuple[str, str], list[str]]:
    """Name and version to the hashes that are told."""
    found = {}
    for one in json.loads(bill.read_text("utf-8"))["components"]:
        links = [one, *one.get("externalReferences", ())]
        found[one["name"], one["version"]] = [hash["content"] for link in links for hash in link.get("hashes", ())]
    return found


@pytest.mark.parametrize("lock", ["requirements", "requirements-telemetry", "requirements-dev"])
def test_the_bill_of_materials_names_every_locked_package(bills: Path, lock: str) -> None:
    locked = set(LOCKED.findall((ROOT / f"{lock}.lock").read_text("utf-8")))
    told = components(bills / f"{lock}.cdx.json")
    assert len(locked) > 50
    assert set(told) == locked
    assert all(told.values()), "each with its hashes"


def test_and_every_package_of_the_pages(bills: Path) -> None:
    lock = json.loads((ROOT / "hall" / "package-lock.json").read_text("utf-8"))
    locked = {
        (one.get("name", path.rpartition("node_modules/")[2]), one["version"])
        for path, one in lock["packages"].items()
        if path
    }
    told = {(name, version) for name, version in _npm_names(bills / "hall.cdx.json")}
    assert locked == told


def _npm_names(bill: Path) -> list[tuple[str, str]]:
    found = json.loads(bill.read_text("utf-8"))["components"]
    return [tuple(one["bom-ref"].rpartition("|")[2].rsplit("@", 1)) for one in found]  # type: ignore[misc] # two parts


def test_what_could_not_be_looked_up_is_no_clean_bill(audit: ModuleType) -> None:
    skipped = {"name": "a", "skip_reason": "Dependency not found on PyPI and could not be audited: a (1)"}
    looked_up = {"name": "b", "version": "2", "vulns": []}
    bad = {"name": "c", "version": "3", "vulns": [{"id": "PYSEC-1"}]}

    def verdict(*packages: object) -> int:
        found: int = audit.verdict([audit.of_python("x.lock", json.dumps({"dependencies": packages}), "")])
        return found

    assert verdict(looked_up) == audit.CLEAN
    assert verdict(looked_up, skipped) == audit.UNKNOWN
    assert verdict(looked_up, skipped, bad) == audit.VULNERABLE
    assert audit.verdict([audit.of_python("x.lock", "", "no network")]) == audit.UNKNOWN


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"metadata": {"dependencies": {"total": 9}}, "vulnerabilities": {}}, 0),
        ({"metadata": {"dependencies": {"total": 9}}, "vulnerabilities": {"vite": {"severity": "high"}}}, 1),
        ({"message": "405 Method Not Allowed", "error": {}}, 3),
    ],
)
def test_so_for_npm(audit: ModuleType, said: object, code: int) -> None:
    assert audit.verdict([audit.of_npm("package-lock.json", json.dumps(said), "")]) == code
