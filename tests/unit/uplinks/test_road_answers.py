"""Answers of a road administration's server: what is told counts, whatever stands beside it; nonsense never crashes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.uplinks.https.answers import (
    Absent,
    LoginToken,
    NoJson,
    OrderResult,
    code_of,
    lying_at,
    parsed,
    results_in,
    token_in,
    wrapped,
)
from gateway.uplinks.https.road_server import RoadProfile

PROFILE = RoadProfile()
SENT = {"A", "B"}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["A", "B", "0"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "code", "results", "data", "token", "expires_in", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


def jwt(**claims: Any) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in ({"alg": "x"}, claims)]
    return ".".join([*parts, "sig"])


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_not(body: bytes) -> None:
    try:
        parsed(body)
    except NoJson as error:
        assert "\n" not in str(error)  # noqa: PT017 # either is right


@pytest.mark.parametrize(
    "body", [b"", b"NaN", b"[Infinity]", b"\xff\xfe[\x00]\x00", b"[" * 100_000, b"{" * 9, b"9" * 5_000, b"[1,]"]
)
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(NoJson):
        parsed(body)


@given(values)
def test_any_document_is_read_without_a_crash(document: Any) -> None:
    found = results_in(document, PROFILE, SENT)
    assert found is None or found.keys() <= SENT
    given_token = token_in(document, PROFILE)
    assert given_token is None or given_token.text.isascii()
    code_of(document, "code")


@given(st.lists(st.fixed_dictionaries({"id": values, "code": values}), max_size=6))
def test_an_order_is_decided_by_one_code_only(told: list[dict[str, Any]]) -> None:
    found = results_in({"results": told}, PROFILE, SENT)
    assert found is not None
    for order_id in SENT:
        codes = {code_of(one, "code") for one in told if one["id"] == order_id} - {None}
        assert (order_id in found) == (len(codes) == 1)


def test_what_is_told_counts() -> None:
    told = [{"id": "A", "code": "30001", "message": "no\n such"}, {"id": "C", "code": 0}, {"id": "B", "code": 0}, 7]
    found = results_in({"results": told}, PROFILE, SENT)
    assert found is not None
    assert found["A"] == OrderResult(30001, '{"id": "A", "code": "30001", "message": "no\\n such"}')
    assert found["B"].code == 0
    assert results_in({"results": {"id": "A"}}, PROFILE, SENT) is None
    assert results_in([], PROFILE, SENT) is None


@pytest.mark.parametrize("code", [True, False, None, 0.0, "x", "-1", "", "٣", [0], 10**30, "9" * 10])
def test_what_is_no_code(code: Any) -> None:
    assert code_of({"code": code}, "code") is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"token": "t", "expires_in": 900}, LoginToken("t", 900.0)),
        ({"token": "t", "expires_in": "900"}, LoginToken("t", 900.0)),
        ({"token": "t"}, LoginToken("t", None)),
        ({"token": "t", "expires_in": -5}, LoginToken("t", None)),
        ({"token": "t", "expires_in": True}, LoginToken("t", None)),
        ({"token": jwt(exp=2000, iat=1100)}, LoginToken(jwt(exp=2000, iat=1100), 900.0)),
        ({"token": jwt(exp=1e300, iat=0)}, LoginToken(jwt(exp=1e300, iat=0), None)),
        ({"token": "a.!!.c"}, LoginToken("a.!!.c", None)),
        ({"token": ""}, None),
        ({"token": "a b"}, None),
        ({"token": "a\r\nX: y"}, None),
        ({"token": "ü"}, None),
        ({"token": 7}, None),
        ({"token": "x" * 20_000}, None),
    ],
)
def test_what_a_log_in_gives(data: dict[str, Any], expected: LoginToken | None) -> None:
    assert token_in({"data": data}, PROFILE) == expected


def test_where_a_pointer_points() -> None:
    # RFC 6901, section 5.
    document = {"foo": ["bar", "baz"], "a/b": 1, "m~n": 8, "": 0}
    pointers = {"/foo": ["bar", "baz"], "/foo/0": "bar", "/a~1b": 1, "/m~0n": 8, "/": 0, "": document}
    assert {pointer: lying_at(document, pointer) for pointer in pointers} == pointers
    assert lying_at(document, "/foo/2") is Absent
    assert lying_at(document, "/foo/bar") is Absent


@pytest.mark.parametrize("pointer", ["/orders", "/data/list", "/a~1b/m~0n/“ỗ”"])
def test_a_list_lies_where_the_profile_wants_it(pointer: str) -> None:
    opens, closes = wrapped(pointer)
    assert lying_at(parsed(opens + b'{"id":1},{"id":2}' + closes), pointer) == [{"id": 1}, {"id": 2}]
