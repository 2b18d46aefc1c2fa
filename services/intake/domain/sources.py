"""What a file of the catalogue holds once it is read, whatever its format, and on which line each value stands."""

from dataclasses import dataclass, field
from typing import Any

from services.intake.domain.findings import Path

BOM = "\ufeff"
_GARBLED = "\ufffd"


@dataclass
class Source:
    """What a file holds: documents, where each of their values stands, and what could not be read."""

    documents: list[Any] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def line_of(self, path: Path) -> int | None:
        """Of the value, or of the nearest that holds it: what is missing has no line of its own. A list that has none
        begins with its first part."""
        while path and path not in self.lines:
            if (*path, 0) in self.lines:
                return self.lines[*path, 0]
            path = path[:-1]
        return self.lines.get(path)

    def decode(self, text: str | bytes) -> str | None:
        """The text, if it is UTF-8; else a fault that says which other encoding it probably is."""
        try:
            read = text if isinstance(text, str) else text.decode("utf-8")
        except UnicodeDecodeError as wrong:
            line = wrong.object.count(b"\n", 0, wrong.start) + 1
            self.faults.append((line, f"不是UTF-8编码（{_guess(wrong.object)}），请另存为UTF-8后重试。"))
            return None
        if _GARBLED in read:
            line = read.count("\n", 0, read.index(_GARBLED)) + 1
            self.faults.append((line, "有读不出的字（�），文件可能是GBK编码，请另存为UTF-8后重试。"))
            return None
        return read


def _guess(raw: bytes) -> str:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "也不是GBK编码"
    return "可能是GBK编码"
