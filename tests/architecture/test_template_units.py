"""The units of a second station in the same box: the plain ones, but for the names of folders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.config.interview.places import usual_places

UNITS = Path(__file__).parents[2] / "systemd"
NAMES = ("", "-cameras", "-relay", "-web")
_RULES = (
    (r"/etc/station-gateway(?=[/ ]|$)", "/etc/station-gateway-%i"),
    (r"/var/lib/station-gateway(?=[/ .]|$)", "/var/lib/station-gateway-%i"),
    (r"/run/station-gateway-cameras", "/run/station-gateway-cameras-%i"),
    (r"/var/cache/station-gateway-relay", "/var/cache/station-gateway-relay-%i"),
    (r"^((?:State|Configuration|Runtime|Cache)Directory=\S+)$", r"\1-%i"),
    (r"station-gateway-cameras\.service", "station-gateway-cameras@%i.service"),
    (r"(systemctl edit station-gateway(?:-\w+)?)", r"\1@NAME"),
    (r"^Description=Station Gateway", "Description=Station Gateway %i"),
)


def template_of(plain: str) -> str:
    """The unit of another station, made of the plain one."""
    for pattern, put in _RULES:
        plain = re.sub(pattern, put, plain, flags=re.MULTILINE)
    return plain


@pytest.mark.parametrize("name", NAMES)
def test_a_second_stations_unit_differs_in_names_only(name: str) -> None:
    plain = (UNITS / f"station-gateway{name}.service").read_text("utf-8")
    template = (UNITS / f"station-gateway{name}@.service").read_text("utf-8")
    assert template == template_of(plain), f"write station-gateway{name}@.service anew: python {__file__}"


def test_what_a_second_station_is_offered_is_where_its_units_may_write() -> None:
    places = usual_places("station-gateway-north")
    written = {"": places.storage, "-cameras": places.video, "-web": places.page_storage}
    for name, folder in written.items():
        template = (UNITS / f"station-gateway{name}@.service").read_text("utf-8")
        (own,) = re.findall(r"^StateDirectory=(\S+)$", template, re.MULTILINE)
        assert folder is not None
        assert Path(folder).is_relative_to(Path("/var/lib") / own.replace("%i", "north"))
    first = usual_places("station-gateway")
    assert not {places.page, places.relay} & {first.page, first.relay}
    assert first.page_storage is None


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_first_station_is_left_in_it(name: str) -> None:
    template = (UNITS / f"station-gateway{name}@.service").read_text("utf-8")
    settings = "\n".join(line for line in template.splitlines() if not line.startswith("#"))
    folders = re.findall(r"(?:/(?:etc|run|var/lib|var/cache)/|Directory=)(station-gateway[\w%-]*)", settings)
    assert [one for one in folders if not one.endswith("-%i")] == []


if __name__ == "__main__":
    for name in NAMES:
        plain = UNITS / f"station-gateway{name}.service"
        plain.with_name(f"station-gateway{name}@.service").write_text(template_of(plain.read_text("utf-8")), "utf-8")
