"""The verifier that anybody can run: on files alone, and believing nothing that is not signed."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from yimen import merkle
from yimen.merkle import Range, leaf_hash, node_hash
from yimen.proofs import public_key, sign_seal
from yimen.verify import app

KEY = OKPKey.generate_key("Ed25519")
KEYS = {"keys": [public_key(KEY)]}
LEAVES = [leaf_hash(bytes([number])) for number in range(11)]


def hash_of(part: Range) -> bytes:
    if part.size == 1:
        return LEAVES[part.start]
    left, right = part.halves()
    return node_hash(hash_of(left), hash_of(right))


def seal_of(number: int, size: int, key: OKPKey = KEY, **other: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "number": number,
        "day": f"2026-03-{number:02}",
        "size": size,
        "root": merkle.root_of(LEAVES[:size]).hex(),
        "head": "0" * 64,
        "former_size": 0,
        "sealed_at": "2026-03-02T16:00:00Z",
        "key_id": key.thumbprint(),
    } | other
    return fields | {"signature": sign_seal(fields, key)}


def entry_of(position: int, size: int) -> dict[str, Any]:
    path = [hash_of(part).hex() for part in merkle.path(position - 1, size)]
    return {"position": position, "leaf": LEAVES[position - 1].hex(), "path": path}


def record() -> dict[str, Any]:
    later = {"position": 11, "leaf": LEAVES[10].hex(), "path": None}
    return {"case_number": "4507", "seal": seal_of(2, 10), "entries": [entry_of(1, 10), entry_of(9, 10), later]}


def two_seals() -> dict[str, Any]:
    path = [hash_of(part).hex() for part in merkle.consistency(7, 10)]
    return {"former": seal_of(1, 7), "latter": seal_of(2, 10), "path": path}


def run(folder: Path, answer: Any, keys: Any = KEYS, kept: Any = None) -> Any:
    words = []
    for name, told in (("answer", answer), ("keys", keys), ("kept", kept)):
        if told is not None:
            path = folder / f"{name}.json"
            path.write_text(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False), "utf-8")
            words += ["--kept"] * (name == "kept") + [str(path)]
    return app(words)


def test_a_record_is_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, record()) == 0
    assert capsys.readouterr().out.splitlines() == [
        "封存第2号（2026-03-02，共10条）签名有效。",
        "办件4507的2条记录都在该封存之下。",
        "另有1条在此之后记入，尚未封存。",
    ]


@pytest.mark.parametrize("answer", [seal_of(1, 7), two_seals(), entry_of(3, 7) | {"seal": seal_of(1, 7)}])
def test_seals_and_both_kinds_of_proof_are_proven(tmp_path: Path, answer: Any) -> None:
    assert run(tmp_path, answer) == 0


def forged() -> dict[str, Any]:
    mallory = OKPKey.generate_key("Ed25519")
    stolen_name = seal_of(2, 10, mallory) | {"key_id": KEY.thumbprint()}
    wrong_root = seal_of(2, 10) | {"root": merkle.root_of(LEAVES[:9]).hex()}
    swapped = [entry_of(1, 10) | {"leaf": LEAVES[1].hex()}]
    unsigned = "eyJhbGciOiJub25lIn0." + seal_of(2, 10)["signature"].split(".")[1] + "."
    return {
        "another's key": record() | {"seal": seal_of(2, 10, mallory)},
        "another's signature": record() | {"seal": stolen_name},
        "no signature": record() | {"seal": seal_of(2, 10) | {"signature": unsigned}},
        "another root": record() | {"seal": wrong_root},
        "another day": record() | {"seal": seal_of(2, 10) | {"day": "2026-03-09"}},
        "another event": record() | {"entries": swapped},
        "a path cut short": record() | {"entries": [entry_of(9, 10) | {"path": []}]},
        "nothing sealed": record() | {"seal": None},
        "another past": two_seals() | {"former": seal_of(1, 7, root=leaf_hash(b"x").hex())},
        "a hash that is none": record() | {"entries": [entry_of(9, 10) | {"leaf": "00"}]},
        "another file": {"title": "办件编号或查询密码不正确"},
        "a list": [1],
    }


@pytest.mark.parametrize("fault", list(forged()))
def test_whatever_is_not_as_signed_is_not_proven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    assert run(tmp_path, forged()[fault]) == 1
    assert capsys.readouterr().out.startswith("未通过：")


def test_a_seal_that_was_kept_must_stand_unchanged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, two_seals(), kept=seal_of(1, 7)) == 0
    assert run(tmp_path, two_seals(), kept=record()) == 0
    assert run(tmp_path, two_seals(), kept=seal_of(1, 6)) == 1
    assert "被替换过" in capsys.readouterr().out
    assert run(tmp_path, record(), kept=seal_of(1, 7)) == 1
    assert "延续证明" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_told_apart(tmp_path: Path) -> None:
    assert run(tmp_path, "no json") == 2
    assert app([str(tmp_path / "none.json"), str(tmp_path / "none.json")]) == 2
