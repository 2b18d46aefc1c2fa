"""What the supervisor's answers prove to whoever holds them: the checks, made with its public keys and nothing else of ours.

An answer is JSON as monitor's journal routes give it: a seal (`number`, `day`, `size`, `root`, `head`, `former_size`,
`sealed_at`, `key_id`, `signature`); with `position`, `leaf` and `path`, that an event is under it; with `former` and
`latter`, that one seal goes on from another; with `entries`, a case's record. Keys are a JWK set (RFC 7517).

Does not: say that a sentence tells what the event behind it holds. The hash is of the event as it stands in the journal;
whoever is shown that can hash it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from yimen import merkle

ALGORITHM: Final = "Ed25519"
SEALED: Final = ("number", "day", "size", "root", "head", "former_size", "sealed_at")
"""The fields of a seal that its signature is over."""

Answer = Mapping[str, Any]


class Unproven(Exception):
    """What does not hold, in a sentence."""


def sealed_bytes(seal: Answer) -> bytes:
    """What is signed."""
    return json.dumps({name: seal[name] for name in SEALED}, sort_keys=True, separators=(",", ":")).encode()


def public_key(key: OKPKey) -> dict[str, Any]:
    """As it is published: its id is its thumbprint (RFC 7638)."""
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}


def sign_seal(seal: Answer, key: OKPKey) -> str:
    head = {"alg": ALGORITHM, "kid": key.thumbprint()}
    return jws.serialize_compact(head, sealed_bytes(seal), key, algorithms=[ALGORITHM])


def check_seal(seal: Answer, keys: Answer) -> None:
    """Raises `Unproven` unless one of these keys signed exactly this."""
    known = next((key for key in keys["keys"] if key.get("kid") == seal["key_id"]), None)
    if known is None:
        raise Unproven(f"封存第{seal['number']}号：公布的公钥中没有签名所用的密钥{seal['key_id']}。")
    try:
        signed = jws.deserialize_compact(seal["signature"], OKPKey.import_key(known), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Unproven(f"封存第{seal['number']}号：签名无效。") from error
    if signed.payload != sealed_bytes(seal):
        raise Unproven(f"封存第{seal['number']}号：签名所签的内容与所示不符。")


def check_inclusion(position: int, leaf: str, path: Sequence[str], seal: Answer) -> None:
    """`position` counts from 1, as the journal does."""
    proof = [_hash(one) for one in path]
    if not merkle.verify_inclusion(_hash(leaf), position - 1, int(seal["size"]), proof, _hash(seal["root"])):
        raise Unproven(f"日志第{position}条不在封存第{seal['number']}号的根之下。")


def check_consistency(former: Answer, latter: Answer, path: Sequence[str]) -> None:
    proof = [_hash(one) for one in path]
    roots = _hash(former["root"]), _hash(latter["root"])
    if not merkle.verify_consistency(int(former["size"]), roots[0], int(latter["size"]), roots[1], proof):
        raise Unproven(f"封存第{latter['number']}号不是从第{former['number']}号延续而来：此前的日志已被改动。")


def check_answer(answer: Answer, keys: Answer) -> list[str]:
    """What was proven, a sentence each. Raises `Unproven` at the first thing that does not hold."""
    try:
        return _check(answer, keys)
    except (KeyError, TypeError, ValueError) as wrong:
        raise Unproven(f"文件不是监察系统给出的答复：{wrong!r}") from wrong


def _check(answer: Answer, keys: Answer) -> list[str]:
    if "former" in answer:
        return _check_two(answer, keys)
    if "entries" in answer:
        return _check_record(answer, keys)
    if "path" in answer:
        seal = answer["seal"]
        check_seal(seal, keys)
        check_inclusion(answer["position"], answer["leaf"], answer["path"], seal)
        return [_told(seal), f"日志第{answer['position']}条在该封存之下。"]
    check_seal(answer, keys)
    return [_told(answer)]


def _check_two(answer: Answer, keys: Answer) -> list[str]:
    former, latter = answer["former"], answer["latter"]
    for seal in (former, latter):
        check_seal(seal, keys)
    check_consistency(former, latter, answer["path"])
    return [
        _told(former),
        _told(latter),
        f"第{latter['number']}号从第{former['number']}号延续而来，此前的日志未被改动。",
    ]


def _check_record(answer: Answer, keys: Answer) -> list[str]:
    seal, entries = answer["seal"], answer["entries"]
    if seal is None:
        raise Unproven("该办件的记录尚未封存，请在下一次封存后重新查询。")
    check_seal(seal, keys)
    sealed = [entry for entry in entries if entry["path"] is not None]
    for entry in sealed:
        check_inclusion(entry["position"], entry["leaf"], entry["path"], seal)
    waiting = len(entries) - len(sealed)
    later = [f"另有{waiting}条在此之后记入，尚未封存。"] if waiting else []
    return [_told(seal), f"办件{answer['case_number']}的{len(sealed)}条记录都在该封存之下。", *later]


def _told(seal: Answer) -> str:
    return f"封存第{seal['number']}号（{seal['day']}，共{seal['size']}条）签名有效。"


def _hash(text: str) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != merkle.LENGTH:
        raise ValueError(f"not a SHA-256 hash: {text}")
    return found
