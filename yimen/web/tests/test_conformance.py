"""Hundreds of odd requests to a real server: none gets an answer that the OpenAPI document does not announce."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from yimen.web import Role
from yimen.web.testing import TestIssuer

load_all_checks()
KEPT = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
]


@pytest.mark.slow
def test_every_answer_is_announced(served: tuple[str, TestIssuer]) -> None:
    address, issuer = served
    headers = issuer.headers(Role.WINDOW_CLERK)
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.append(operation.label)

        @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
        @settings(
            max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
        )
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS.get_by_names(KEPT))

        ask()
    assert {"POST /notes", "GET /notes", "POST /notes/{text}/closing", "POST /notes/raw"} == set(tried)
