"""A request of the page is read as it was written, and whatever else lies in its place is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.act import (
    AcknowledgeMatters,
    ActRequest,
    Deed,
    LoginState,
    NamedMatter,
    NoteLogin,
    NoteSeal,
    PageActKind,
    PinVideo,
    ReleaseOrder,
    ResendSlots,
    needed_role,
)
from gateway.core.act_form import ActFault, matter_subject, read_request, request_text
from gateway.core.ports import SealAct
from gateway.core.role import Role

T0 = 1_767_200_400_000
DEEDS: list[Deed] = [
    ResendSlots("so-tnmt", T0, T0 + 300_000),
    AcknowledgeMatters((NamedMatter("3", "record 7"), NamedMatter("c1", "segment 9"))),
    PinVideo(None, T0, T0 + 60_000),
    PinVideo("cửa xả", T0, T0 + 60_000),
    NoteSeal(SealAct.BROKEN, "panel:datalogger-usb", "TEM-1", "Nguyễn Văn A, Sở"),
    ReleaseOrder("L-2026/0001 “bến”"),
    NoteLogin(LoginState.REFUSED, "192.0.2.7", 12, T0 - 60_000),
]


def asked(deed: Deed, **other: Any) -> ActRequest:
    values = {"id": "0" * 32, "asked_ms": T0, "person": "lan", "role": Role.OPERATOR, "reason": "vì thế"} | other
    return ActRequest(deed=deed, **values)


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_written_is_read(deed: Deed) -> None:
    request = asked(deed)
    assert read_request(request_text(request)) == request


def test_every_kind_is_written_and_needs_an_operator_but_for_a_log_in() -> None:
    assert {asked(deed).kind for deed in DEEDS} == set(PageActKind)
    assert {kind for kind in PageActKind if needed_role(kind) is not Role.OPERATOR} == {PageActKind.LOGIN}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"form": 2}, "are both of one version"),
        ({"id": "../../etc/passwd"}, "id is not 32 hexadecimal digits"),
        ({"id": "A" * 32}, "id is not 32 hexadecimal digits"),
        ({"kind": "delete"}, "kind is none of resend"),
        ({"kind": ["resend"]}, "kind is none of"),
        ({"asked_ms": True}, "asked_ms is no whole number"),
        ({"asked_ms": 1e300}, "asked_ms is no whole number"),
        ({"person": ""}, "person is empty"),
        ({"person": "lan\nroot"}, "person is empty or no plain text"),
        ({"person": "lan‮"}, "person is empty or no plain text"),
        ({"person": "\ud800"}, "person is empty or no plain text"),
        ({"person": "x" * 65}, "person has 65 characters"),
        ({"role": "root"}, "role is none of"),
        ({"reason": "  "}, "reason is empty"),
        ({"reason": None}, "reason is empty"),
        ({"deed": []}, "deed is no object of destination, from_ms, until_ms"),
        ({"deed": {"destination": "a", "from_ms": 2, "until_ms": 1}}, "from_ms lies behind"),
        ({"deed": {"destination": "a", "from_ms": 1, "until_ms": 2, "force": True}}, "deed is no object of"),
        ({"more": 1}, "it is no object of"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change: dict[str, Any], words: str) -> None:
    content = json.loads(request_text(asked(DEEDS[0]))) | change
    with pytest.raises(ActFault, match=words):
        read_request(json.dumps(content))


@pytest.mark.parametrize("text", ["", "[", "[" * 100_000, "null", "1", '"x"', "[]", "{}", '{"form": NaN}'])
def test_what_is_no_request_at_all(text: str) -> None:
    with pytest.raises(ActFault):
        read_request(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["form", "id", "deed"]), inner),
    max_leaves=5,
)


@given(st.sampled_from(DEEDS), st.sampled_from(["form", "id", "kind", "person", "role", "reason", "deed"]), _JSON)
def test_anything_in_any_place_is_read_or_refused(deed: Deed, name: str, value: Any) -> None:
    content = json.loads(request_text(asked(deed))) | {name: value}
    try:
        read = read_request(json.dumps(content))
    except ActFault:
        return
    assert read_request(request_text(read)) == read


@given(st.text())
def test_a_matter_of_any_name_can_be_named(subject: str) -> None:
    matter = NamedMatter("1", matter_subject(subject))
    assert read_request(request_text(asked(AcknowledgeMatters((matter,))))).deed == AcknowledgeMatters((matter,))
