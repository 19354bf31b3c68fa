"""A managed switch, read by SNMP: Debian's snmpd in a network of its own, whose interfaces are the switch's ports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stationsim.box import SimulatedBox
from tests.support.servers.snmpd import AUTH, COMMUNITY, PRIVACY, USER, snmpd
from tests.unit.config.wording import STATION

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a network of its own"),
]
ASK = """
import json, sys
from gateway.config.ports.snmp import SnmpAccess
from gateway.core.ports import DeclaredPort, PortId, PortKind, PortState
from gateway.ports.neighbours.switch_question import SwitchQuestions
from gateway.ports.neighbours.switch_watch import ask_switch, switch_look, switches_of

access = SnmpAccess.model_validate({"host": "127.0.0.1", "port": 1161, **json.loads(sys.argv[1])})
ports = [DeclaredPort(PortId(PortKind.SNMP, f"127.0.0.1:{n}"), PortState.LOCKED) for n in json.loads(sys.argv[2])]
look = switch_look(ask_switch(SwitchQuestions(1.0), one) for one in switches_of(ports, [access]))
print(json.dumps({"found": {str(one.id): [one.is_occupied, one.identity, one.detail] for one in look.found},
                  "unseen": look.unseen}))
"""


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    """Two ports: `ge1` with a cable whose other end is up, `ge2` with one whose other end is not."""
    name = f"neighbours-{os.getpid()}"
    inside = ["ip", "-n", name]
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run([*inside, "link", "set", "lo", "up"], check=True)
        for index, port in ((11, "ge1"), (12, "ge2")):
            subprocess.run(
                [*inside, "link", "add", port, "index", str(index), "type", "veth", "peer", "name", f"far{index}"],
                check=True,
            )
            subprocess.run([*inside, "link", "set", port, "up"], check=True)
        subprocess.run([*inside, "link", "set", "far11", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


@pytest.fixture(scope="module")
def switch(namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), namespace):
        yield namespace


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, dict[str, str]]:
    kept = {}
    for name, text in {"community": COMMUNITY, "wrong": "another", "auth": AUTH, "privacy": PRIVACY}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
        kept[name] = {"file": str(tmp_path / name)}
    return kept


def ask(namespace: str, access: dict[str, Any], *ports: int) -> dict[str, Any]:
    said = subprocess.run(
        ["ip", "netns", "exec", namespace, sys.executable, "-c", ASK, json.dumps(access), json.dumps(ports)],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    shown: dict[str, Any] = json.loads(said.stdout)
    for secret in (COMMUNITY, AUTH, PRIVACY):
        assert secret not in said.stdout + said.stderr
    return shown


def versions(secrets: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"community": secrets["community"]},
        {"user": USER, "auth": secrets["auth"], "privacy": secrets["privacy"]},
    ]


@pytest.mark.parametrize("version", [0, 1], ids=["v2c", "v3"])
def test_a_port_with_a_link_is_told_from_one_without(
    switch: str, secrets: dict[str, dict[str, str]], version: int
) -> None:
    shown = ask(switch, versions(secrets)[version], 11, 12, 99)
    assert shown["unseen"] == {}
    found = shown["found"]
    assert [found[f"snmp:127.0.0.1:{n}"][0] for n in (11, 12, 99)] == [True, False, None]
    assert found["snmp:127.0.0.1:11"][1] == "ge1"
    assert "has a link" in found["snmp:127.0.0.1:11"][2]
    assert "no port 99" in found["snmp:127.0.0.1:99"][2]


def test_a_link_on_a_locked_port_is_a_violation(
    switch: str, secrets: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """As a person sees it: the whole way from the declaration to the exit code."""
    file, box = tmp_path / "gateway.yaml", SimulatedBox(tmp_path / "box")
    access = {"host": "127.0.0.1", "port": 1161, **versions(secrets)[1]}
    states = {1: "used", 11: "locked", 12: "used"}
    ports = [{"id": f"snmp:127.0.0.1:{index}", "state": state} for index, state in states.items()]
    policy = {"undeclared": "warning", "root": str(box.root), "snmp": [access]}
    file.write_text(
        f"{STATION}storage: {{path: {tmp_path}}}\nports: {json.dumps(ports)}\nports_policy: {json.dumps(policy)}\n",
        "utf-8",
    )
    audit = [sys.executable, "-m", "gateway", "ports", "audit", "--json", "--config", str(file)]
    said = subprocess.run(
        ["ip", "netns", "exec", switch, *audit], capture_output=True, text=True, timeout=90, check=False
    )
    assert said.returncode == 1, said.stderr
    found = {one["id"]: one["kind"] for one in json.loads(said.stdout)["violations"]}
    assert found == {"snmp:127.0.0.1:11": "link-on-locked", "snmp:127.0.0.1:12": "missing-device"}
    assert PRIVACY not in said.stdout + said.stderr


def test_many_ports_are_read_in_several_packets(switch: str, secrets: dict[str, dict[str, str]]) -> None:
    shown = ask(switch, versions(secrets)[0], *range(1, 33))
    assert shown["unseen"] == {}
    assert [n for n in range(1, 33) if shown["found"][f"snmp:127.0.0.1:{n}"][0] is not None][-2:] == [11, 12]


def test_who_may_not_ask_is_told_nothing_and_says_so(switch: str, secrets: dict[str, dict[str, str]]) -> None:
    for access in (
        {"community": secrets["wrong"]},
        {"user": USER, "auth": secrets["privacy"], "privacy": secrets["privacy"]},
        {"user": "nobody", "auth": secrets["auth"], "privacy": secrets["privacy"]},
        {"community": {"file": "/nowhere"}},
    ):
        shown = ask(switch, access, 11)
        assert shown["found"]["snmp:127.0.0.1:11"][0] is None
        assert shown["unseen"]["snmp"].startswith("127.0.0.1 ")


def test_a_switch_that_is_off_tells_nothing(namespace: str, secrets: dict[str, dict[str, str]]) -> None:
    shown = ask(namespace, {**versions(secrets)[0], "port": 1162}, 11)
    assert shown["found"]["snmp:127.0.0.1:11"][0] is None
    assert "snmp" in shown["unseen"]
