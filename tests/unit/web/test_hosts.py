"""By which names browsers may come."""

from __future__ import annotations

import pytest

from gateway.web.hosts import is_our_host

NAMES = ("Tram-Quan-Trac.example.vn", "tram2.")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "localhost",
        "LOCALHOST:8080",
        "[::1]:8443",
        "[fe80::1]",
        "203.0.113.7:8443",
        "tram-quan-trac.example.vn",
        "TRAM-quan-trac.example.vn.:443",
        "tram2:1",
    ],
)
def test_addresses_and_our_names_are_ours(host: str) -> None:
    assert is_our_host(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8080",
        "evil.example#127.0.0.1",
        "127.0.0.1@evil.example",
        "127.0.0.1:80:80",
        "127.0.0.1:x",
        "[::1",
        "[::1]evil.example",
        "[evil.example]",
        "0x7f000001",
        "2130706433",
        "127.1",
        "127.0.0.1 evil.example",
        "tram-quan-trac.example.vn.evil.example",
    ],
)
def test_whatever_else_is_refused(host: str) -> None:
    """A page of evil.example may let its name lead here."""
    assert not is_our_host(host, NAMES)
