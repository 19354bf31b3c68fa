"""Switches and how they let themselves be read: each without the other is a mistake, and no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, faults, load_text, warnings

PORTS = """\
ports:
  - {id: "snmp:192.168.1.2:3", state: locked, seal: TEM-000126}
  - {id: "snmp:192.168.1.2:4", state: used, match: Gi0/4, for: PLC}
ports_policy:
  snmp:
    - {host: 192.168.1.2, user: gateway, auth: {env: SO_TNMT}, privacy: {env: RELAY}, privacy_method: aes256}
"""


def with_switch(before: str = "", after: str = "") -> str:
    assert before in PORTS
    return STATION + PORTS.replace(before, after, 1)


def test_a_switch_with_its_account_is_told_nothing_of(tmp_path: Path) -> None:
    assert faults(with_switch(), tmp_path) == []
    assert [one for one in warnings(with_switch(), tmp_path) if "snmp" in one] == []
    access = load_text(with_switch(), tmp_path).ports_policy.snmp[0]
    assert access.auth is not None
    assert (access.auth.reveal(), access.auth_method.value, access.port) == ("throw-away", "sha256", 161)
    assert "throw-away" not in str(access) + repr(access) + access.model_dump_json()


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ('"snmp:192.168.1.2:3"', '"snmp:192.168.1.3:3"', "nobody can ask 192.168.1.3 about its ports"),
        ("user: gateway", "community: {env: SO_TNMT}, user: gateway", "has to say who asks, once"),
        ("user: gateway, ", "", "has to say who asks, once"),
        ("user: gateway, auth: {env: SO_TNMT}", "user: gateway", "hides what nobody proves"),
        ("user: gateway", "community: {env: SO_TNMT}", "has passwords and no user"),
        ("auth: {env: SO_TNMT}", "auth: public", "is written out; a secret is never in the file"),
        ("host: 192.168.1.2,", "host: 192.168.1.2:161,", "has the port in it"),
        (
            "privacy_method: aes256}",
            "privacy_method: aes256}\n    - {host: 192.168.1.2, community: {env: RELAY}}",
            "192.168.1.2 stands twice",
        ),
    ],
)
def test_what_cannot_work_is_said(tmp_path: Path, before: str, after: str, wrong: str) -> None:
    found = faults(with_switch(before, after), tmp_path)
    assert [one for one in found if wrong in one], found
    assert "public" not in "".join(found)


def test_a_switch_that_is_never_asked_is_warned_of(tmp_path: Path) -> None:
    text = STATION + PORTS.replace("snmp:192.168.1.2:", "tcp:192.168.1.2:").replace(", match: Gi0/4", "")
    assert [one for one in warnings(text, tmp_path) if "no port of this switch is declared" in one]


def test_a_secret_that_is_not_there_is_warned_of(tmp_path: Path) -> None:
    found = warnings(with_switch("{env: SO_TNMT}, privacy", "{env: NOT_THERE}, privacy"), tmp_path)
    assert [one for one in found if "ports_policy.snmp[0].auth" in one and "NOT_THERE is not set" in one], found
