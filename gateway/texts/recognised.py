"""A sentence that was written down in English, found again in the catalogue: what the database, another process or the
system's library says is said to its reader in their language.

What is kept stays English, in a form that no language and no version changes; who shows it asks here. A sentence is
recognised by all that it says around its holes, the longest first; what stood in a hole is recognised in turn. Server's
answers, names and what people wrote are in no catalogue, and are shown as they are.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from string import Formatter

from gateway.core.phrase import NAMING, AsShown, Phrase
from gateway.texts.sentences import english_sentences, vietnamese

_MOST = 2000
"""Characters; whatever is longer is no sentence of ours."""
_MANY, _FEW = 12, 8
"""Letters around its holes: with many a sentence is taken as a whole, with few it has numbers in its holes."""
_COUNT = re.compile(r"[-+\d.,:]+")
_BETWEEN = ("; ", ": ", ", ")
"""Where sentences stand one after the other, or one behind what it is about."""
_WORDS = re.compile(" [^ ]*[a-z]")
_MORE = r"(?:[;:,] .*?| \(.*?)?"
"""What stands directly behind another hole: nothing, or what goes on after it."""
_COUNTED = re.compile(r"([\d.,]+) ([a-z]+)")
_NUMBERED = re.compile(r"\[(?:Errno -?\d+|SSL: \w+)\] ")


@dataclass(slots=True)
class _Sentences:
    """Those with holes and with as many letters around them, joined: by themselves they would take four times as much
    memory."""

    letters: int
    templates: bytearray = field(default_factory=bytearray)
    anchors: bytearray = field(default_factory=bytearray)
    """Of each the longest that is written between its holes."""
    template_ends: array[int] = field(default_factory=lambda: array("I"))
    anchor_ends: array[int] = field(default_factory=lambda: array("I"))

    def add(self, template: str, anchor: str) -> None:
        self.templates += template.encode()
        self.anchors += anchor.encode()
        self.template_ends.append(len(self.templates))
        self.anchor_ends.append(len(self.anchors))

    def in_question(self, text: bytes) -> Iterator[str]:
        """The templates of those that the text may be."""
        begin = 0
        for number, end in enumerate(self.anchor_ends):
            if self.anchors[begin:end] in text:
                template = self.templates[self.template_ends[number - 1] if number else 0 : self.template_ends[number]]
                yield template.decode()
            begin = end


def recognised(text: str) -> str:
    """The `Phrase` that reads so in English; else the text. A phrase is one already; a word alone may be a name."""
    if isinstance(text, Phrase) or len(text) > _MOST or _WORDS.search(text) is None:
        return text
    return _recognised(str(text))


@lru_cache(maxsize=1024)
def _recognised(text: str) -> str:
    if _NUMBERED.match(text):
        return _recognised(_NUMBERED.sub("", text, count=1))
    found = _as_it_stands(text) or _and_what(text) or _with_holes(text, _sentences()[0])
    return found or _of_what(text) or _in_parts(text) or _with_holes(text, _sentences()[1]) or text


def _as_it_stands(text: str) -> Phrase | None:
    if _is_whole(text):
        return Phrase.of_text(text, {}, text)
    if counted := _COUNTED.fullmatch(text):
        count, things = counted.groups()
        if _is_whole(things):
            holes = {"count": AsShown(count), "things": Phrase.of_text(things, {}, things)}
            return Phrase.of_text("{count} {things}", holes, text)
    return None


def _and_what(text: str) -> Phrase | None:
    """A whole sentence of two parts, and behind it what it is about: `declared unused, and holds something: SanDisk
    Cruzer`. One of a single part may be the begin of another."""
    sentence, between, about = text.partition(": ")
    if not about or "," not in sentence or not _is_whole(sentence):
        return None
    holes = {"sentence": Phrase.of_text(sentence, {}, sentence), "about": _hole("about", about)}
    return Phrase.of_text(f"{{sentence}}{between}{{about}}", holes, text)


def _of_what(text: str) -> Phrase | None:
    """What it is about, and behind it a whole sentence, which may have parts itself: `10.0.0.5:22: the server refuses
    this; the server says: no`."""
    about, between, sentence = text.partition(": ")
    if not between or not (found := _as_it_stands(sentence) or _with_holes(sentence, _sentences()[0])):
        return None
    return Phrase.of_text(f"{{about}}{between}{{sentence}}", {"about": _hole("about", about), "sentence": found}, text)


def _with_holes(text: str, sentences: list[_Sentences]) -> Phrase | None:
    content = text.encode(errors="surrogatepass")
    for some in sentences:
        for template in some.in_question(content):
            holes = _filling(template, text)
            if holes is not None and (some.letters >= _FEW or all(map(_COUNT.fullmatch, holes.values()))):
                return Phrase.of_text(template, {name: _hole(name, one) for name, one in holes.items()}, text)
    return None


def _filling(template: str, text: str) -> dict[str, str] | None:
    """What stood in the holes, each as short as can be. Of two with but a space between, as in `3 s behind`, the second
    is a word of ours, if it can be."""
    written, names = _parts(template)
    if len(set(names)) == len(names) and all(part.strip() for part in written[1:-1]):
        return _filling_between(written, names, text)
    pattern, words = _pattern(template, is_worded=True)
    if words and (match := pattern.fullmatch(text)) and all(_is_whole(match[name]) for name in words):
        return match.groupdict() | {name: Phrase.of_text(match[name], {}, match[name]) for name in words}
    match = _pattern(template)[0].fullmatch(text)
    return match.groupdict() if match else None


def _parts(template: str) -> tuple[list[str], list[str]]:
    """What is written before, between and behind the holes, and their names."""
    written, names = [""], []
    for literal, name, _, _ in Formatter().parse(template):
        written[-1] += literal
        if name is not None:
            names.append(name)
            written.append("")
    return written, names


def _filling_between(written: list[str], names: list[str], text: str) -> dict[str, str] | None:
    """The same, where something is written between all holes. A regular expression would find it, too; hundreds of them
    take more memory than all sentences."""
    at, end, found = len(written[0]), len(text) - len(written[-1]), {}
    if at > end or not (text.startswith(written[0]) and text.endswith(written[-1])):
        return None
    for name, behind in zip(names, written[1:-1], strict=False):
        if (next_at := text.find(behind, at, end)) < 0:
            return None
        found[name] = text[at:next_at]
        at = next_at + len(behind)
    return found | {names[-1]: text[at:end]}


def _in_parts(text: str) -> Phrase | None:
    for between in _BETWEEN:
        told = [recognised(part) for part in text.split(between)] if between in text else []
        if any(isinstance(part, Phrase) for part in told):
            holes = {f"part{number}": part for number, part in enumerate(told)}
            return Phrase.of_text(between.join(f"{{{name}}}" for name in holes), holes, text)
    return None


def _hole(name: str, text: str) -> str:
    found = text if name in NAMING else recognised(text)
    return found if isinstance(found, Phrase) else AsShown(found)


def _is_whole(text: str) -> bool:
    """Whether the catalogue has it as it stands."""
    return ("{" not in text or not _holes(text)) and vietnamese(text) is not None


@cache
def _sentences() -> tuple[list[_Sentences], list[_Sentences]]:
    """Those with holes, who says most around them first: those that say enough to be told from a part of another, and
    the others."""
    found: dict[int, _Sentences] = {}
    for template in english_sentences():
        if "{" in template and _holes(template):
            written = [part for part, *_ in Formatter().parse(template)]
            letters = sum(map(str.isalpha, "".join(written)))
            found.setdefault(letters, _Sentences(letters)).add(template, max(written, key=len))
    ordered = [found[letters] for letters in sorted(found, reverse=True)]
    return [one for one in ordered if one.letters >= _MANY], [one for one in ordered if 0 < one.letters < _MANY]


def _holes(template: str) -> list[str]:
    """Their names; none of a text whose braces are braces."""
    try:
        holes = [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]
    except ValueError:
        return []
    is_filled = all(name.isidentifier() and (" " not in spec or "%" in spec) for name, spec in holes)
    return [name for name, _ in holes] if is_filled else []


@lru_cache(maxsize=256)
def _pattern(template: str, *, is_worded: bool = False) -> tuple[re.Pattern[str], list[str]]:
    """What matches the sentence, a group for each hole, and the holes behind a space behind another hole; `is_worded`:
    only a word stands in these."""
    parts, seen, words, is_behind_one = [], set[str](), [], False
    for written, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(written))
        if name is not None and name in seen:
            parts.append(f"(?P={name})")
        elif name is not None:
            said = _MORE if is_behind_one and not written else ".*?"
            if is_behind_one and written == " ":
                words.append(name)
                said = "[^ ]+" if is_worded else said
            parts.append(f"(?P<{name}>{said})")
            seen.add(name)
        is_behind_one = name is not None
    return re.compile("".join(parts), re.DOTALL), words
