"""A configuration that is written as YAML is read as exactly what it was."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.config.file.document import parse_document
from gateway.config.interview.yaml_text import yaml_text

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
    st.sampled_from(
        ["yes", "No", "null", "~", "-", "- a", "a: b", "a #b", "#", "1e3", "0x1F", "1_000", "12:30:45", "2026-01-31",
         "1.",
         ".5", "=", "<<", "!x", "&a", "*a", "{a}", "[a", "a]", "%a", "@a", "`a", "'", '"', "a,b", "a: ", " a",
         "a ", "5s",
         "192.168.1.10", "sftp://a@b:22/c", "/dev/ttyS0", "Trạm: số 1", "holding:0", "SHA256:abc=", "|", ">",
         "?", "? a"]
    ),
)  # fmt: skip
NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False))
KEYS = st.one_of(st.sampled_from(["name", "unit", "symbol", "type", "register", "limit"]), TEXTS.filter(bool))
PLAIN = st.one_of(TEXTS, NUMBERS, st.booleans())
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
)
SECTIONS = st.sampled_from(["station", "links", "instruments", "destinations", "web", "alerts"])


@given(st.dictionaries(SECTIONS, VALUES, min_size=1, max_size=4))
def test_read_again_it_is_what_was_written(content: dict[str, Any]) -> None:
    text = yaml_text(content, ("A head",), lambda keys: f"about {keys[-1][:20]!r}")
    assert parse_document("gateway.yaml", text).content == content
