"""The systemd units, judged by systemd itself, and held against what the programs and their guides promise."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cameras.feed import feed_socket
from gateway.cli.cameras.relay import RUN_TIME_FOLDER
from gateway.cli.options import DEFAULT_CONFIG
from gateway.config.web import WebSettings
from gateway.ports.policy import drift, state_folder, steps
from gateway.runtime import process

ROOT = Path(__file__).parents[2]
UPGRADE = ROOT / "systemd/station-gateway-upgrade.service"
"""Root's watch of an upgrade, without a sandbox: it installs packages."""
UNITS = sorted(set((ROOT / "systemd").glob("*.service")) - {UPGRADE})
PORTS = ROOT / "systemd/station-gateway-ports.service"
"""Root's oneshot: it ends, and is started by a timer."""
DAEMONS = [unit for unit in UNITS if unit != PORTS]
GATEWAY, CAMERAS, RELAY, WEB = (
    ROOT / f"systemd/station-gateway{name}.service" for name in ("", "-cameras", "-relay", "-web")
)
INSTALLED = "/opt/station-gateway/bin/gateway"
STRICTEST = 2.0
"""`systemd-analyze security`: the exposure of the strictest services."""


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program is not None, "systemd-analyze is missing: apt-get install systemd"
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def settings(section: str, file: Path = GATEWAY) -> dict[str, str]:
    """What stands once in a section; of what stands several times, the last."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(file.read_text("utf-8"))
    return dict(unit[section])


@pytest.fixture(params=UNITS, ids=lambda unit: unit.stem)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A unit with a program that this machine has: systemd looks whether it is there."""
    file: Path = request.param
    text = file.read_text("utf-8")
    assert f"ExecStart={INSTALLED} " in text
    unit = tmp_path / file.name
    unit.write_text(text.replace(INSTALLED, sys.executable), encoding="utf-8")
    return unit


def test_systemd_understands_every_line(here: Path) -> None:
    judged = analyze("verify", "--man=no", "--recursive-errors=no", here)
    about_it = [line for line in judged.stderr.splitlines() if "station-gateway" in line]
    assert (judged.returncode, about_it) == (0, [])


def test_a_line_that_systemd_does_not_understand_is_noticed(here: Path) -> None:
    """Else the test above could not fail: systemd only warns of most mistakes."""
    here.write_text(here.read_text("utf-8").replace("PrivateTmp=yes", "PrivateTemp=yes"), encoding="utf-8")
    judged = analyze("verify", "--man=no", "--recursive-errors=no", here)
    assert any("station-gateway" in line and "PrivateTemp" in line for line in judged.stderr.splitlines())


def test_the_sandbox_is_as_strict_as_the_strictest(here: Path) -> None:
    judged = analyze("security", "--offline=true", f"--threshold={int(STRICTEST * 10)}", here)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("file", [GATEWAY, CAMERAS, WEB], ids=lambda unit: unit.stem)
def test_a_configuration_error_is_no_restart_loop_and_anything_else_is(file: Path) -> None:
    service = settings("Service", file)
    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("always", "2")


@pytest.mark.parametrize("file", DAEMONS, ids=lambda unit: unit.stem)
def test_it_is_started_again_for_ever(file: Path) -> None:
    assert settings("Service", file)["Restart"] == "always"
    assert settings("Unit", file)["StartLimitIntervalSec"] == "0", "systemd would give up on what was killed often"


@pytest.mark.parametrize("file", DAEMONS, ids=lambda unit: unit.stem)
def test_it_watches_and_waits_as_the_program_promises(file: Path) -> None:
    service = settings("Service", file)
    assert service["Type"] == "notify"
    assert float(service["WatchdogSec"]) >= 10 * process.LOOK_EVERY_S
    assert float(service["TimeoutStopSec"]) > process.STOP_WITHIN_S + process.LAST_COMMIT_WITHIN_S


def test_it_reads_and_writes_where_the_guides_say() -> None:
    service = settings("Service")
    environment = [line for line in GATEWAY.read_text("utf-8").splitlines() if line.startswith("Environment=")]
    assert f"Environment=GATEWAY_CONFIG={DEFAULT_CONFIG}" in environment
    assert (service["StateDirectory"], service["ConfigurationDirectory"]) == ("station-gateway", "station-gateway")
    install = (ROOT / "docs/install.md").read_text("utf-8")
    assert f"{INSTALLED} /usr/local/bin/gateway" in install
    assert settings("Unit")["Documentation"] == "file:///usr/share/doc/station-gateway/docs/integrator.md"
    assert "cp -r README.md docs config /usr/share/doc/station-gateway/" in install, (
        "where the unit's Documentation= points"
    )


def test_ports_can_be_watched_from_inside() -> None:
    service = settings("Service")
    assert "AF_NETLINK" in service["RestrictAddressFamilies"].split(), "the kernel's news of plugs and links"
    assert "PrivateNetwork" not in service, "links and listeners would be those of another network"
    assert "InaccessiblePaths" not in service, "/sys tells what there is"


def test_the_recorder_works_beside_the_gateway() -> None:
    gateway, recorder = settings("Service"), settings("Service", CAMERAS)
    same = ("User", "Group", "StateDirectory", "StateDirectoryMode", "ConfigurationDirectory", "EnvironmentFile")
    assert {name: recorder[name] for name in same} == {name: gateway[name] for name in same}
    assert recorder["ExecStart"] == f"{INSTALLED} cameras run"
    assert f"Environment=GATEWAY_CONFIG={DEFAULT_CONFIG}" in CAMERAS.read_text("utf-8").splitlines()
    assert "PrivateUsers" not in recorder, "the recorder could not see who connects to the relay's socket"


def test_the_relay_is_fed_by_the_recorder_and_can_read_nothing_else() -> None:
    relay, recorder = settings("Service", RELAY), settings("Service", CAMERAS)
    socket = Path("/run", recorder["RuntimeDirectory"], feed_socket.SOCKET_NAME)
    assert relay["ExecStart"] == f"{INSTALLED} cameras relay --socket {socket}"
    assert socket.parent == RUN_TIME_FOLDER
    assert (relay["User"], relay["Group"]) == (feed_socket.RELAY_USER, feed_socket.RELAY_USER)
    assert relay["User"] != recorder["User"]
    assert "EnvironmentFile" not in relay
    assert "SupplementaryGroups" not in relay
    assert relay["InaccessiblePaths"].split() == [
        f"-{DEFAULT_CONFIG.parent}",
        f"-/var/lib/{recorder['StateDirectory']}",
    ]
    guide = (ROOT / "docs/cameras.md").read_text("utf-8")
    assert f"adduser --system --group --no-create-home --home /nonexistent {relay['User']}" in guide


def test_the_page_may_read_what_the_gateway_keeps_and_writes_its_own_folder_alone() -> None:
    page, gateway = settings("Service", WEB), settings("Service")
    assert page["ExecStart"] == f"{INSTALLED} web"
    assert f"Environment=GATEWAY_CONFIG={DEFAULT_CONFIG}" in WEB.read_text("utf-8").splitlines()
    assert page["User"] != gateway["User"]
    assert page["Group"] == gateway["Group"]
    assert f"/var/lib/{page['StateDirectory']}" == str(WebSettings().storage)
    assert page["UMask"] == "0027", "the gateway reads what people ask for there"
    assert "ReadWritePaths" not in page
    assert "EnvironmentFile" not in page, "passwords of destinations may stand there"
    assert page["InaccessiblePaths"] == f"-{DEFAULT_CONFIG.parent}/secrets"
    for guide in ("page.md", "page.vi.md"):
        text = (ROOT / "docs" / guide).read_text("utf-8")
        assert f"--ingroup {page['Group']} {page['User']}" in text


def test_whoever_looks_measuring_and_sending_go_first() -> None:
    page = settings("Service", WEB)
    assert float(page["CPUWeight"]) < 100
    assert float(page["IOWeight"]) < 100
    assert {"MemoryMax", "TasksMax"} <= set(page)
    assert int(page["OOMScoreAdjust"]) > 0


def test_the_oneshot_of_ports_is_root_with_one_capability_and_none_of_the_gateways_secrets() -> None:
    ports = settings("Service", PORTS)
    assert ports["ExecStart"] == f"{INSTALLED} ports policy keep"
    assert (ports["Type"], ports["CapabilityBoundingSet"]) == ("oneshot", "CAP_NET_ADMIN")
    assert "User" not in ports
    assert ports["InaccessiblePaths"].split() == [f"-{DEFAULT_CONFIG.parent}", "-/var/lib/station-gateway"]
    assert f"/var/lib/{ports['StateDirectory']}" == f"/{state_folder.KEPT}"
    assert f"/run/{ports['RuntimeDirectory']}" == f"/{state_folder.VOLATILE}"
    assert "RemainAfterExit" not in ports, "the timer would not start it again"


def test_ports_are_closed_before_the_network_is_there_and_read_back_before_a_report_is_old() -> None:
    unit, timer = settings("Unit", PORTS), settings("Timer", PORTS.with_suffix(".timer"))
    assert "network-pre.target" in unit["Before"].split()
    assert "nftables.service" in unit["After"].split(), "it takes away whatever was loaded before"
    assert float(timer["OnBootSec"]) < steps.STARTING_FOR_S
    assert 3 * float(timer["OnUnitInactiveSec"]) <= drift.STALE_AFTER_S
