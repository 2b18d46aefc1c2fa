"""`python -m yimen.verify ANSWER KEYS`: checks what the supervisor answered, without asking it or anybody.

ANSWER is a file with the JSON of `GET /records/{case_number}`, of a seal, or of a proof of inclusion or consistency; KEYS
one with that of `GET /journal/keys`, best kept from an earlier day. Exit: 0 proven, 1 not proven, 2 a file cannot be read.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from yimen.proofs import Unproven, check_answer

PROVEN, UNPROVEN, UNREADABLE = 0, 1, 2

app = App(name="yimen.verify", help=__doc__, version_flags=[], result_action="return_value")


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _seal_of(answer: Any) -> Any:
    """The newest seal of an answer that somebody kept."""
    return answer.get("latter") or answer.get("seal") or answer


def _same_as_kept(answer: Any, kept: Any) -> None:
    seal = _seal_of(kept)
    told = [answer["former"], answer["latter"]] if "former" in answer else [_seal_of(answer)]
    again = next((one for one in told if one["number"] == seal["number"]), None)
    if again is None:
        raise Unproven(f"答复中没有所保存的封存第{seal['number']}号，请查询它与新封存之间的延续证明。")
    if again != seal:
        raise Unproven(f"封存第{seal['number']}号与所保存的不一致：监察日志的封存被替换过。")


@app.default
def main(answer: Path, keys: Path, *, kept: Annotated[Path | None, Parameter(name="--kept")] = None) -> int:
    """Parameters
    ----------
    answer
        What the supervisor answered, a JSON file.
    keys
        Its published keys, a JSON file.
    kept
        An answer of an earlier day: its seal must stand in ANSWER unchanged.
    """
    try:
        told = _read(answer)
        proven = check_answer(told, _read(keys))
        if kept is not None:
            _same_as_kept(told, _read(kept))
    except Unproven as reason:
        print(f"未通过：{reason}")
        return UNPROVEN
    except (OSError, ValueError) as error:
        print(f"文件无法读取：{error}", file=sys.stderr)
        return UNREADABLE
    for sentence in proven:
        print(sentence)
    return PROVEN


if __name__ == "__main__":
    sys.exit(app())
