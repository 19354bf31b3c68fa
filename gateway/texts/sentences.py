"""The catalogue of sentences as it lies in `phrases.vi.yaml`: a line for each, in the quotes that JSON has. It is read
when a sentence is looked for: that takes a tenth of a millisecond, and whoever says few of them keeps few."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files


def vietnamese(sentence: str) -> str | None:
    """What the catalogue has for an English sentence; `None`: it has none."""
    key = f"\n{json.dumps(sentence, ensure_ascii=False)}: ".encode(errors="surrogatepass")
    lines = _lines()
    at = lines.find(key)
    if at < 0:
        return None
    begin = at + len(key)
    found: str = json.loads(lines[begin : lines.index(b"\n", begin)])
    return found


def english_sentences() -> Iterator[str]:
    """All of them, as the catalogue has them."""
    lines, decode, begin = _lines(), json.JSONDecoder().raw_decode, 0
    while begin < len(lines):
        end = lines.index(b"\n", begin) + 1
        if lines.startswith(b'"', begin):
            yield decode(lines[begin:end].decode())[0]
        begin = end


def _lines() -> bytes:
    return files("gateway.texts").joinpath("phrases.vi.yaml").read_bytes()
