"""What is refused in `clock`, what is warned of, and what its texts mean."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.config import TimeServer, TrustPolicy
from tests.unit.config.wording import STATION, faults, load_text, warnings

AT = STATION.count("\n") + 1
"""The line of `clock:` at the end of the station's file."""


def with_clock(*lines: str) -> str:
    return STATION + "clock:\n" + "".join(f"  {line}\n" for line in lines)


FAULTS = {
    "host_is_none": ("servers: ['time server']", "servers[0]", "neither a host name nor an IP address"),
    "port_out_of_range": ("servers: ['a.vn:70000']", "servers[0]", "'70000' is no port"),
    "port_zero": ("servers: ['a.vn:0']", "servers[0]", "'0' is no port"),
    "port_endless": (f"servers: ['a.vn:{'9' * 5000}']", "servers[0]", "is no port"),
    "port_with_zeros": (f"servers: ['a.vn:000001{'9' * 5000}']", "servers[0]", "is no port"),
    "port_of_another_script": ("servers: ['a.vn:١٢٣']", "servers[0]", "is no port"),
    "port_no_number": ("servers: ['[::1]:ntp']", "servers[0]", "'ntp' is no port"),
    "port_missing": ("servers: ['a.vn:']", "servers[0]", "'' is no port"),
    "ipv6_is_none": ("servers: ['[fe80::x]:123']", "servers[0]", "'fe80::x' is no IPv6 address"),
    "url": ("servers: ['ntp://a.vn']", "servers[0]", "'//a.vn' is no port"),
    "number": ("servers: [123]", "servers[0]", "is not a time server; write host, host:port, or [IPv6 address]:port"),
    "one_text": ("servers: a.vn", "servers", "is not a list"),
    "twice": ("servers: [a.vn, b.vn, 'A.vn.:123']", "servers", "stands twice"),
    "max_offset_finer_than_a_network": ("max_offset: 1ms", "max_offset", "1ms is out of bounds; write 50ms to 1min"),
    "max_offset_absurd": ("max_offset: 1h", "max_offset", "1h is out of bounds"),
    "no_unit": ("max_offset: 1", "max_offset", "1 has no unit"),
    "too_often": ("servers: [a.vn]\n  check_every: 30s", "check_every", "30s is too often for servers of other people"),
    "never": ("check_every: 100d", "check_every", "100d is out of bounds"),
    "give_up_at_once": ("give_up: 0s", "give_up", "0ms is out of bounds"),
    "trust_unknown": ("trust: always", "trust", "is none of the choices; write 'wait' or 'assume'"),
    "key_unknown": ("max_offsett: 1s", "max_offsett", "is an unknown key; did you mean max_offset?"),
}


@pytest.mark.parametrize(("line", "path", "wrong"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place(line: str, path: str, wrong: str, tmp_path: Path) -> None:
    (said,) = faults(with_clock(line), tmp_path)
    assert f": clock.{path}: " in said
    assert wrong in said
    assert int(said.split(":")[1]) > AT


def test_every_fault_is_named(tmp_path: Path) -> None:
    assert len(faults(with_clock("servers: ['a b', 'c d']", "give_up: 0s", "trust: x"), tmp_path)) == 4


@pytest.mark.parametrize(
    ("text", "server", "shown"),
    [
        ("vn.pool.ntp.org", TimeServer("vn.pool.ntp.org"), "vn.pool.ntp.org"),
        ("time.example.vn:123", TimeServer("time.example.vn"), "time.example.vn"),
        ("10.0.0.1:4123", TimeServer("10.0.0.1", 4123), "10.0.0.1:4123"),
        ("2001:db8::1", TimeServer("2001:db8::1"), "[2001:db8::1]"),
        ("[2001:DB8::1]", TimeServer("2001:db8::1"), "[2001:db8::1]"),
        ("[::1]:4123", TimeServer("::1", 4123), "[::1]:4123"),
    ],
)
def test_a_server_is_a_host_and_perhaps_a_port(text: str, server: TimeServer, shown: str, tmp_path: Path) -> None:
    (found,) = load_text(with_clock(f"servers: ['{text}']"), tmp_path).clock.servers
    assert found == server
    assert str(found) == shown


def test_without_the_section_nobody_is_asked_and_trust_is_waited_for(tmp_path: Path) -> None:
    clock = load_text(STATION, tmp_path).clock
    assert clock.servers == ()
    assert clock.trust is TrustPolicy.WAIT
    assert (clock.max_offset, clock.check_every) == (timedelta(seconds=1), timedelta(minutes=15))
    assert clock.give_up == timedelta(minutes=30)


def test_a_server_on_this_machine_may_be_asked_often(tmp_path: Path) -> None:
    servers = "servers: ['127.0.0.1:4123', '[::1]:4123', localhost]"
    assert load_text(with_clock(servers, "check_every: 1s"), tmp_path).clock.check_every == timedelta(seconds=1)


def clock_warnings(folder: Path, *lines: str) -> list[str]:
    return [one for one in warnings(with_clock(*lines), folder) if ": clock" in one]


def test_fewer_servers_than_three_are_warned_of(tmp_path: Path) -> None:
    assert clock_warnings(tmp_path, "servers: [a.vn, b.vn, c.vn]") == []
    (two,) = clock_warnings(tmp_path, "servers: [a.vn, b.vn]")
    assert "disagree" in two
    (one,) = clock_warnings(tmp_path, "servers: [a.vn]")
    assert "whatever it says" in one
    (none,) = clock_warnings(tmp_path, "max_offset: 2s")
    assert "name three or more" in none


def test_what_assume_means_is_said(tmp_path: Path) -> None:
    (said,) = clock_warnings(tmp_path, "servers: [a.vn, b.vn, c.vn]", "trust: assume")
    assert "by a clock that nobody has vouched for" in said
