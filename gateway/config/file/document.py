"""The configuration file as plain values, and the way back from a value to its line and its path in words.

Nothing here repeats what stands in the file, except keys and names outside a secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.docinfo import DocInfo
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from gateway.config.file.location import Location
from gateway.config.file.nodes import LARGEST, Endless, values_of
from gateway.config.file.syntax import explain_syntax
from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase

_BEGIN = Phrase("begin with the section station:")
_LONGEST_TEXT = 400
"""Characters of one part of a problem."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """`content` is made of dict, list, str, int, float, bool and None. `faults` are problems of form that still let the
    rest be understood, such as a key that stands twice. `taken`: the files of what comes from elsewhere, by the node's
    id (`gateway.config.file.graft`). `unusable`: places of which nothing more is to be said, for what they lack is
    among the faults. `sha256`: of the file's bytes, in hexadecimal; empty where there was no file."""

    file: str
    content: object
    root: Node
    faults: tuple[Problem, ...] = ()
    taken: Mapping[int, str] = field(default_factory=dict)
    unusable: frozenset[Location] = frozenset()
    sha256: str = ""

    def problem(self, location: Location, wrong: Phrase, right: Phrase) -> Problem:
        """A problem with the value at this location; where nothing stands, with the line of what should contain it."""
        place = self.located(location)
        if _is_in_false_quotes(self._value_at(place)):
            right += Phrase('; straight quotes ("…") enclose a text, others are a part of it')
        file, line = self.place_of(place)
        return Problem(file, line, self.path_of(place), wrong.through(printable), right.through(printable))

    def is_unusable(self, location: Location) -> bool:
        """Whether it lies in a place of which everything has been said."""
        return any(location[: len(place)] == place for place in self.unusable)

    def located(self, location: Location) -> Location:
        """The location without the parts that only the models know: the kind that was chosen of several, and the
        position in a list of one that is written without the list."""
        found: list[str | int] = []
        content = self.content
        for position, part in enumerate(location):
            is_last = position == len(location) - 1
            is_missing_key = is_last and isinstance(part, str) and " " not in part  # a kind's tag has a blank
            if isinstance(content, dict) and (part in content or is_missing_key):
                content = content.get(part)
            elif isinstance(content, list) and isinstance(part, int) and part < len(content):
                content = content[part]
            elif not (is_last and isinstance(content, list)):
                continue
            found.append(part)
        return tuple(found)

    def _value_at(self, location: Location) -> object:
        value = self.content
        for part in location:
            value = _inside(value, part)
        return value

    def line_of(self, location: Location) -> int:
        """The line of the key or list item, or of the nearest one around it that exists. Counts from 1."""
        return self.place_of(location)[1]

    def place_of(self, location: Location) -> tuple[str, int]:
        """As `line_of`, with the file that the line is in. What is missing in a piece from another file is missing
        here: whoever took the piece can add it."""
        node: Node = self.root
        file, line = self.file, int(node.start_mark.line)
        own_line = line
        for part in location:
            step = _child(node, part)
            if step is None:
                return (file, line + 1) if file == self.file else (self.file, own_line + 1)
            line, node = step
            file = self.taken.get(id(node), file)
            own_line = line if file == self.file else own_line
        return file, line + 1

    def path_of(self, location: Location) -> str:
        """The location in words: list items by their name or symbol where they have one, else by position."""
        path, value = "", self.content
        for part in location:
            value = _inside(value, part)
            if isinstance(part, int):
                name = _name(value)
                path += f".{name}" if name else f"[{part}]"
            else:
                path += f".{part}" if path else part
        return printable(path)


def read_document(path: Path) -> YamlDocument:
    """The document in this file.

    Raises:
        ConfigError: it cannot be read, is not UTF-8, or is not YAML with keys at its top. One problem.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)  # more is some other file
    except FileNotFoundError:
        raise _refused(path, 0, Phrase("does not exist"), Phrase("name the file with --config")) from None
    except IsADirectoryError:
        raise _refused(path, 0, Phrase("is a folder"), Phrase("name the configuration file in it")) from None
    except PermissionError as error:
        advice = Phrase(
            "run this as root or as the gateway's user; if it is that one, chgrp gateway {path} && chmod 640 {path}",
            path=path,
        )
        raise _refused(path, 0, Phrase("cannot be read ({strerror})", strerror=error.strerror), advice) from None
    except OSError as error:
        raise _refused(
            path,
            0,
            Phrase("cannot be read ({strerror})", strerror=error.strerror),
            Phrase("name another file with --config"),
        ) from None
    if len(content) > LARGEST:
        raise _refused(
            path, 0, Phrase("is larger than {largest} bytes", largest=LARGEST), Phrase("name a configuration file")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(path, line, Phrase("is not UTF-8 text"), Phrase("save the file as UTF-8")) from None
    return replace(parse_document(str(path), text), sha256=hashlib.sha256(content).hexdigest())


def parse_document(file: str, text: str, begin: Phrase = _BEGIN) -> YamlDocument:
    """The document in this text; `file` is its name in problems, `begin` what to write where nothing is.

    Raises:
        ConfigError: it is not YAML with keys at its top. One problem.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        yaml.composer.warn_double_anchors = False  # it would print to stderr what the file says
        yaml.doc_infos.append(DocInfo(requested_version=None))
        yaml.get_constructor_parser(text)  # `compose` without its end, after which nobody knows how far it came
        root = yaml.composer.get_single_node()
        if root is None:
            raise _refused(file, 0, Phrase("is empty"), begin)
        if not isinstance(root, MappingNode):
            raise _refused(file, root.start_mark.line + 1, Phrase("has no keys at its top"), begin)
        content, misshapen = values_of(root)
    except MarkedYAMLError as error:
        line, wrong, right = explain_syntax(error, text)
        raise _refused(file, line, wrong, right) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refused(file, line, Phrase("has a control character"), Phrase("save the file as plain text")) from None
    except Endless as error:
        wrong = Phrase("stands for more than {largest} characters with every alias (*) written out", largest=LARGEST)
        raise _refused(file, error.line, wrong, Phrase("write fewer aliases")) from None
    except RecursionError:
        raise _refused(
            file, _line_under_way(yaml), Phrase("is nested too deeply"), Phrase("close what begins with [ or {")
        ) from None
    except (YAMLError, ValueError, OverflowError):  # the last two: \\U escapes beyond Unicode, versions of YAML
        line = _line_under_way(yaml)
        raise _refused(file, line, Phrase("is not readable as YAML"), Phrase("compare it with the examples")) from None
    document = YamlDocument(file, content, root)
    faults = (Problem(file, one.line, document.path_of(one.location), one.wrong, one.right) for one in misshapen)
    return replace(document, faults=tuple(faults))


def printable(text: str) -> str:
    """The text, not endless, with escapes for whatever a terminal would act upon or could not encode."""
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _line_under_way(yaml: YAML) -> int:
    """How far the reader has come, counted from 1."""
    return int(yaml.reader.line) + 1


def _child(node: Node, part: str | int) -> tuple[int, Node] | None:
    """The line (from 0) and the node of one key or item; `None` when there is none."""
    if isinstance(node, MappingNode):
        for key, content in node.value:
            if isinstance(key, ScalarNode) and key.value == part:
                return key.start_mark.line, content
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line, item
    return None


def _inside(value: object, part: str | int) -> object:
    if isinstance(value, dict) and isinstance(part, str):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _name(value: object) -> str | None:
    for key in ("name", "symbol"):
        name = value.get(key) if isinstance(value, dict) else None
        if isinstance(name, str) and name:
            return name
    return None


def _refused(file: str | Path, line: int, wrong: Phrase, right: Phrase) -> ConfigError:
    return ConfigError((Problem(printable(str(file)), line, "", wrong, right),))


def _is_in_false_quotes(value: object) -> bool:
    """Whether a text begins with what a word processor makes of a quote."""
    return isinstance(value, str) and value[:1] in tuple("“”„‘’«»")
