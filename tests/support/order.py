"""A pytest plugin: in a run of all tests by several workers the long files come first.

Left to itself xdist hands out last the files with the fewest tests, and those are our longest: whole halls on real
parts, brokers and databases that are killed and started again. They would leave one worker busy and another idle at
the end, and the processors idle wherever both workers wait for a broker.
"""

from itertools import chain, zip_longest

import pytest

WAITING = (
    "tests/faults/test_cluster.py",
    "tests/faults/test_hall.py",
    "tests/faults/test_soak.py",
    "tests/faults/test_broker.py",
    "tests/faults/test_consuming.py",
    "tests/test_real_processes.py",
    "tests/test_upgrade.py",
    "tests/test_integrators_hall.py",
    "tests/browser/test_real.py",
    "tests/test_replicas.py",
    "tests/test_deployment_image.py",
    "tests/test_docs_commands.py",
    "tests/faults/test_burst.py",
    "tests/faults/test_publishing.py",
    "tests/faults/test_stopping.py",
    "tests/faults/test_errors.py",
    "tests/faults/test_versions.py",
)
"""Mostly for others: brokers, databases, processes."""

COMPUTING = (
    "tests/browser/test_every_page.py",
    "tests/test_openapi.py",
    "tests/test_bad_input.py",
    "tests/test_odd_values.py",
    "tests/test_access.py",
    "services/intake/tests/test_machine.py",
    "services/intake/tests/test_quota.py",
    "services/intake/tests/test_api_cases.py",
    "services/intake/tests/test_plans.py",
    "services/notify/tests/test_messages.py",
    "services/approval/tests/test_machine.py",
)


def first_of_all() -> list[str]:
    """One of each kind in turn."""
    return [path for path in chain.from_iterable(zip_longest(WAITING, COMPUTING)) if path is not None]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that nobody named keep their order behind the others."""
    places = {path: place for place, path in enumerate(first_of_all())}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
