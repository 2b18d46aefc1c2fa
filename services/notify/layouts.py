"""The versions of the papers' layouts: `papers/versions.yaml`, each with the hash of its sources.

Guarantees: a layout that changed, or whose imports did, has another hash than its newest version says, and a test
fails. `python -m services.notify.layouts` writes the new versions down; `--amend` instead mends the newest ones, as long
as no paper was made with them.
"""

import re
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

LAYOUTS = Path(__file__).parent / "papers"
VERSIONS = LAYOUTS / "versions.yaml"
SHARED = frozenset({"base"})

_IMPORT = re.compile(r'^\s*#?(?:import|include) "([^"@]+\.typ)"', re.MULTILINE)
_HEAD = """\
# Each layout's versions with the hash of its sources, written by `python -m services.notify.layouts`. A version that
# papers were made with is never changed or taken out: a changed layout is a new one.
"""


@cache
def versions() -> dict[str, dict[int, str]]:
    """By kind."""
    found: dict[str, dict[int, str]] = yaml.safe_load(VERSIONS.read_text())
    return found


def kinds() -> list[str]:
    """Of the layouts that are there."""
    return sorted({path.stem for path in LAYOUTS.glob("*.typ")} - SHARED)


def layout_hash(kind: str) -> str:
    """Of the kind's layout and of all that it imports."""
    sources = sorted(_sources(f"{kind}.typ"))
    return sha256(b"".join((LAYOUTS / name).read_bytes() for name in sources)).hexdigest()


def _sources(name: str) -> set[str]:
    imported = _IMPORT.findall((LAYOUTS / name).read_text())
    return {name}.union(*map(_sources, imported))


def renewed(known: dict[str, dict[int, str]], *, amend: bool) -> dict[str, dict[int, str]]:
    found = {kind: dict(known.get(kind, {})) for kind in kinds()}
    for kind, of_kind in found.items():
        newest = max(of_kind, default=0)
        if of_kind.get(newest) != layout_hash(kind):
            of_kind[newest if amend and newest else newest + 1] = layout_hash(kind)
    return found


def main(arguments: list[str]) -> None:
    written = yaml.safe_dump(renewed(versions(), amend="--amend" in arguments), width=120)
    VERSIONS.write_text(_HEAD + written)


if __name__ == "__main__":
    main(sys.argv[1:])
