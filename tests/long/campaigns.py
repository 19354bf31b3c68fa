"""What is tried beyond `./test`, when there is time: the same promises, with many more accidents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.suite import Outcome, Run, once_more
from tests.support.debian_machine import RELEASES


@dataclass(frozen=True, slots=True)
class Ended:
    """How a campaign ended, and which of its failures passed when run again."""

    is_good: bool
    passed_again: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Campaign:
    """`minutes`: what it usually takes on two cores. `run(seed, again)`: once; `again`: failures once more."""

    name: str
    what: str
    minutes: float
    run: Callable[[int, bool], Ended]
    arguments: Sequence[str] = ()
    """Of pytest: its files and folders, and what it chooses of them."""


def bare(release: str) -> Campaign:
    def run(_: int, again: bool) -> Ended:
        command = [*_root(), sys.executable, "-m", "tests.long.bare", release]
        if subprocess.run(command, check=False).returncode == 0:
            return Ended(True)
        is_good = again and subprocess.run(command, check=False).returncode == 0
        return Ended(is_good, [f"bare-{release}"] if is_good else [])

    what = f"both commands on a fresh {RELEASES[release]}: as root, and as a plain user with sudo"
    return Campaign(f"bare-{release}", what, 8, run)


def pytest(
    name: str,
    what: str,
    minutes: float,
    arguments: Sequence[str],
    environment: Callable[[int], Mapping[str, str]] = lambda _: {},
) -> Campaign:
    """A campaign of tests. `environment(seed)`: how much of what, and by which chance."""

    def run(seed: int, again: bool) -> Ended:
        more = environment(seed)
        whole = [*arguments, "-o", "timeout=3600", f"--hypothesis-seed={seed}"]
        found: Outcome = Run(whole, as_root=True, environment=more).wait()
        return Ended(*once_more(found, more)) if again else Ended(found.is_good)

    return Campaign(name, what, minutes, run, tuple(arguments))


def package(release: str) -> Campaign:
    return pytest(
        f"package-{release}",
        f"the package on a booted {RELEASES[release]}: it comes, gives way, comes back by itself, and goes",
        10,
        ["tests/survival/test_packages.py"],
        lambda _: {"GATEWAY_PACKAGES": release},
    )


def _benchmarks(_: int, again: bool) -> Ended:
    command = [sys.executable, "-m", "tests.bench.smoke"]
    if subprocess.run(command, check=False).returncode == 0:
        return Ended(True)
    is_good = again and subprocess.run(command, check=False).returncode == 0
    return Ended(is_good, ["benchmarks"] if is_good else [])


def _root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo"]


SYSTEMS = tuple(map(bare, RELEASES))
CAMPAIGNS = (
    Campaign("benchmarks", "each benchmark runs, at its smallest size", 1, _benchmarks),
    pytest(
        "crashes",
        "the station killed 80 times at random moments, database and journal 200 times while writing",
        11,
        [
            "tests/crash",
            "tests/unit/db/test_anchor.py",
            "tests/unit/db/test_connection.py",
            "tests/unit/journal",
            "tests/unit/audit/test_killed_digests.py",
        ],
        lambda seed: {"GATEWAY_CRASHES": "80", "GATEWAY_CRASH_SEED": str(seed), "GATEWAY_EXAMPLES": "10"},
    ),
    pytest(
        "alerts",
        "the daemon killed fifty times between an event and the call that tells of it; how long ten targets wait",
        8,
        ["tests/e2e/test_killed_alerts.py"],
        lambda seed: {
            "GATEWAY_ALERT_KILLS": "50", "GATEWAY_ALERT_SEED": str(seed), "GATEWAY_ALERT_TARGETS": "10",
        },
    ),
    pytest(
        "orders",
        "a coach station killed two hundred times while orders come in, the line is cut and the server fails, and at"
        " every point of the way; files beside a flood of orders",
        12,
        ["tests/e2e/test_orders.py", "tests/unit/orders/test_kills.py"],
        lambda seed: {
            "GATEWAY_ORDER_KILLS": "200", "GATEWAY_ORDER_SEED": str(seed), "GATEWAY_ORDER_SLOTS": "6",
        },
    ),
    pytest(
        "reload",
        "another configuration taken over a hundred times while a station measures, and killed in the middle of twenty;"
        " twenty times while a backlog of hundreds of files drains, and told to end in the middle of ten",
        15,
        ["tests/e2e/test_reload.py", "tests/e2e/test_reload_deliveries.py"],
        lambda seed: {"GATEWAY_RELOADS": "100", "GATEWAY_RELOAD_KILLS": "20", "GATEWAY_RELOAD_SEED": str(seed)},
    ),
    pytest(
        "acceptance",
        "the acceptance test killed eight times at random moments, and passed in the end",
        5,
        ["tests/e2e/test_accept.py"],
        lambda seed: {"GATEWAY_ACCEPTANCE_KILLS": "8", "GATEWAY_ACCEPTANCE_SEED": str(seed)},
    ),
    pytest(
        "first-configuration",
        "gateway init killed at each of its questions, and walked in both languages in a terminal",
        6,
        ["tests/e2e/test_init.py", "tests/e2e/test_init_walks.py"],
        lambda _: {"GATEWAY_INIT_KILLS": "all"},
    ),
    pytest(
        "guides",
        "what the guides say to type for installing, backing up, putting back and uninstalling, typed",
        4,
        ["tests/e2e/test_guides_unit.py"],
        lambda _: {"GATEWAY_GUIDES": "all"},
    ),
    pytest(
        "lossy-lines",
        "instruments on lines that lose or garble one frame in ten: slots of eight questions a poll, by twelve chances",
        6,
        ["-n", "2", "tests/contract/instruments/test_lossy_lines.py"],
        lambda seed: {"GATEWAY_LOSSY_SEEDS": "12", "GATEWAY_LOSSY_SEED": str(seed)},
    ),
    pytest(
        "bits",
        "ten flipped bits in every column of every table, and in the file's bytes; and a running station's card",
        8,
        ["-n", "2", "tests/survival/test_bits.py", "tests/survival/test_damaged_station.py"],
        lambda seed: {"GATEWAY_BIT_SEEDS": "10", "GATEWAY_BIT_SEED": str(seed)},
    ),
    pytest(
        "rollbacks",
        "an older database put back twelve times under a live station, and two hundred copies and logs looked at",
        6,
        ["tests/survival/test_rollbacks.py", "tests/unit/db/test_write_ahead_log.py"],
        lambda seed: {
            "GATEWAY_ROLLBACKS": "12", "GATEWAY_ROLLBACK_FLIPS": "200", "GATEWAY_ROLLBACK_SEED": str(seed),
        },
    ),
    pytest(
        "recoveries",
        "databases with zeroed pages, garbage and flipped bits, and what comes back of each",
        5,
        ["-n", "2", "tests/unit/audit/test_recovery.py", "tests/unit/audit/test_recovery_by_pages.py"],
        lambda seed: {"GATEWAY_RECOVERIES": "25", "GATEWAY_RECOVERY_SEED": str(seed)},
    ),
    pytest(
        "authorities",
        "files of two hours at every server and at some eighty odd receivers; the contract suite on all servers",
        12,
        ["-n", "2", "tests/contract/uplinks"],
        lambda _: {"GATEWAY_SERVERS": "all"},
    ),
    pytest(
        "limit-tables",
        "every kind of nonsense at every place of an own table of limits",
        3,
        ["tests/unit/config/standards"],
        lambda _: {"GATEWAY_TABLE_PLACES": "1000"},
    ),
    pytest(
        "properties",
        "every property with ten times the examples, forty times those of ./test",
        6,
        ["-n", "2", "-m", "hypothesis", "tests/property", "tests/unit/uplinks",
         "tests/contract/uplinks/test_odd_ftp_servers.py", "--ignore=tests/property/test_config_mutations.py"],
        lambda _: {"GATEWAY_EXAMPLES": "10"},
    ),
    pytest(
        "properties of units",
        "the properties of single units, with as many",
        5,
        ["-n", "2", "-m", "hypothesis", "tests/unit", "hardware-sim/tests", "--ignore=tests/unit/uplinks"],
        lambda _: {"GATEWAY_EXAMPLES": "10"},
    ),
    pytest(
        "configurations",
        "six thousand damaged configurations",
        4,
        ["-n", "2", "tests/property/test_config_mutations.py"],
        lambda _: {"CONFIG_MUTATIONS": "2000"},
    ),
    pytest(
        "clocks",
        "boxes with wrong clocks: 1970, 2030, 2099, steps of 90 s and of an hour, killed meanwhile, nobody to ask",
        6,
        ["tests/survival/test_clocks.py"],
        lambda seed: {"GATEWAY_CLOCKS": "all", "GATEWAY_CLOCK_SEED": str(seed)},
    ),
    pytest(
        "cameras",
        "two cameras, their recorder and the relay killed, cut and silenced 200 times",
        12,
        ["tests/survival/test_cameras.py"],
        lambda seed: {"GATEWAY_CAMERA_ACCIDENTS": "200", "GATEWAY_CAMERA_SEED": str(seed)},
    ),
    pytest(
        "brokers",
        "a broker of three nodes, killed and stopped 20 times while three stations send",
        8,
        ["tests/survival/test_broker_cluster.py"],
        lambda seed: {"GATEWAY_CLUSTER_ACCIDENTS": "20", "GATEWAY_CLUSTER_SEED": str(seed)},
    ),
    pytest(
        "package",
        "the packages of both architectures built twice, installed on both Debians, removed and purged",
        15,
        ["tests/packages"],
        lambda _: {"GATEWAY_PACKAGES": "build"},
    ),
    pytest(
        "fleet",
        "booted Debians by Ansible: two stations installed, configured, refused, upgraded in waves, collected from; "
        "and three brokers that are one, whichever of them goes",
        45,
        ["tests/e2e/test_fleet.py", "tests/e2e/test_fleet_brokers.py"],
        lambda _: {"GATEWAY_FLEET": "1"},
    ),
    pytest(
        "page",
        "every page of two stations with sixty days, on phone, tablet and screen, by eye, by keyboard, on paper",
        15,
        ["tests/e2e/test_page_in_a_browser.py"],
        lambda _: {"GATEWAY_WALK_DAYS": "60"},
    ),
    pytest(
        "slow page",
        "whoever holds a connection to the page and gives nothing for it, with the page's own deadlines",
        8,
        ["tests/contract/web/test_slow_connections.py"],
        lambda _: {"GATEWAY_REAL_DEADLINES": "1"},
    ),
    pytest(
        "viewers",
        "somebody looks at a camera for ten minutes, and somebody does not read what he asked for",
        11,
        ["tests/e2e/test_camera_relay.py"],
        lambda _: {"GATEWAY_RELAY_LOOK_S": "600"},
    ),
    *map(package, RELEASES),
)  # fmt: skip
