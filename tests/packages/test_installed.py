"""A box with a fresh Debian and no network: the packages come, a station runs, they go, and what was measured stays
until it is purged."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import __version__
from tests.packages.conftest import Built
from tests.support.debian_machine import RELEASES, Machine

pytestmark = pytest.mark.root
WITHIN_S = 20
"""An installation, on a quiet machine with a disk; the test gives a busy one three times as long."""
HELP_WITHIN_S = 0.25
"""`gateway --help`, of the processor's time, which a busy machine stretches by half."""
HERE = Path(__file__).parent


@pytest.fixture(scope="module", params=sorted(RELEASES))
def told(request: pytest.FixtureRequest, built: Built) -> Iterator[dict[str, str]]:
    """What the machine said of each part, over two boots."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(request.param, Path(folder))
        for name in ("station-gateway", "station-gateway-cameras"):
            machine.put(built.package(name, "amd64"), f"/root/{name}.deb")
        shutil.copy(HERE / "all-files.sh", machine.shared)
        scripts = [(HERE / name).read_text("utf-8") for name in ("install.sh", "change.sh")]
        said = "".join(machine.boot(script, within_s=900) for script in scripts)
        yield {part: text.strip() for part, text in re.findall(r"^==== (.+)\n((?:(?!====).*\n)*)", said, re.MULTILINE)}


def test_it_installs_in_twenty_seconds_and_asks_nothing(told: dict[str, str]) -> None:
    for part in ("install", "cameras"):
        ended = re.search(r"exit 0 after ([\d.]+) s", told[part])
        assert ended is not None, told[part]
        assert float(ended[1]) < 3 * WITHIN_S
        assert "rror" not in told[part]


def test_it_waits_for_a_configuration_and_nothing_has_failed(told: dict[str, str]) -> None:
    assert told["units"].split() == ["enabled", "disabled", "disabled", "disabled", "disabled", "inactive"]
    assert told["failed"] == ""


def test_a_command_is_there_at_once(told: dict[str, str]) -> None:
    taken_s = [float(user) + float(system) for user, system in re.findall(r"processor (\S+) (\S+)", told["help"])]
    assert min(taken_s) <= 2 * HELP_WITHIN_S


def test_users_and_folders_are_as_the_units_need_them(told: dict[str, str]) -> None:
    assert told["users"].splitlines() == ["gateway dialout gateway-orders", "gateway", "gateway-relay"]
    assert told["folders"].splitlines() == [
        "drwxr-x--- root:gateway /etc/station-gateway",
        "drwxr-x--- root:gateway /etc/station-gateway/secrets",
        "drwxr-x--- gateway:gateway /var/lib/station-gateway",
    ]


def test_modules_are_compiled_for_the_python_that_is_there(told: dict[str, str]) -> None:
    (compiled,) = told["compiled"].splitlines()
    assert int(compiled.split()[0]) > 1000
    assert told["verify"] == "as packed"
    assert told["modules"] == "all there"


def test_nothing_of_the_users_environment_counts(told: dict[str, str]) -> None:
    assert re.fullmatch(rf"gateway {re.escape(__version__)} \(commit [0-9a-f]{{12}}\)", told["version"])


def test_a_station_runs_and_goes_on_after_a_boot_and_an_update(told: dict[str, str]) -> None:
    assert told["manual"].startswith('.TH "GATEWAY"')
    assert told["check"] == "exit 0"
    assert told["running"].splitlines()[0] == "active"
    assert "gateway đang chạy" in told["running"]
    assert (told["after the boot"].split(), told["again"]) == (["active", "active"], "active")


def test_what_was_measured_stays_when_the_packages_go(told: dict[str, str]) -> None:
    removed = told["removed"].splitlines()
    assert removed[:2] == ["exit 0", "inactive"]
    assert {"gateway.yaml", "secrets", "gateway.db"} <= set(removed)
    assert told["put back"].split() == ["active", "active", "enabled", "enabled", "disabled"]


def test_a_purge_leaves_nothing(told: dict[str, str]) -> None:
    assert told["purged"].splitlines() == ["exit 0", "as before", "nobody", "no group"], told["purged"]
