"""What messages of the kernel are about, and what is done where nobody may listen."""

from __future__ import annotations

import socket

import pytest

from gateway.core.ports import PortKind
from gateway.ports.kernel_news import TOLD, KernelNews, told_by


def message(action: str, path: str, subsystem: str) -> bytes:
    return f"{action}@{path}\0ACTION={action}\0DEVPATH={path}\0SUBSYSTEM={subsystem}\0SEQNUM=1\0".encode()


def test_each_message_is_about_its_kinds() -> None:
    plugged = message("add", "/devices/platform/soc/usb1/1-1/1-1.3", "usb")
    assert told_by([plugged]).kinds == {PortKind.USB}
    screen = message("change", "/devices/virtual/drm/card0", "drm")
    assert told_by([screen, plugged]).kinds == {PortKind.USB, PortKind.DISPLAY}
    assert told_by([message("add", "/devices/virtual/net/eth1", "net")]).kinds == {PortKind.NET, PortKind.RADIO}


def test_a_usb_device_that_came_is_named() -> None:
    stick = (
        message("add", "/devices/platform/soc/usb1/1-1/1-1.3", "usb") + b"DEVTYPE=usb_device\0PRODUCT=781/5567/100\0"
    )
    (came,) = told_by([stick, stick, stick.replace(b"add", b"remove")]).plugged
    assert (str(came.id), came.is_occupied, came.identity) == ("usb:1-1.3", True, "0781:5567")
    for odd in (stick.replace(b"1-1.3", b"usb1"), stick.replace(b"781/", b"x/"), stick.replace(b"/100", b"")):
        assert told_by([odd]).plugged == ()


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"\0" * 100, b"add@/x", b"\0SUBSYSTEM=usb", b"libudev\0\xfe\xed\xca\xfe", message("change", "/x", "cpu")],
)
def test_what_is_about_no_port_is_worth_no_look(nonsense: bytes) -> None:
    told = told_by([nonsense])
    assert (told.kinds, told.plugged) == (frozenset(), ())


def test_where_nobody_may_listen_all_kinds_are_looked_at_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr("socket.socket", refuse)
    news = KernelNews()
    assert news.told().kinds == TOLD
    assert [one.levelname for one in caplog.records] == ["WARNING", "WARNING"]
    news.close()


def test_the_running_kernel_can_be_listened_to_without_any_right() -> None:
    news = KernelNews()
    try:
        news.told()
        assert news.told().kinds <= TOLD
    finally:
        news.close()
    assert news.told().kinds == TOLD, "closed: nothing is told"
    news.close()
