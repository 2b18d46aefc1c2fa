"""Merkle trees as RFC 9162 §2.1 has them: hashes, roots, the two kinds of proof, and how those are verified. Pure.

A proof is a list of hashes of complete subtrees and, at the tree's right edge, of what is left of them. So that a proof
needs no leaves at hand, it is first told as ranges of leaves (`path`, `consistency`), each range as complete subtrees
(`subtrees`), and these are fetched from wherever they are kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY = sha256().digest()
"""The root of a tree without leaves."""

LENGTH = 32


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def join(parts: Sequence[bytes]) -> bytes:
    """The hash of a range from the hashes of its `subtrees`, the largest first."""
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found


class Frontier:
    """A tree that only grows, of which no more is kept than its complete subtrees on the right edge."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """`leaf`: its hash."""
        self._parts.append(leaf)
        self.size += 1
        complete = self.size
        while complete % 2 == 0:
            right = self._parts.pop()
            self._parts[-1] = node_hash(self._parts[-1], right)
            complete //= 2

    @property
    def root(self) -> bytes:
        return join(self._parts) if self._parts else EMPTY


def root_of(leaves: Iterable[bytes]) -> bytes:
    """`leaves`: their hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


# -- which hashes a proof is made of ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Range:
    """Leaves from `start` (counted from 0) up to, not including, `end`, as the tree splits them."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start

    def halves(self) -> tuple["Range", "Range"]:
        """Split where the RFC does: at the largest power of two below the size."""
        middle = self.start + (1 << (self.size - 1).bit_length() - 1)
        return Range(self.start, middle), Range(middle, self.end)


def subtrees(part: Range) -> list[tuple[int, int]]:
    """The complete subtrees of a range, the largest first: (level, how many of that level stand before it)."""
    found, start = [], part.start
    while start < part.end:
        level = (part.end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def path(leaf: int, size: int) -> list[Range]:
    """PATH(leaf, D_size): what proves that this leaf (counted from 0) is in the tree of that size."""
    if not 0 <= leaf < size:
        raise ValueError(f"no leaf {leaf} in a tree of {size}")
    found, here = [], Range(0, size)
    while here.size > 1:
        left, right = here.halves()
        here, beside = (left, right) if leaf < left.end else (right, left)
        found.append(beside)
    return found[::-1]


def consistency(first: int, second: int) -> list[Range]:
    """PROOF(first, D_second): what proves that the tree of the second size begins with the tree of the first."""
    if not 0 < first <= second:
        raise ValueError(f"a tree of {second} does not go on from a tree of {first}")
    found, here = [], Range(0, second)
    while here.end != first:
        left, right = here.halves()
        here, beside = (left, right) if first <= left.end else (right, left)
        found.append(beside)
    return ([here] if here.start > 0 else []) + found[::-1]


# -- verifying, as §2.1.3.2 and §2.1.4.2 say it ------------------------------------------------------------------------


def verify_inclusion(leaf: bytes, place: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf of this hash stands at `place` (counted from 0) in the tree of this size and root."""
    if not 0 <= place < size:
        return False
    node, last, found = place, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(beside, found)
            node, last = _past_edge(node, last)
        else:
            found = node_hash(found, beside)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of the second size and root begins with the tree of the first."""
    if first == second:
        return first_root == second_root and not proof
    if not 0 < first < second:
        return False
    hashes = list(proof) if first & (first - 1) else [first_root, *proof]
    if not hashes:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    former = latter = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            former, latter = node_hash(beside, former), node_hash(beside, latter)
            node, last = _past_edge(node, last)
        else:
            latter = node_hash(latter, beside)
        node, last = node >> 1, last >> 1
    return last == 0 and former == first_root and latter == second_root


def _past_edge(node: int, last: int) -> tuple[int, int]:
    """Up to where the subtree is a right one: above it the edge has no siblings."""
    while not node & 1 and node:
        node, last = node >> 1, last >> 1
    return node, last
