"""What differs is told by its place, and what is the same is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.difference import LONGEST_TEXT, Difference, differences

PORT = {"id": "usb:1-1.3", "state": "unused"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("a.b", 1, 2)]),
        ({"a": 1}, {"b": 1}, [("b", None, 1), ("a", 1, None)]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"from": [1, 2]}, {"from": [1, 3]}, [("from#1", 2, 3)]),
        ({"ports": [PORT]}, {"ports": [PORT | {"state": "used"}]}, [("ports.usb:1-1.3.state", "unused", "used")]),
        ({"ports": []}, {"ports": [PORT]}, [("ports.usb:1-1.3", None, PORT)]),
        ({"ports": [PORT]}, {"ports": None}, [("ports", [PORT], None)]),
        (
            {"links": [{"name": "x", "port": 1}, {"name": "y", "port": 2}]},
            {"links": [{"name": "y", "port": 2}, {"name": "x", "port": 3}]},
            [("links.x.port", 1, 3), ("links (order)", "x, y", "y, x")],
        ),
        ({"n": [{"name": "x"}, {"name": "x"}]}, {"n": [{"name": "x"}, {"name": "y"}]}, [("n#1.name", "x", "y")]),
        (None, {"a": 1}, [("", None, {"a": 1})]),
    ],
)
def test_each_place_is_told_once(before: Any, after: Any, expected: list[tuple[str, Any, Any]]) -> None:
    assert list(differences(before, after)) == [Difference(*one) for one in expected]


def test_a_long_text_is_not_told_as_a_whole() -> None:
    [one] = differences({"a": "x" * 5000}, {"a": 1})
    assert len(one.before) == LONGEST_TEXT + 1


CONTENT = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "a", "b"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(CONTENT, CONTENT)
def test_nothing_differs_unseen(before: Any, after: Any) -> None:
    assert list(differences(before, before)) == []
    assert bool(list(differences(before, after))) == (_in_order(before) != _in_order(after))


def _in_order(content: Any) -> Any:
    """Dicts compare by what they hold, in whichever order."""
    if isinstance(content, dict):
        return "dict", sorted((key, repr(_in_order(one))) for key, one in content.items())
    if isinstance(content, list):
        return [_in_order(one) for one in content]
    return repr(content)
