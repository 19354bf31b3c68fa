"""The catalogue of sentences as it lies in `phrases.vi.yaml`: a line for each, in the quotes that JSON has. It stays
the bytes that it is: as texts of Python they would take several times as much."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def vietnamese(sentence: str) -> str | None:
    """What the catalogue has for an English sentence; `None`: it has none."""
    key = f"\n{json.dumps(sentence, ensure_ascii=False)}: ".encode()
    at = _lines().find(key)
    if at < 0:
        return None
    begin = at + len(key)
    found: str = json.loads(_lines()[begin : _lines().index(b"\n", begin)])
    return found


def english_sentences() -> Iterator[str]:
    """All of them, as the catalogue has them."""
    decode, begin = json.JSONDecoder().raw_decode, 0
    while begin < len(_lines()):
        end = _lines().index(b"\n", begin) + 1
        if _lines()[begin : begin + 1] == b'"':
            yield decode(_lines()[begin:end].decode())[0]
        begin = end


@cache
def _lines() -> bytes:
    return files("gateway.texts").joinpath("phrases.vi.yaml").read_bytes()
