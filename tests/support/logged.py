"""Every line that would be logged, of ours and of libraries, as a process that was told to log at DEBUG writes it."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from yimen import telemetry


class Keeping(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(self.format(record))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    said: list[str] = []
    root, structured = logging.getLogger(), structlog.get_config()
    before = (root.level, list(root.handlers))
    telemetry.configure("DEBUG", json=True)
    handler = Keeping(said)
    handler.setFormatter(root.handlers[0].formatter)
    root.handlers = [handler]
    yield said
    root.level, root.handlers = before
    structlog.configure(**structured)
