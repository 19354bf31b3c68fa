"""Merkle trees as RFC 6962 (section 2.1) hashes them: one root stands for all leaves, and a path of some fifteen hashes
shows that a leaf is among them.

A leaf's hash begins with the byte 0, a node's with 1, so that neither can be taken for the other. Of n > 1 leaves the
left subtree has the largest power of two below n.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

HASH_BYTES = 32
_LEAF, _NODE = b"\x00", b"\x01"


class Side(StrEnum):
    """Where the neighbour stands; the values are a proof's."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step towards the root: the neighbour's hash, and on which side it stands."""

    side: Side
    hash: bytes


def leaf_hash(content: bytes) -> bytes:
    """What stands for the content in the tree."""
    return hashlib.sha256(_LEAF + content).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Of leaves' hashes, in their order; of none, the SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node_hash(merkle_root(leaves[:split]), merkle_root(leaves[split:]))


def merkle_path(leaves: Sequence[bytes], index: int) -> tuple[PathStep, ...]:
    """From the leaf of this index, counted from 0, to the root: the nearest step first.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return (*merkle_path(left, index), PathStep(Side.RIGHT, merkle_root(right)))
    return (*merkle_path(right, index - split), PathStep(Side.LEFT, merkle_root(left)))


def root_along(leaf: bytes, path: Iterable[PathStep]) -> bytes:
    """The root to which the path leads from a leaf's hash: the tree's own, if the leaf is in it."""
    found = leaf
    for step in path:
        found = _node_hash(step.hash, found) if step.side is Side.LEFT else _node_hash(found, step.hash)
    return found


def _split(leaves: int) -> int:
    """The largest power of two that is smaller."""
    power: int = 1 << (leaves - 1).bit_length() - 1
    return power


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
