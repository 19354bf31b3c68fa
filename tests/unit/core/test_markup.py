"""Text within HTML, escaped as Python does it."""

from __future__ import annotations

import html

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.markup import escape


@given(st.text() | st.text(alphabet="&<>\"'a;#"))
def test_it_is_as_python_does_it(text: str) -> None:
    assert escape(text) == html.escape(text)
