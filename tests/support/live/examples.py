"""The shipped example configurations, put to work on simulated stations: everything in them stays as integrators copy
it, but for addresses, destinations, and times that are short enough to watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.live.configuration import Server, Wanted, destination

EXAMPLES = Path(__file__).parents[3] / "config"
SLOT_MS, POLL_MS, LATE_AFTER_MS = 10_000, 2_000, 20_000


@dataclass(frozen=True, slots=True)
class Office:
    """An authority: how it is reached, and the folders that it was set to, as the receiver's list names them and as the
    simulator is told of them. `declares`: symbols and units of lines that no instrument measures."""

    name: str
    scheme: str
    folder: str
    layout: str
    interval_ms: int = SLOT_MS
    declares: tuple[tuple[str, str], ...] = ()
    omitted: tuple[str, ...] = ()

    def in_scenario(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "protocols": [self.scheme],
            "user": "station",
            "password": f"of-{self.name}",
            "layout": self.layout,
            "interval": f"{self.interval_ms // 1000}s",
            "declares": dict(self.declares),
            "late_after": f"{LATE_AFTER_MS // 1000}s",
        }

    def in_configuration(self, folder: Path, access: dict[str, Any], code: str) -> str:
        server = replace(Server.of(access, self.scheme), path=f"/{code}")
        omitted = ", ".join(f"{symbol}: omit" for symbol in self.omitted)
        return (
            destination(folder, Wanted(self.name, server))
            + f"    folder: {self.folder}\n    interval: {self.interval_ms // 1000}s\n"
            + (f"    symbols: {{{omitted}}}\n" if omitted else "")
        )


def content_of(file: Path) -> dict[str, Any]:
    """A YAML 1.2 file, in which NO is a gas."""
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(file)
    return content


def scenario_with(file: Path, offices: Sequence[Office], faults: Sequence[dict[str, Any]]) -> str:
    """The text of a bundled scenario with other authorities and faults."""
    head = file.read_text("utf-8").partition("\nauthorities:")[0].replace("every: 2s", "every: 1s")
    content = {"authorities": [office.in_scenario() for office in offices], "faults": list(faults)}
    return f"{head}\n{_text(content)}"


def put_to_work(
    example: str,
    folder: Path,
    instruments: dict[str, dict[str, Any]],
    authorities: dict[str, dict[str, Any]],
    offices: Sequence[Office],
) -> Path:
    """The example on this simulated station; its links bear the names of the simulator's instruments."""
    content = content_of(EXAMPLES / f"{example}.yaml")
    for name, link in content["links"].items():
        link.update({key: instruments[name][key] for key in ("host", "port", "device") if key in instruments[name]})
    for instrument in content["instruments"]:
        instrument["poll"] = f"{POLL_MS // 1000}s"
    content |= {"storage": {"path": str(folder / "storage")}, "reporting": {"slot": f"{SLOT_MS // 1000}s"}}
    content["clock"] = {"trust": "assume"}  # its time servers are not asked for a test
    del content["destinations"]
    content.pop("sampler", None)
    file = folder / "gateway.yaml"
    code = content["station"]["code"]
    destinations = [office.in_configuration(folder, authorities[office.name], code) for office in offices]
    file.write_text(f"{_text(content)}destinations:\n{''.join(destinations)}", "utf-8")
    return file


def _text(content: dict[str, Any]) -> str:
    written = StringIO()
    YAML(typ="safe", pure=True).dump(content, written)
    return written.getvalue()
