"""Pieces of one document put into another, each with the line that it had in its own.

A piece is a node and its plain value side by side: the value is what the models see, the node is how a fault finds its
line. Pieces are made anew, never changed: through an alias one node may stand in several places.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gateway.config.file.document import YamlDocument


@dataclass(frozen=True, slots=True)
class Piece:
    """`key` is the node of its key, where it stands in a section; `document` where it was taken from another one."""

    node: Node
    value: object
    key: Node | None = None
    document: YamlDocument | None = None

    def __getitem__(self, key: str) -> Piece:
        """What stands under this key. Raises KeyError: nothing does, or this is no section."""
        found = self.child(key)
        if found is None:
            raise KeyError(key)
        return found

    def child(self, key: str) -> Piece | None:
        """What stands under this key; `None` when nothing does."""
        if not isinstance(self.value, dict) or not isinstance(self.node, MappingNode) or key not in self.value:
            return None
        key_node, node = next(
            pair for pair in self.node.value if isinstance(pair[0], ScalarNode) and pair[0].value == key
        )
        return Piece(node, self.value[key], key_node, self.document)

    def children(self) -> Iterator[tuple[str, Piece]]:
        """Of a section, in their order."""
        for key in self.value if isinstance(self.value, dict) else ():
            child = self.child(key)
            if child is not None:
                yield key, child

    def items(self) -> Iterator[Piece]:
        """Of a list, in their order."""
        if isinstance(self.value, list) and isinstance(self.node, SequenceNode):
            for node, value in zip(self.node.value, self.value, strict=True):
                yield Piece(node, value, None, self.document)

    def made_here(self, value: object) -> Piece:
        """A value that stands in no file, at the line of this one."""
        mark = (self.key or self.node).start_mark
        node: Node = ScalarNode("tag:yaml.org,2002:str", str(value), mark, mark)
        if isinstance(value, list):
            node = SequenceNode("tag:yaml.org,2002:seq", [self.made_here(one).node for one in value], mark, mark)
        if isinstance(value, dict):
            pairs = [(self.made_here(key).node, self.made_here(one).node) for key, one in value.items()]
            node = MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)
        return Piece(node, value, None, self.document)


class Grafting:
    """One document that grows: what is put into it keeps the file and the line that it came with."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self._taken = dict(document.taken)

    @property
    def root(self) -> Piece:
        return Piece(self._document.root, self._document.content)

    def section(self, old: Piece, entries: Iterable[tuple[str, Piece]]) -> Piece:
        """A section at the place of `old`, with these entries."""
        node, value = copy.copy(old.node), dict[str, object]()
        node.value = []
        for key, piece in entries:
            node.value.append((piece.key or piece.made_here(key).node, piece.node))
            value[key] = piece.value
            self._note(piece, old)
        return replace(old, node=node, value=value)

    def list_at(self, old: Piece, pieces: Iterable[Piece]) -> Piece:
        """A list at the place of `old`, whatever stood there."""
        mark, found = (old.key or old.node).start_mark, list(pieces)
        node = SequenceNode("tag:yaml.org,2002:seq", [piece.node for piece in found], mark, mark)
        for piece in found:
            self._note(piece, old)
        return replace(old, node=node, value=[piece.value for piece in found])

    def finished(self, root: Piece) -> YamlDocument:
        """The document with this root."""
        return replace(self._document, content=root.value, root=root.node, taken=self._taken)

    def _note(self, piece: Piece, around: Piece) -> None:
        if piece.document is not None and piece.document is not around.document:
            self._taken[id(piece.node)] = piece.document.file
        elif piece.document is None and around.document is not None:
            self._taken[id(piece.node)] = self._document.file
