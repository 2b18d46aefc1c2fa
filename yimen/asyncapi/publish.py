"""The contracts as files, written or checked.

Guarantees: the same code gives the same bytes; a released shape and its sample, once written, are never written again;
nothing at all is written while a released shape is broken. In check (`--check`, `CI=true`) nothing is written ever.

    contracts/asyncapi.yaml             contracts/schemas/<type>.json     contracts/openapi/<service>.json
    contracts/released/<type>[.n].json  contracts/samples/<type>[.n].json      n from the second shape on
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from yimen.asyncapi.document import asyncapi
from yimen.asyncapi.released import broken_promises, gone
from yimen.asyncapi.samples import sample
from yimen.asyncapi.schemas import Schema, reading_schema, shape
from yimen.contracts.envelope import Event, event_types

OpenApi = Mapping[str, Mapping[str, Any]]
"""A service's OpenAPI document, by its name."""


class Incompatible(Exception):
    """Today's events break what was released; its message lists how."""


class Stale(Exception):
    """The committed files are not what the code says; its message lists which."""


def publish(
    folder: Path, events: Mapping[str, type[Event]], openapi: OpenApi | None = None, *, check: bool = False
) -> list[Path]:
    """The files written. Raises `Incompatible`, and in check `Stale`. Without `openapi` those files are left alone."""
    schemas = {event_type: reading_schema(event) for event_type, event in events.items()}
    shapes = _released(folder)
    if broken := list(_broken(shapes, schemas)):
        raise Incompatible("\n".join(broken))
    wanted = dict(_generated(folder, events, schemas, openapi)) | dict(_new_shapes(folder, shapes, events, schemas))
    changed = {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}
    orphans = sorted(_orphans(folder, wanted, openapi))
    if check and (changed or orphans):
        raise Stale("\n".join(str(path) for path in [*sorted(changed), *orphans]))
    for path, text in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in orphans:
        path.unlink()
    return sorted(changed)


def main(arguments: Sequence[str], openapi: Callable[[], OpenApi] | None = None) -> int:
    """The exit code. `openapi` is asked for the services' documents."""
    parser = argparse.ArgumentParser(prog="make contracts", description="Write the contracts, or check them.")
    parser.add_argument("--check", action="store_true", default=os.environ.get("CI") == "true")
    parser.add_argument("--folder", type=Path, default=Path("contracts"))
    chosen = parser.parse_args(arguments)
    try:
        written = publish(chosen.folder, event_types(), openapi() if openapi else None, check=chosen.check)
    except Incompatible as broken:
        print(f"Released contracts would be broken:\n{broken}", file=sys.stderr)
        return 1
    except Stale as stale:
        print(f"Not what the code says; run `make contracts` and commit:\n{stale}", file=sys.stderr)
        return 1
    print("\n".join(str(path) for path in written) or "The contracts are up to date.")
    return 0


def _released(folder: Path) -> dict[str, list[Schema]]:
    """Every shape of every released type, oldest first."""
    found: dict[str, list[tuple[int, Schema]]] = {}
    for path in (folder / "released").glob("*.json"):
        event_type, number = _parse(path)
        found.setdefault(event_type, []).append((number, json.loads(path.read_text("utf-8"))))
    return {event_type: [s for _, s in sorted(found[event_type], key=lambda one: one[0])] for event_type in found}


def _parse(path: Path) -> tuple[str, int]:
    stem, _, last = path.stem.rpartition(".")
    return (stem, int(last)) if last.isdigit() else (path.stem, 1)


def _broken(shapes: Mapping[str, list[Schema]], schemas: Mapping[str, Schema]) -> Iterator[str]:
    for event_type, released in sorted(shapes.items()):
        if event_type not in schemas:
            yield gone(event_type)
            continue
        now = shape(schemas[event_type])
        for then in released:
            yield from broken_promises(event_type, then, now)


def _generated(
    folder: Path, events: Mapping[str, type[Event]], schemas: Mapping[str, Schema], openapi: OpenApi | None
) -> Iterator[tuple[Path, str]]:
    yield folder / "asyncapi.yaml", _yaml(asyncapi(events.values()))
    for event_type, schema in schemas.items():
        yield folder / "schemas" / f"{event_type}.json", _json(schema)
    for service, document in (openapi or {}).items():
        yield folder / "openapi" / f"{service}.json", _json(document)


def _new_shapes(
    folder: Path, shapes: Mapping[str, list[Schema]], events: Mapping[str, type[Event]], schemas: Mapping[str, Schema]
) -> Iterator[tuple[Path, str]]:
    for event_type, schema in schemas.items():
        released = shapes.get(event_type, [])
        now = shape(schema)
        if now in released:
            continue
        name = f"{event_type}.json" if not released else f"{event_type}.{len(released) + 1}.json"
        yield folder / "released" / name, _json(now)
        yield folder / "samples" / name, _json(sample(events[event_type], schema))


def _orphans(folder: Path, wanted: Mapping[Path, str], openapi: OpenApi | None) -> Iterator[Path]:
    """Generated files that nothing generates any more."""
    for generated in ("schemas",) if openapi is None else ("schemas", "openapi"):
        yield from (path for path in (folder / generated).glob("*.json") if path not in wanted)


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 a reader should not have to follow anchors
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _yaml(document: Mapping[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
