"""Trees and proofs, held against the data that the certificate transparency projects test theirs with."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yimen import merkle
from yimen.merkle import Frontier, Range, leaf_hash, node_hash

LEAVES = [
    leaf_hash(bytes.fromhex(data))
    for data in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
MOST = 130


def hash_of(part: Range, leaves: list[bytes]) -> bytes:
    """MTH as the RFC writes it down, for what the module does otherwise."""
    if part.size == 1:
        return leaves[part.start]
    left, right = part.halves()
    return node_hash(hash_of(left, leaves), hash_of(right, leaves))


def proof_of(parts: list[Range], leaves: list[bytes]) -> list[bytes]:
    return [hash_of(part, leaves) for part in parts]


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4)) for number in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert merkle.root_of(LEAVES[:size]).hex() == ROOTS[size - 1]
    assert hash_of(Range(0, size), LEAVES).hex() == ROOTS[size - 1]


def test_the_tree_without_leaves_has_the_hash_of_nothing() -> None:
    assert merkle.root_of([]) == sha256(b"").digest()


@pytest.mark.parametrize(
    ("leaf", "size", "expected"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1,
            5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_paths_are_those_of_certificate_transparency(leaf: int, size: int, expected: list[str]) -> None:
    found = proof_of(merkle.path(leaf, size), LEAVES)
    assert [one.hex() for one in found] == expected
    assert merkle.verify_inclusion(LEAVES[leaf], leaf, size, found, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_consistency_is_proven_as_in_certificate_transparency(first: int, second: int, expected: list[str]) -> None:
    found = proof_of(merkle.consistency(first, second), LEAVES)
    assert [one.hex() for one in found] == expected
    roots = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    assert merkle.verify_consistency(first, roots[0], second, roots[1], found)


def test_every_leaf_of_every_size_verifies_and_at_no_other_place() -> None:
    leaves = leaves_of(MOST)
    for size in range(1, MOST):
        root = merkle.root_of(leaves[:size])
        for place in range(size):
            proof = proof_of(merkle.path(place, size), leaves)
            assert merkle.verify_inclusion(leaves[place], place, size, proof, root)
            assert not merkle.verify_inclusion(leaves[place], (place + 1) % size, size, proof, root) or size == 1


def test_every_size_goes_on_from_every_smaller_one() -> None:
    leaves = leaves_of(MOST)
    roots = [merkle.root_of(leaves[:size]) for size in range(MOST)]
    for second in range(1, MOST):
        for first in range(1, second + 1):
            proof = proof_of(merkle.consistency(first, second), leaves)
            assert merkle.verify_consistency(first, roots[first], second, roots[second], proof)
            assert not merkle.verify_consistency(first, roots[first - 1], second, roots[second], proof)
            assert not merkle.verify_consistency(first, roots[first], second, roots[second - 1], proof)


@given(data=st.data(), size=st.integers(1, 600))
@settings(max_examples=200, deadline=None)
def test_a_changed_byte_never_verifies(data: st.DataObject, size: int) -> None:
    place = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    root, proof = merkle.root_of(leaves), proof_of(merkle.path(place, size), leaves)
    told = [leaves[place], *proof, root]
    which, byte = data.draw(st.integers(0, len(told) - 1)), data.draw(st.integers(0, 31))
    changed = bytearray(told[which])
    changed[byte] ^= data.draw(st.integers(1, 255))
    told[which] = bytes(changed)
    assert not merkle.verify_inclusion(told[0], place, size, told[1:-1], told[-1])


@given(data=st.data(), second=st.integers(2, 600))
@settings(max_examples=200, deadline=None)
def test_a_tree_whose_former_leaf_was_changed_goes_on_from_nothing(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second - 1))
    leaves = leaves_of(second)
    former = merkle.root_of(leaves[:first])
    leaves[data.draw(st.integers(0, first - 1))] = leaf_hash(b"another")
    proof = proof_of(merkle.consistency(first, second), leaves)
    assert not merkle.verify_consistency(first, former, second, merkle.root_of(leaves), proof)


@given(size=st.integers(1, 100), more=st.integers(1, 3))
def test_a_proof_that_is_too_short_or_too_long_proves_nothing(size: int, more: int) -> None:
    leaves = leaves_of(size)
    root, proof = merkle.root_of(leaves), proof_of(merkle.path(size - 1, size), leaves)
    assert not merkle.verify_inclusion(leaves[-1], size - 1, size, [*proof, *[leaves[0]] * more], root)
    if proof:
        assert not merkle.verify_inclusion(leaves[-1], size - 1, size, proof[:-1], root)


@given(start=st.integers(0, 40), level=st.integers(0, 9), data=st.data())
def test_a_range_is_the_whole_of_its_complete_subtrees(start: int, level: int, data: st.DataObject) -> None:
    part = Range(start << level, (start << level) + data.draw(st.integers(1, 1 << level)))
    leaves = leaves_of(part.end)
    parts = []
    for height, number in merkle.subtrees(part):
        parts.append(hash_of(Range(number << height, (number + 1) << height), leaves))
    assert merkle.join(parts) == hash_of(part, leaves)


def test_sizes_that_make_no_sense_are_refused() -> None:
    leaf = LEAVES[0]
    for place, size in ((-1, 1), (1, 1), (0, 0)):
        assert not merkle.verify_inclusion(leaf, place, size, [], leaf)
        with pytest.raises(ValueError, match="no leaf"):
            merkle.path(place, size)
    for first, second in ((0, 1), (2, 1)):
        assert not merkle.verify_consistency(first, leaf, second, leaf, [])
        with pytest.raises(ValueError, match="does not go on"):
            merkle.consistency(first, second)
    assert not merkle.verify_consistency(3, leaf, 4, leaf, [])


def test_a_frontier_keeps_no_more_than_the_right_edge() -> None:
    tree = Frontier()
    for leaf in leaves_of(1000):
        tree.add(leaf)
    assert tree.size == 1000
    assert len(tree._parts) == bin(1000).count("1")
