"""What messages of the kernel are about, and what is done where nobody may listen."""

from __future__ import annotations

import socket

import pytest

from gateway.core.ports import PortKind
from gateway.ports.kernel_news import TOLD, KernelNews, kinds_of


def message(action: str, path: str, subsystem: str) -> bytes:
    return f"{action}@{path}\0ACTION={action}\0DEVPATH={path}\0SUBSYSTEM={subsystem}\0SEQNUM=1\0".encode()


def test_each_message_is_about_its_kinds() -> None:
    plugged = message("add", "/devices/platform/soc/usb1/1-1/1-1.3", "usb")
    assert kinds_of([plugged]) == {PortKind.USB}
    assert kinds_of([message("change", "/devices/virtual/drm/card0", "drm"), plugged]) == {
        PortKind.USB,
        PortKind.DISPLAY,
    }
    assert kinds_of([message("add", "/devices/virtual/net/eth1", "net")]) == {PortKind.NET, PortKind.RADIO}


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"\0" * 100, b"add@/x", b"\0SUBSYSTEM=usb", b"libudev\0\xfe\xed\xca\xfe", message("change", "/x", "cpu")],
)
def test_what_is_about_no_port_is_worth_no_look(nonsense: bytes) -> None:
    assert kinds_of([nonsense]) == frozenset()


def test_where_nobody_may_listen_all_kinds_are_looked_at_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr("socket.socket", refuse)
    news = KernelNews()
    assert news.kinds() == TOLD
    assert [one.levelname for one in caplog.records] == ["WARNING", "WARNING"]
    news.close()


def test_the_running_kernel_can_be_listened_to_without_any_right() -> None:
    news = KernelNews()
    try:
        news.kinds()
        assert news.kinds() <= TOLD
    finally:
        news.close()
    assert news.kinds() == TOLD, "closed: nothing is told"
    news.close()
