"""The tree is RFC 9162's: its published roots, and its own recursive definition."""

from hashlib import sha256

import pytest

from tornvakt.base.audit.tree import Tree, leaf_hash, node_hash

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""The roots that Certificate Transparency's own tests use for these leaves."""


def grown(count: int) -> Tree:
    tree = Tree()
    for leaf in LEAVES[:count]:
        tree.add(leaf_hash(bytes.fromhex(leaf)))
    return tree


@pytest.mark.parametrize("size", ROOTS)
def test_the_published_roots(size: int) -> None:
    assert grown(size).root().hex() == ROOTS[size]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def test_every_size_agrees_with_the_definition() -> None:
    entries = [str(number).encode() for number in range(130)]
    tree = Tree()
    for number, entry in enumerate(entries):
        assert tree.root() == by_definition(entries[:number])
        again = Tree(tree.size, tree.peaks)
        tree.add(leaf_hash(entry))
        again.add(leaf_hash(entry))
        assert again.root() == tree.root()


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_peaks_that_make_no_tree_are_refused() -> None:
    with pytest.raises(ValueError, match="do not make a tree of 3"):
        Tree(3, bytes(32))
