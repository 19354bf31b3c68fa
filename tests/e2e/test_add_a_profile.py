"""The guide `docs/add-a-profile.md`, followed to the letter: a probe that nobody makes, in exactly the files that it
names, played on the simulator, shown, and used by a station; and as an integrator's own file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config import ModbusDevice, load
from tests.support.guide import PROJECT, Followed, Guide, followed_in_a_copy
from tests.support.live.gateway import command

pytestmark = pytest.mark.timeout(300)

GUIDE = Guide.read(PROJECT / "docs/add-a-profile.md")
PROFILE = "gateway/config/profiles/shipped/acme-ph7.yaml"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    with followed_in_a_copy(GUIDE, tmp_path_factory.mktemp("project")) as copy:
        yield copy


def test_what_it_says_is_enough(followed: Followed) -> None:
    assert followed.changed == set(GUIDE.listed) == set(GUIDE.shown)
    played = followed.succeed("pytest", "-k", "acme-ph7", "tests/contract/instruments/test_shipped_profiles.py")
    assert "5 passed" in played
    done = command("instruments", "show", "acme-ph7")
    assert done.returncode == 0, done.stderr
    assert "not tried on a real device" in done.stdout
    assert "BA 0042/2025-06, pages 31 to 33" in done.stdout


def test_as_an_integrators_own_file_it_does_the_same(tmp_path: Path) -> None:
    (tmp_path / "instruments").mkdir()
    [profile] = [block.content for block in GUIDE.blocks if block.path == PROFILE]
    (tmp_path / "instruments/acme-ph7.yaml").write_text(profile, encoding="utf-8")
    file = tmp_path / "gateway.yaml"
    file.write_text(GUIDE.block("yaml", "station:").replace("path: data", f"path: {tmp_path}"), encoding="utf-8")
    configuration = load(file, {})
    (probe,) = configuration.instruments
    assert isinstance(probe, ModbusDevice)
    assert [(one.line, str(one.register), one.range) for one in probe.parameters] == [
        ("pH", "input:0", (0, 14)),
        ("Temp", "input:2", (-10, 80)),
    ]
    assert len(probe.status) == 2
    assert [one.source for one in configuration.profiles] == [str(tmp_path / "instruments/acme-ph7.yaml")]
