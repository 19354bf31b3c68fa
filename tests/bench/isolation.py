"""One dead unit among ten, on a serial bus at 9,600 baud and behind one TCP connection: do the nine keep their period,
and what does the dead one cost? The devices are the simulator's, and time is real: a minute."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from gateway.config import Configuration, load
from gateway.core.backoff import INSTRUMENT_LADDER_S
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.reading import Sample
from gateway.instruments.poller import LinkPoller
from gateway.instruments.registry import build_pollers
from gateway.runtime.clock import SystemClock
from tests.support.live.simulator import SimulatedStation

UNITS = 10
DEAD = 10
PERIOD_S = 1.0
TIMEOUT_MS = 200
SECONDS = 60.0
LINKS = {"bus": "RTU at 9,600 baud", "plc": "TCP"}


@dataclass(slots=True)
class Notes:
    """When each instrument's samples came, and how often the dead ones were asked in vain."""

    at_ms: dict[str, list[int]] = field(default_factory=dict)
    silences: Counter[str] = field(default_factory=Counter)

    def accept(self, sample: Sample) -> None:
        self.at_ms.setdefault(sample.instrument, []).append(sample.at_ms)

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        self.silences[name] += kind == "instrument" and state == "silent"
        return False


def main() -> None:
    logging.getLogger("gateway").setLevel(logging.ERROR)  # that the dead are silent is no news here
    with tempfile.TemporaryDirectory() as name:
        station = SimulatedStation(_scenario(), Path(name))
        try:
            configuration = load(_configuration(Path(name), station))
            notes = _polled(configuration)
        finally:
            station.stop()
    for link, words in LINKS.items():
        print(f"isolation: {words}: {_figure(notes, link)}")


def _polled(configuration: Configuration) -> Notes:
    notes, clock = Notes(), SystemClock()
    pollers = build_pollers(configuration, clock, notes, notes)
    threads = [threading.Thread(target=_live, args=(poller, clock)) for poller in pollers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return notes


def _live(poller: LinkPoller, clock: SystemClock) -> None:
    end_s = clock.now().mono_s + SECONDS
    while (now := clock.now()).mono_s < end_s:
        time.sleep(max(0.0, min(poller.step(now), end_s) - clock.now().mono_s))
    poller.close()


def _figure(notes: Notes, link: str) -> str:
    live = [notes.at_ms[f"{link}-{unit}"] for unit in range(1, UNITS + 1) if unit != DEAD]
    gaps_s = [(later - earlier) / 1000 for times in live for earlier, later in zip(times[1:], times[2:], strict=False)]
    fewest, expected = min(len(times) for times in live), round(SECONDS / PERIOD_S)
    asked = notes.silences[f"{link}-{DEAD}"]
    return (
        f"the nine: ≥ {fewest} of {expected} samples, period {median(gaps_s):.3f} s, longest gap {max(gaps_s):.2f} s;"
        f" the dead one was asked {asked} times, its ladder allows {_steps()} (goal: period kept, ≤ 1 time-out a step)"
    )


def _steps() -> int:
    """How often a dead instrument may be asked in the time: at its first turn, at its next one, for one silence may be
    an accident, then after each pause of the ladder."""
    asked, at_s = 1, PERIOD_S
    while at_s < SECONDS:
        at_s += TIMEOUT_MS / 1000 + INSTRUMENT_LADDER_S[min(asked - 1, len(INSTRUMENT_LADDER_S) - 1)]
        asked += 1
    return asked


def _scenario() -> str:
    units = "".join(
        f"      {unit}: {{parameters: {{@{unit}: {{unit: mg/L, register: 'holding:0', type: float32,"
        " signal: {base: 5, noise: 0.1}}}}\n"
        for unit in range(1, UNITS + 1)
    )
    return f"""\
name: isolation
seed: 1
slot: 5min
station: {{province: HN, facility: ABCD, code: NUO001, kind: wastewater, timezone: Asia/Ho_Chi_Minh}}
instruments:
  - name: bus
    type: modbus-rtu
    baudrate: 9600
    units:
{units.replace("@", "B")}
  - name: plc
    type: modbus-tcp
    listen: 127.0.0.1:0
    units:
{units.replace("@", "P")}
faults:
  - {{at: 0s, for: 1h, instrument: bus, unit: {DEAD}, kind: silent}}
  - {{at: 0s, for: 1h, instrument: plc, unit: {DEAD}, kind: silent}}
"""


def _configuration(folder: Path, station: SimulatedStation) -> Path:
    bus, plc = station.instruments["bus"], station.instruments["plc"]
    instruments = "".join(
        f"  - name: {link}-{unit}\n    link: {link}\n    unit: {unit}\n    poll: {PERIOD_S:g}s\n    parameters:\n"
        f"      - {{symbol: {link[0].upper()}{unit}, custom: true, unit: mg/L, register: 'holding:0', type: float32}}\n"
        for link in LINKS
        for unit in range(1, UNITS + 1)
    )
    file = folder / "gateway.yaml"
    file.write_text(
        f"""\
station: {{name: Song Hong, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
links:
  bus: {{type: modbus-rtu, device: {bus["device"]}, baudrate: 9600, timeout: {TIMEOUT_MS}ms}}
  plc: {{type: modbus-tcp, host: {plc["host"]}, port: {plc["port"]}, timeout: {TIMEOUT_MS}ms}}
instruments:
{instruments}""",
        encoding="utf-8",
    )
    return file


if __name__ == "__main__":
    main()
