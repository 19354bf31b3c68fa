"""YAML's nodes as plain values: dict, list, str, int, float, bool and None.

YAML 1.2: `NO` is a text (the symbol of nitrogen monoxide), as are `yes` and `on`. Of a key that stands twice the first
counts, and the second is noted. An alias gives the value it stands for. Merge keys and tags are not understood. What a
file stands for is bounded, so that no text of a few lines means millions of values: in depth, and in characters with
all aliases written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gateway.config.file.bit_pattern import BitPattern
from gateway.config.file.location import Location
from gateway.core.phrase import Phrase

_PREFIX = "tag:yaml.org,2002:"
_LONGEST_NUMBER = 64
"""Characters. Python refuses to print integers of thousands of digits; no register holds one."""
LARGEST = 262_144
"""Characters of all values and keys, each counted wherever an alias repeats it. A hundred parameters take 20 kB."""
DEEPEST = 40
"""Lists and sections in one another. No section of the gateway's is deeper than eight; templates are free."""
MOST_PROBLEMS = 100
"""Whoever has more faults has another fault than these."""
_ZERO = re.compile(r"[-+0._]*(?:[eE].*)?")
_TRUTH = {"true": True, "false": False}
_TAGGED = (Phrase("has a YAML tag (!…)"), Phrase("remove it, or put the value in quotes"))
_SECRETS = frozenset({"password", "key", "community", "auth", "privacy"})


@dataclass(frozen=True, slots=True)
class NodeProblem:
    """A fault of form that still lets the rest be understood. Its location never leads into a secret."""

    location: Location
    line: int
    wrong: Phrase
    right: Phrase


class Endless(ValueError):
    """What the document stands for is beyond all bounds; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def values_of(root: Node) -> tuple[object, tuple[NodeProblem, ...]]:
    """What the document says, and where its form is at fault.

    Raises:
        Endless: it would be larger than `LARGEST` with its aliases written out.
    """
    builder = _Builder()
    content = builder.value(root, ())
    return content, tuple(builder.problems)


@dataclass(slots=True)
class _Builder:
    problems: list[NodeProblem] = field(default_factory=list)
    _built: dict[int, object] = field(default_factory=dict)
    """By node, so that an alias costs nothing however often it is used."""
    _open: set[int] = field(default_factory=set)
    _sizes: dict[int, int] = field(default_factory=dict)
    """By node: the characters of what it stands for."""

    def value(self, node: Node, location: Location) -> object:
        if id(node) in self._built:
            return self._built[id(node)]
        if id(node) in self._open:
            self._note(node, location, Phrase("contains itself"), Phrase("write the values out instead of the alias"))
            return None
        if len(location) > DEEPEST:
            self._note(
                node,
                location[:DEEPEST],
                Phrase("is nested too deeply"),
                Phrase("at most {deepest} levels are understood", deepest=DEEPEST),
            )
            return None
        self._open.add(id(node))
        value = self._build(node, location)
        self._open.discard(id(node))
        self._built[id(node)] = value
        self._measure(node)
        return value

    def _measure(self, node: Node) -> None:
        """Note the node's size. Those below it are known; those that are not were refused."""
        if isinstance(node, MappingNode):
            below = [part for pair in node.value for part in pair]
        else:
            below = node.value if isinstance(node, SequenceNode) else []
        own = len(node.value) if isinstance(node, ScalarNode) else 0
        size = self._sizes[id(node)] = 1 + own + sum(self._sizes.get(id(part), 1) for part in below)
        if size > LARGEST:
            raise Endless(node.start_mark.line + 1)

    def _build(self, node: Node, location: Location) -> object:
        if isinstance(node, MappingNode) and node.tag == _PREFIX + "map":
            return dict(self._entries(node, location))
        if isinstance(node, SequenceNode) and node.tag == _PREFIX + "seq":
            return [self.value(item, (*location, index)) for index, item in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node, location)
        self._note(node, location, *_TAGGED)
        return None

    def _entries(self, node: MappingNode, location: Location) -> Iterator[tuple[str, object]]:
        seen: dict[str, int] = {}
        for key, content in node.value:
            if not isinstance(key, ScalarNode):
                self._note(
                    key, location, Phrase("has a key that is a list or a section"), Phrase("write the key as one word")
                )
                continue
            name: str = key.value
            if name in seen:
                self._note(
                    key,
                    (*location, name),
                    Phrase("stands twice, first in line {seen}", seen=seen[name]),
                    Phrase("remove one of the two"),
                )
                continue
            seen[name] = key.start_mark.line + 1
            yield name, self.value(content, (*location, name))

    def _scalar(self, node: ScalarNode, location: Location) -> object:
        """By the tag that YAML 1.2 gives the text. What does not fit its tag stays text, and the models refuse it."""
        text: str = node.value
        kind = (node.tag or "").removeprefix(_PREFIX)
        if kind in ("int", "float") and len(text) > _LONGEST_NUMBER:
            return text
        try:
            match kind:
                case "null":
                    return None
                case "bool":
                    return _TRUTH.get(text.lower(), text)
                case "int" | "float" if "_" in text:
                    return text  # YAML 1.2 has no such numbers: 1_000 may be a slip of 1.000
                case "int":
                    return _whole(text.lower())
                case "float":
                    number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
                    return text if number == 0 and not _ZERO.fullmatch(text) else number  # smaller than any float
                case "str" | "timestamp" | "merge" | "value":
                    return text
        except ValueError:
            return text
        self._note(node, location, *_TAGGED)
        return None

    def _note(self, node: Node, location: Location, wrong: Phrase, right: Phrase) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            return
        secret = next((depth for depth, part in enumerate(location) if part in _SECRETS), len(location))
        self.problems.append(NodeProblem(location[: secret + 1], node.start_mark.line + 1, wrong, right))


def _whole(text: str) -> int:
    if text.startswith(("0x", "0o", "0b")):
        return BitPattern(text, 0)
    return int(text, 0) if text.lstrip("+-").startswith(("0x", "0o", "0b")) else int(text)
