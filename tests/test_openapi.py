"""Thousands of odd requests: no service breaks, and none gives an answer that its OpenAPI document does not announce.

Every operation is asked by one who may, with generated parameters, headers and bodies, right ones and mutated ones; most
of the requests are about things that exist, in their present version, so that the rooms behind the door are reached.
On PostgreSQL, the stricter of the two; `test_odd_values` asks both. `YIMEN_OPENAPI_EXAMPLES` asks more of each.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.support.furniture import ROOMS
from tests.support.one_look import OneLook
from tests.support.serving import Served, serving
from yimen.web import Role

load_all_checks()
KEPT = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
ON_MADE_UP = (*KEPT, "negative_data_rejection", "missing_required_header")
"""A request on a thing that exists had its path mended: it may no longer be as wrong as it says."""

EXAMPLES = int(os.environ.get("YIMEN_OPENAPI_EXAMPLES", "12"))
KNOWN = {"item_code", "code", "id_number", "type", "as_is", "url", "departments", "file_id", "mandate"}
"""What a body names that exists; nobody hits these by chance."""

MANY_ROUTES = 20
"""A service with more is asked less of each: the whole takes its time from the run of all tests."""


def pairs(body: Any) -> Iterator[tuple[str, Any]]:
    """Every name in a body with its value, however deep."""
    for name, value in body.items() if isinstance(body, dict) else ():
        yield name, value
        yield from pairs(value)
    for value in body if isinstance(body, list) else ():
        yield from pairs(value)


def mend(body: Any, names: Set[str], words: Mapping[str, Any]) -> None:
    for name in names & body.keys() if isinstance(body, dict) else ():
        body[name] = words[name]
    for value in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        mend(value, names, words)


class Present:
    """The thing as it now stands: whoever used it up gets another."""

    def __init__(self, served: Served, label: str) -> None:
        self._served, self._label = served, label
        self.renew()

    def renew(self) -> None:
        self.ids, self.version = self._served.renew(self._label), 1
        self.words = {"as_is": True, **dict(pairs(self._served.room.bodies.get(self._label)))}

    def put_into(self, case: schemathesis.Case) -> None:
        """Names in the path and the body, and the version, become those of the thing."""
        names = case.path_parameters or {}
        case.path_parameters = {**names, **{name: self.ids[name] for name in names if name in self.ids}}
        if "If-Match" in (case.headers or {}):
            case.headers["If-Match"] = f'"{self.version}"'
        mend(case.body, KNOWN & self.words.keys(), self.words)

    def learn_from(self, response: schemathesis.Response) -> None:
        tag = response.headers.get("etag", [""])[0].strip('"')
        if tag.isdecimal():
            self.version = int(tag)
        if response.status_code == 409:
            self.renew()


@pytest.fixture(params=sorted(ROOMS))
def served(request: pytest.FixtureRequest, migrated: Callable[[str, str], str], tmp_path: Path) -> Iterator[Served]:
    with serving(ROOMS[request.param](migrated("postgres", request.param), tmp_path)) as opened:
        if request.param == "notify":
            service = opened.room.harness.service
            service.context.hub = OneLook(service.database)
        yield opened


def caller(served: Served, roles: list[str]) -> dict[str, str]:
    return served.room.harness.as_(*map(Role, roles), departments=[served.room.department], id=served.room.person)


def bombard(served: Served, operation: Any, examples: int, seen: Counter[int]) -> None:
    present = Present(served, operation.label)
    headers = caller(served, operation.definition.raw.get("x-allowed-roles", []))
    names = {parameter.name for parameter in operation.query}

    @given(
        case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)),
        exists=st.sampled_from([True, True, False]),
    )
    @settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
    )
    def ask(case: schemathesis.Case, exists: bool) -> None:
        if exists:
            present.put_into(case)
        response = case.call(headers=headers)
        seen[response.status_code] += 1
        present.learn_from(response)
        # An unknown name in the query is let pass, as everywhere on the web; so it is not a fault to be refused.
        strict = not exists and names.issuperset(case.query or {})
        case.validate_response(response, checks=CHECKS.get_by_names(list(ON_MADE_UP if strict else KEPT)))

    ask()


@pytest.mark.real
@pytest.mark.slow
def test_every_answer_of_every_service_is_announced(served: Served) -> None:
    schema = schemathesis.openapi.from_url(f"{served.address}/openapi.json")
    schema.config.generation.update(with_security_parameters=False)  # our own token is in every request
    answers: dict[str, Counter[int]] = {}
    failures: dict[str, FailureGroup] = {}
    operations = [found.ok() for found in schema.get_all_operations()]
    examples = round(EXAMPLES * min(1, MANY_ROUTES / len(operations)))
    for operation in operations:
        seen = answers[operation.label] = Counter()
        try:
            bombard(served, operation, examples, seen)
        except FailureGroup as failure:
            failures[operation.label] = failure
    if failures:
        told = "\n\n".join(f"{label}: {one}" for label, failure in failures.items() for one in failure.exceptions)
        raise AssertionError(f"{len(failures)} of {len(answers)} operations:\n{told}")
    assert set(answers) == {one.label for one in served.room.operations if one.documented}
    closed = {one.label for one in served.room.operations if one.access.roles}
    assert not [label for label in closed if set(answers[label]) <= {401, 403}], "asked by one who may"
