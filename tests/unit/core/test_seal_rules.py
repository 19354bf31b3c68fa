"""What can have been done to a seal, and what cannot."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from gateway.core.ports import DeclaredPort, PortId, PortKind, PortState, SealAct, SealEntry
from gateway.core.seal_rules import SealRefused, in_place, refuse_break, refuse_put, unregistered, without_seal

USB, ETH = "usb:1-1.3", "net:eth1"
DECLARED = [
    DeclaredPort(PortId(PortKind.USB, "1-1.3"), PortState.UNUSED, seal="TEM-1"),
    DeclaredPort(PortId(PortKind.NET, "eth1"), PortState.LOCKED),
]


def put(number: str, port: str = USB) -> SealEntry:
    return SealEntry(1, SealAct.PUT, port, number, "A", "new")


def broken(number: str, port: str = USB) -> SealEntry:
    return SealEntry(2, SealAct.BROKEN, port, number, "B", "work")


def test_in_place_is_what_was_put_and_not_broken() -> None:
    acts = [put("TEM-1"), put("TEM-2"), put("TEM-9", ETH), broken("TEM-1")]
    assert [one.number for one in in_place(acts)] == ["TEM-2", "TEM-9"]
    assert [one.number for one in in_place([*acts, put("TEM-1")])] == ["TEM-2", "TEM-9", "TEM-1"]


def test_the_configurations_seal_counts_until_the_register_knows_its_number() -> None:
    assert unregistered([], DECLARED) == DECLARED[:1]
    assert unregistered([put("TEM-1")], DECLARED) == []
    assert unregistered([put("TEM-1"), broken("TEM-1")], DECLARED) == []


def test_a_closed_port_that_a_hand_can_reach_is_missed_without_a_seal() -> None:
    listener = DeclaredPort(PortId(PortKind.LISTEN, "tcp:80"), PortState.LOCKED)
    used = DeclaredPort(PortId(PortKind.USB, "1-1.2"), PortState.USED)
    declared = [*DECLARED, listener, used]
    assert without_seal([], declared) == DECLARED[1:]
    assert without_seal([put("TEM-9", ETH)], declared) == []
    assert without_seal([put("TEM-1"), broken("TEM-1")], declared) == DECLARED


@pytest.mark.parametrize(
    ("acts", "entry", "said"),
    [
        ([put("TEM-5")], put("TEM-5"), "in place on usb:1-1.3 already"),
        ([put("TEM-5", ETH)], put("TEM-5"), "in place on net:eth1 already"),
        ([put("TEM-5"), broken("TEM-5")], put("TEM-5"), "a seal's number is used once"),
        ([broken("TEM-1")], put("TEM-1"), "a seal's number is used once"),
        ([], put("TEM-1", ETH), "the seal of usb:1-1.3 by the configuration"),
    ],
)
def test_a_number_is_put_once(acts: list[SealEntry], entry: SealEntry, said: str) -> None:
    with pytest.raises(SealRefused, match=said):
        refuse_put(entry, acts, DECLARED, again=False)


def test_a_mistake_can_be_put_right() -> None:
    acts = [put("TEM-5", ETH), broken("TEM-5", ETH)]
    refuse_put(put("TEM-5"), acts, DECLARED, again=True)
    with pytest.raises(SealRefused, match="in place"):
        refuse_put(put("TEM-5"), [*acts, put("TEM-5")], DECLARED, again=True)


@pytest.mark.parametrize(
    ("acts", "entry", "said"),
    [
        ([], broken("TEM-5"), "was never put on usb:1-1.3; it bears TEM-1"),
        ([], broken("TEM-5", ETH), "was never put on net:eth1; it bears no seal"),
        ([put("TEM-5", ETH)], broken("TEM-5"), "is in place on net:eth1, not on usb:1-1.3"),
        ([put("TEM-5"), broken("TEM-5")], broken("TEM-5"), "was broken on usb:1-1.3 already"),
        ([put("TEM-1"), broken("TEM-1")], broken("TEM-1"), "was broken on usb:1-1.3 already; it bears no seal"),
    ],
)
def test_nothing_is_broken_that_is_not_there(acts: list[SealEntry], entry: SealEntry, said: str) -> None:
    with pytest.raises(SealRefused, match=said):
        refuse_break(entry, acts, DECLARED)


def test_what_is_there_can_be_broken_also_if_only_the_configuration_knows_it() -> None:
    for number, acts in (("TEM-1", []), ("TEM-5", [put("TEM-5")])):
        refuse_break(broken(number), acts, DECLARED)
        done = [*acts, broken(number)]
        assert in_place(done) == []
        with pytest.raises(SealRefused, match="was broken on usb:1-1.3 already"):
            refuse_break(broken(number), done, DECLARED)


def test_a_number_typed_on_another_keyboard_is_the_same_seal() -> None:
    acts = [put("TEM-Ấ1")]
    for typed in (normalize("NFD", "TEM-Ấ1"), "tem-ấ1"):
        with pytest.raises(SealRefused, match="is in place on usb:1-1.3 already"):
            refuse_put(put(typed, ETH), acts, (), again=False)
        refuse_break(broken(typed), acts, ())
        assert in_place([*acts, broken(typed)]) == []
