"""What another configuration changes: no more than it must, and nothing that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import Configuration, load
from gateway.config.difference import ConfigurationDifference, difference
from gateway.config.secret_places import secret_marks, secrets_in
from tests.support.shipped import EXAMPLES
from tests.unit.config.wording import STATION, edited, load_text

KEY = b"of this run"
SECOND = """\
  - name: bo-tnmt
    authority: ministry
    url: sftp://nuo001@ftp.example.vn/BO
    password: {env: BO_TNMT}
    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
  - name: third
    authority: ministry
    url: ftp://nuo001@elsewhere.example.vn/
    password: {env: BO_TNMT}
"""
VALVES = """\
    calibration:
      {every: 1d, at: "02:00", link: bus, unit: 9, zero: {coil: 1, for: 5min, reference: {pH: 7}}, purge: 2min}
"""


def of(folder: Path, *edits: tuple[str, str], text: str | None = None) -> ConfigurationDifference:
    before = load_text(edited() if text is None else text, folder)
    changed = text or STATION
    for old, new in edits:
        assert old in changed
        changed = changed.replace(old, new, 1)
    after = load_text(changed, folder)
    return difference(before, after, secret_marks(before, KEY), secret_marks(after, KEY))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_the_same_file_read_twice_differs_in_nothing(example: Path) -> None:
    one, other = load(example, check_secrets=False), load(example, check_secrets=False)
    found = difference(one, other, secret_marks(one, KEY), secret_marks(other, KEY))
    assert found == ConfigurationDifference()
    assert found.is_nothing


def test_another_comment_is_nothing(tmp_path: Path) -> None:
    assert of(tmp_path, ("station:", "# as the authority has it\nstation:")).is_nothing


@pytest.mark.parametrize(
    ("edit", "links"),
    [
        (("poll: 10s", "poll: 20s"), {"bus"}),
        (("usb-port0", "usb-port1"), {"bus"}),
        (("scale: 0.1", "scale: 0.2"), {"plc"}),
        (("host: 192.168.1.10}", "host: 192.168.1.10}\n  new: {type: modbus-tcp, host: 192.168.1.11}"), {"new"}),
        (("link: bus", "link: plc"), {"bus", "plc"}),
    ],
)
def test_only_links_that_are_asked_otherwise_are_others(edit: tuple[str, str], links: set[str], tmp_path: Path) -> None:
    found = of(tmp_path, edit)
    assert found.links == links
    assert not found.destinations
    assert not found.needs_restart
    assert found.is_measured_otherwise


def test_destinations_of_one_account_are_others_together(tmp_path: Path) -> None:
    found = of(tmp_path, ("NUO001\n    password", "NUO002\n    password"), text=STATION + SECOND)
    assert (found.links, found.destinations) == (set(), {"so-tnmt", "bo-tnmt"})
    assert not found.is_measured_otherwise


def test_one_that_is_removed_is_another(tmp_path: Path) -> None:
    third = SECOND[SECOND.index("  - name: third") :]
    assert of(tmp_path, (third, ""), text=STATION + SECOND).destinations == {"third"}


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (("code: NUO001", "code: NUO002"), "station.code"),
        (("facility: ABCD", "facility: ABCE"), "station.facility"),
        (("slot: 5min", "slot: 10min"), "reporting.slot"),
        (("kind: wastewater", "kind: wastewater\n  timezone: Asia/Tokyo"), "station.timezone"),
        (("reporting:", "storage: {path: /elsewhere}\nreporting:"), "storage.path"),
    ],
)
def test_what_a_run_has_one_of_needs_a_restart(edit: tuple[str, str], place: str, tmp_path: Path) -> None:
    assert of(tmp_path, edit).needs_restart == (place,)


def test_a_secret_with_another_content_is_told_by_its_place_and_its_destination_begins_anew(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("hunter2")
    text = edited(("{env: SO_TNMT}", f"{{file: {secret}}}"))
    before = load_text(text, tmp_path)
    marks = secret_marks(before, KEY)
    secret.write_text("hunter3")
    found = difference(before, before, marks, secret_marks(before, KEY))
    assert found.secrets == ("destinations.so-tnmt.password",)
    assert found.destinations == {"so-tnmt"}
    assert found.touches("destinations")
    assert not found.is_nothing
    assert b"hunter" not in b"".join(mark or b"" for mark in marks.values())
    assert secret_marks(before, b"of another run") != secret_marks(before, KEY)


def test_every_reference_of_the_fullest_example_is_seen() -> None:
    wastewater = load(next(one for one in EXAMPLES if one.stem == "wastewater"), check_secrets=False)
    assert {place for place, _ in secrets_in(wastewater)} >= {
        f"destinations.{one.name}.password" for one in wastewater.destinations if one.password is not None
    }


def test_an_instrument_and_the_link_of_its_valves_go_together(tmp_path: Path) -> None:
    text = edited(("    poll: 5s\n", f"    poll: 5s\n{VALVES}"))
    configuration: Configuration = load_text(text, tmp_path)
    assert configuration.instruments[0].calibration is not None
    assert of(tmp_path, ("usb-port0", "usb-port1"), text=text).links == {"bus", "plc"}
