"""The shipped examples: each is complete, correct, and loads quickly without the libraries of other rooms."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import StationKind, load
from tests.support.shipped import ALL_EXAMPLES, CONFIG, EXAMPLES

ROOT = Path(__file__).parents[3]


def test_there_is_one_for_each_common_kind() -> None:
    kinds = {load(example, {}, check_secrets=False).station.kind for example in EXAMPLES}
    assert kinds >= {
        StationKind.WASTEWATER,
        StationKind.EMISSION,
        StationKind.AMBIENT_AIR,
        StationKind.COACH_STATION,
    }


@pytest.mark.parametrize("example", ALL_EXAMPLES, ids=lambda example: example.stem)
def test_loads_without_a_warning(example: Path) -> None:
    configuration = load(example, {}, check_secrets=False)
    assert configuration.warnings == ()
    assert configuration.active_destinations or configuration.order_destination


@pytest.mark.parametrize("name", ["wastewater.yaml", "wastewater.vi.yaml"])
def test_what_is_written_out_of_ports_can_be_taken_as_it_is(name: str, tmp_path: Path) -> None:
    text = (CONFIG / name).read_text("utf-8")
    written = re.search(r"^# ports:\n(#   .*\n)+# ports_policy: .*\n", text, re.MULTILINE)
    assert written is not None
    file = tmp_path / "gateway.yaml"
    file.write_text(text + re.sub("^# ", "", written[0], flags=re.MULTILINE), encoding="utf-8")
    configuration = load(file, {}, check_secrets=False)
    assert configuration.warnings == ()
    assert configuration.ports is not None
    assert len({one.id.kind for one in configuration.ports}) >= 9


def test_importing_the_configuration_brings_in_no_network_library() -> None:
    program = "import sys, gateway.config; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"paramiko", "pymodbus", "serial", "sqlite3", "ftplib"} & set(loaded.stdout.split())


def test_importing_the_configuration_warns_of_nothing() -> None:
    """pydantic said: field name "register" shadows an attribute in parent, and took it for the field's default."""
    program = "import gateway.config as c; print(c.ModbusMeasured.model_fields['register'].is_required())"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("True", "")


@pytest.mark.parametrize("example", [one for one in ALL_EXAMPLES if "coach" not in one.stem], ids=lambda one: one.stem)
def test_what_is_written_out_of_equipment_can_be_taken_as_it_is(example: Path, tmp_path: Path) -> None:
    text = example.read_text("utf-8")
    written = re.search(r"^# equipment:\n(#   .*\n)+", text, re.MULTILINE)
    assert written is not None
    file = tmp_path / "gateway.yaml"
    file.write_text(text + "\n" + re.sub("^# ", "", written[0], flags=re.MULTILINE), encoding="utf-8")
    configuration = load(file, {}, check_secrets=False)
    assert configuration.warnings == ()
    assert configuration.validities
    measured = {line.line for one in configuration.equipment for line in configuration.measured_by(one)}
    assert measured == {line.line for one in configuration.instruments for line in one.parameters}
