"""The journal as XES (IEEE 1849-2016): a trace a case, an event an event.

Guarantees: a trace is written whole and then forgotten; its events stand in the order of the timeline; everything is
written by the standard library's XML writer, and a character that XML cannot hold is told as U+FFFD. `concept:name` is
the type, which never changes; `label` is what people call it. Does not: choose cases (`exporting`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Final
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from services.monitor.domain.facets import Pseudonyms, Value, department_of, staff_of, told
from services.monitor.domain.labels import label_of
from services.monitor.domain.views import Recorded
from yimen.contracts import intake, monitor

_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXTENSIONS: Final = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Lifecycle", "lifecycle"),
    ("Organizational", "org"),
)
_TAGS: Final = {bool: "boolean", int: "int", str: "string", datetime: "date"}
_BARE: "Final[AttributesImpl[str]]" = AttributesImpl({})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Xes:
    """Writes what it is given and hands it over in portions."""

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names
        self._out = StringIO()
        self._xml = XMLGenerator(self._out, "utf-8", short_empty_elements=True)

    def begin(self) -> str:
        self._xml.startDocument()
        about = {"xes.version": "1849.2016", "xes.features": "", "xmlns": "http://www.xes-standard.org/"}
        self._xml.startElement("log", AttributesImpl(about))
        for name, prefix in _EXTENSIONS:
            uri = f"http://www.xes-standard.org/{prefix}.xesext"
            self._leaf("extension", name=name, prefix=prefix, uri=uri)
        self._globals("trace", {"concept:name": ""})
        self._globals("event", {"concept:name": "", "time:timestamp": _EPOCH, "lifecycle:transition": "complete"})
        self._leaf("classifier", name="type", keys="concept:name")
        self._leaf("classifier", name="type and group", keys="concept:name org:group")
        return self._portion()

    def trace(self, number: str, story: Sequence[Recorded]) -> str:
        """`story`: the events of one case in the order of the timeline."""
        self._xml.startElement("trace", _BARE)
        self._attributes([("concept:name", number), *_about(story)])
        for one in story:
            self._event(one)
        self._xml.endElement("trace")
        return self._portion()

    def end(self) -> str:
        self._xml.endElement("log")
        self._xml.endDocument()
        return self._portion()

    def _portion(self) -> str:
        written = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return written

    def _globals(self, scope: str, content: dict[str, Value]) -> None:
        self._xml.startElement("global", AttributesImpl({"scope": scope}))
        self._attributes(content.items())
        self._xml.endElement("global")

    def _event(self, one: Recorded) -> None:
        self._xml.startElement("event", _BARE)
        self._attributes(self._of(one))
        self._xml.endElement("event")

    def _of(self, one: Recorded) -> Iterator[tuple[str, Value]]:
        meta, event = one.meta, one.event
        yield "concept:name", meta.type
        yield "time:timestamp", meta.time
        yield "lifecycle:transition", "complete"
        yield "org:resource", meta.source
        if department := department_of(event):
            yield "org:group", department
        yield "label", label_of(type(event))
        yield "subject", self._names.subject(meta.subject)
        yield "sequence", meta.sequence
        for part, staff in staff_of(event):
            yield f"staff:{part}", self._names.of(staff.id)
        yield from ((facet.name, value) for facet, value in told(event) if facet.name != "case_number")

    def _attributes(self, content: Iterable[tuple[str, Value]]) -> None:
        for key, value in content:
            self._leaf(_TAGS[type(value)], key=key, value=_text(value))

    def _leaf(self, tag: str, **attributes: str) -> None:
        self._xml.startElement(tag, AttributesImpl(attributes))
        self._xml.endElement(tag)


def _about(story: Sequence[Recorded]) -> Iterator[tuple[str, Value]]:
    """What the case is of: from the event that began it."""
    for one in story:
        event = one.event
        if isinstance(event, intake.CaseSubmitted | monitor.OutsideReported):
            if event.item_code:
                yield "item_code", event.item_code
            yield "item_name", event.item_name
            yield "kind", str(event.kind)
            yield "department", event.department
            yield "outside", isinstance(event, monitor.OutsideReported)
            return


def _text(value: Value) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bool):
        return str(value).lower()
    return _UNWRITABLE.sub("\ufffd", str(value))
