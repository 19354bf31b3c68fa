"""Whatever stands in a profile: it makes a configuration, or it is told with a file and a line."""

from __future__ import annotations

import random
from importlib import resources
from pathlib import Path

import pytest

from gateway.config import load
from gateway.core.errors import ConfigError, Problem

STATION = """\
station: {name: Trạm thử, province: HN, facility: ABCD, code: KHI001, kind: ambient_air}
links: {line: {type: tcp, host: 192.168.1.11, port: 4001}, plc: {type: modbus-tcp, host: 192.168.1.10}}
instruments:
  - name: device
    link: LINK
    profile: broken
    parameters: [{measures: TAKEN, symbol: device, custom: true, name: x, unit: x, scale: 1}]
"""
INSTEAD = (
    "null",
    "[]",
    "{}",
    "-1",
    "1e999",
    "'",
    "&a [*a]",
    "..",
    "true",
    "2026-02-30",
    "(?P<x>",
    '"\\x00"',
    "!!set {a}",
)


@pytest.mark.parametrize(
    ("name", "link", "quantity"),
    [
        ("teledyne-t400", "plc\n    unit: 1", "O3"),
        ("vaisala-wxt520", "line", "WS"),
        ("teledyne-t200-hessen", "line\n    bayern_hessen: {address: 1}", "NO"),
    ],
)
def test_a_broken_profile_is_told_and_never_a_surprise(tmp_path: Path, name: str, link: str, quantity: str) -> None:
    file, station = tmp_path / "instruments/broken.yaml", tmp_path / "gateway.yaml"
    file.parent.mkdir()
    station.write_text(STATION.replace("LINK", link).replace("TAKEN", quantity), encoding="utf-8")
    shipped = resources.files("gateway.config.profiles") / "shipped" / f"{name}.yaml"
    sound = shipped.read_text("utf-8").replace(f"profile: {name}", "profile: broken")
    file.write_text(sound, encoding="utf-8")
    load(station, {})
    dice = random.Random(name)
    told: list[Problem] = []
    for _ in range(30):
        file.write_text(_broken(sound, dice), encoding="utf-8")
        try:
            load(station, {})
        except ConfigError as error:
            told += error.problems
    assert len(told) > 10
    assert {Path(one.file).name for one in told} <= {"broken.yaml", "gateway.yaml"}
    assert all(one.wrong and one.right for one in told)


def _broken(text: str, dice: random.Random) -> str:
    """A line lost or doubled, a value replaced, an end torn off."""
    lines = text.splitlines()
    at = dice.randrange(len(lines))
    match dice.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines[at] = lines[at].split(":")[0] + ": " + dice.choice(INSTEAD)
        case 3:
            start = dice.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:start] + dice.choice(INSTEAD) + lines[at][start + 3 :]
        case _:
            return text[: dice.randrange(len(text))]
    return "\n".join(lines) + "\n"
