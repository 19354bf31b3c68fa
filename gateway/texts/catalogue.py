"""The texts by key, one file per language, complete in each: `vi.yaml` and `en.yaml` have the same keys and the same
`{placeholders}`, which a test holds them to. A language is added by a file and a member of `Language`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from gateway.config import Language

_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'"
_PLAIN = r"[^\s\"'{}\[\]>|&*!%@`#](?:(?! #|: ).)*"
_LINE = re.compile(rf"( *)\"?([\w-]+)\"?:(?: +({_QUOTED}|{_PLAIN}|\{{.*\}}))? *")
_ENTRY = re.compile(r"([\w-]+): *(\"(?:[^\"\\]|\\.)*\"|[^,}]*)")
"""In `{key: text, key: text}`."""
_known: dict[Language, Texts] = {}


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts in one language, by dotted keys."""

    language: Language
    by_key: Mapping[str, str]

    def __call__(self, key: str, **fields: str | int) -> str:
        """The text with its placeholders filled.

        Raises:
            KeyError: no such text, or a placeholder without a field.
        """
        return self.by_key[key].format(**fields)

    def has(self, key: str) -> bool:
        return key in self.by_key


def texts_in(language: Language) -> Texts:
    """The catalogue of a language."""
    if language not in _known:
        _known[language] = _read(language)
    return _known[language]


def take_texts(catalogues: Iterable[Texts]) -> None:
    """Those that another process has read: the reader of YAML is not needed here."""
    _known.update({one.language: one for one in catalogues})


def _read(language: Language) -> Texts:
    lines = files("gateway.texts").joinpath(f"{language.value}.yaml").read_text("utf-8").splitlines()
    return Texts(language, dict(_texts(lines)))


def _texts(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Of the little of YAML that these files are written in: a reader of all of it takes half a second for each file,
    and every command waits for that.

    Raises:
        ValueError: a line that is not of it.
    """
    path: list[str] = []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f'no line of a catalogue of texts: {line!r}; write `key: text` or `key: "text"`')
        indent, key, written = found.groups()
        path[len(indent) // 2 :] = [key]
        if written and written.startswith("{"):
            for entry in _ENTRY.finditer(written):
                yield ".".join((*path, entry[1])), _text(entry[2])
        elif written:
            yield ".".join(path), _text(written)


def _text(written: str) -> str:
    if written.startswith('"'):
        text: str = json.loads(written)
        return text
    return written[1:-1].replace("''", "'") if written.startswith("'") else written.strip()
