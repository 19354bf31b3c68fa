"""The texts by key, one file per language, complete in each: `vi.yaml` and `en.yaml` have the same keys and the same
`{placeholders}`, which a test holds them to. A language is added by a file and a member of `Language`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from gateway.config import Language

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
    from gateway.config.file.document import parse_document

    name = f"{language.value}.yaml"
    content = parse_document(name, files("gateway.texts").joinpath(name).read_text("utf-8")).content
    return Texts(language, dict(_flat(content, "")))


def _flat(content: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(content, dict):
        for key, inner in content.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, str(content)
