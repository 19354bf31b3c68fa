"""A name that nobody answers for holds a link no longer than its time-out, and never a device that was found before."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from gateway.instruments.lines.host_cache import HostCache
from gateway.instruments.lines.tcp_line import TcpLine
from gateway.runtime.clock import SystemClock
from tests.support.resolver import hanging_resolver

SOON_S = 5.0
"""Far below the resolver's patience, far above what a busy machine takes."""


def test_a_resolver_that_hangs_costs_no_more_than_the_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    line = TcpLine("plc.example.vn", 502, 0.2, SystemClock())
    with hanging_resolver(monkeypatch):
        start_s = time.monotonic()
        with pytest.raises(TimeoutError, match=r"looking up plc.example.vn took longer than 0.2 s"):
            line.open()
        assert time.monotonic() - start_s < SOON_S
    line.release()


def test_a_hanging_look_up_is_waited_for_again_and_not_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = HostCache("plc.example.vn", 502)
    with hanging_resolver(monkeypatch) as asked:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                hosts.find(0.05)
        assert asked == ["plc.example.vn"]


def test_a_device_that_was_found_once_is_reached_without_a_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as device:
        line = TcpLine("localhost", device.getsockname()[1], 2.0, SystemClock())
        line.open()
        line.close()
        with hanging_resolver(monkeypatch) as asked:
            line.open()
            assert asked == ["localhost"]
            assert line.is_open
        line.close()
        with monkeypatch.context() as patched:
            patched.setattr(socket, "getaddrinfo", _no_such_name)
            line.open()
            assert line.is_open
        line.release()


def test_a_device_that_moved_is_found_at_its_new_address(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = HostCache("plc.example.vn", 502)
    for address in ("192.0.2.1", "192.0.2.2"):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 502))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, there=found, **__: there)
        assert hosts.find(SOON_S) == found


def test_a_name_that_is_none_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = HostCache("plc.example.vn", 502)
    monkeypatch.setattr(socket, "getaddrinfo", _no_such_name)
    with pytest.raises(socket.gaierror):
        hosts.find(SOON_S)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 502))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert hosts.find(SOON_S) == found


def test_stopping_ends_a_look_up_and_every_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    line = TcpLine("plc.example.vn", 502, 20.0, SystemClock())
    with hanging_resolver(monkeypatch) as asked:
        failed: list[OSError] = []

        def open_it() -> None:
            try:
                line.open()
            except OSError as error:
                failed.append(error)

        opening = threading.Thread(target=open_it)
        opening.start()
        while not asked and opening.is_alive():
            opening.join(0.01)
        line.interrupt()
        opening.join(SOON_S)
        assert len(failed) == 1
        with pytest.raises(InterruptedError):
            line.open()
    line.release()


def _no_such_name(*_: object, **__: object) -> None:
    raise socket.gaierror("no such name")
