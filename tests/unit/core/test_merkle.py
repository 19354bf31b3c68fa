"""Merkle trees: the known answers of RFC 6962's own tests, and that a path leads from its leaf to the root only."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.merkle import PathStep, Side, leaf_hash, merkle_path, merkle_root, root_along

CONTENTS = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
CONTENTS.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Of the first n contents: certificate transparency's reference tests."""


@pytest.mark.parametrize("count", range(9))
def test_the_roots_that_everybody_finds(count: int) -> None:
    assert merkle_root([leaf_hash(one) for one in CONTENTS[:count]]).hex() == ROOTS[count]


def test_a_leaf_cannot_be_taken_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != merkle_root([left, right])


def test_a_path_by_hand() -> None:
    a, b, c = map(leaf_hash, (b"a", b"b", b"c"))
    both = hashlib.sha256(b"\x01" + a + b).digest()
    assert merkle_path([a, b, c], 2) == (PathStep(Side.LEFT, both),)
    assert merkle_path([a, b, c], 0) == (PathStep(Side.RIGHT, b), PathStep(Side.RIGHT, c))


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=70), st.data())
def test_every_path_leads_to_the_root_from_its_leaf_and_from_no_other(
    contents: list[bytes], data: st.DataObject
) -> None:
    leaves = [leaf_hash(one) for one in contents]
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle_path(leaves, index)
    assert root_along(leaves[index], path) == merkle_root(leaves)
    assert len(path) <= (len(leaves) - 1).bit_length()
    assert root_along(leaf_hash(b"of none of them"), path) != merkle_root(leaves)


@given(st.lists(st.binary(max_size=3), min_size=2, max_size=40), st.data())
def test_a_root_tells_every_change_of_its_leaves(contents: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(one) for one in contents]
    index = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:index], leaf_hash(b"another"), *leaves[index + 1 :]]
    roots = {merkle_root(one) for one in (leaves, changed, leaves[:index] + leaves[index + 1 :], [*leaves, leaves[0]])}
    assert len(roots) == 4


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError, match="among 3"):
        merkle_path([leaf_hash(b"a")] * 3, index)
