"""A station of every kind of value, its readings put straight into the database: conversions, formulas, a running
total, a direction that is weighed, hours. What it keeps is made by the stages themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.app import settings
from gateway.config import Configuration, load
from gateway.core.interfaces import Instant
from gateway.core.reading import NO_ANSWER, Parameter, Reading, Readings, Status
from gateway.core.slot import slot_of
from gateway.files.filer import Filer
from gateway.outbox.planner import Planner
from gateway.readings.packing import Row
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.store import Block, Layout
from gateway.records.closer import Closer
from gateway.records.derivations import DerivationStore
from gateway.reports.explain.slot import Explanation, explain
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.trust import CountedFrom1970

POLL_MS = 20_000
USUAL = {"O2": 8.0, "Temp": 150.0, "P": 100.0, "SO2": 200.0, "NOx": 100.0, "Flow": 10_000.0, "WS": 3.0, "WD": 355.0}
"""Of everything but rain."""
DESTINATION = "so-tnmt"
HOURLY = "bo-tnmt"

YAML = """
station: {{name: Ống khói, province: HN, facility: ABCD, code: KHT001, kind: emission}}
storage: {{path: {storage}}}
clock: {{trust: assume}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1}}
instruments:
  - name: analyser
    link: plc
    unit: 1
    poll: 20s
    parameters:
      - {{symbol: O2, unit: "%V", register: "holding:0", type: float32, decimals: 2}}
      - {{symbol: Temp, unit: oC, register: "holding:2", type: float32, decimals: 1}}
      - {{symbol: P, unit: kPa, register: "holding:4", type: float32, decimals: 2}}
      - {{symbol: SO2, unit: mg/Nm3, register: "holding:6", type: float32, decimals: 2,
         convert: {{standard: {{temperature: Temp, pressure: P}}, dry: {{moisture: 12}},
                   oxygen: {{reference: 6, measured: O2, wet: true}}}}}}
      - {{symbol: NOx, unit: mg/Nm3, register: "holding:8", type: float32, decimals: 2,
         convert: {{ppm: 46.006, oxygen: {{reference: 6, measured: O2}}}}}}
      - {{symbol: Flow, unit: m3/h, register: "holding:10", type: float32, decimals: 0,
         convert: {{standard: {{temperature: Temp, pressure: P}}, dry: {{moisture: 12}}}}}}
  - name: mast
    link: plc
    unit: 2
    poll: 20s
    parameters:
      - {{symbol: WS, unit: m/s, register: "holding:0", type: float32, decimals: 1}}
      - {{symbol: WD, unit: degree, register: "holding:2", type: float32, decimals: 0}}
      - {{symbol: Rain, unit: mm, register: "holding:4", type: uint16, scale: 0.1, decimals: 1, counter: total}}
computed:
  - {{symbol: SO2_load, custom: true, unit: kg/h, decimals: 3, mass_flow: {{concentration: SO2, flow: Flow}}}}
  - {{symbol: Both, custom: true, unit: mg/Nm3, decimals: 1, formula: "SO2 + 2 * NOx"}}
destinations:
  - {{name: so-tnmt, authority: province, url: "ftps://u@ftp.example.vn/KHT001", password: {{env: HOME}}}}
  - {{name: bo-tnmt, authority: ministry, interval: 60min, url: "ftps://u@ftp.example.vn/N", password: {{env: HOME}}}}
"""


def usual(symbol: str, at_ms: int) -> Reading:
    """Values that grow a little from poll to poll; rain a tenth of a millimetre each."""
    polls = (at_ms - MIDNIGHT_MS) // POLL_MS
    value = round(100 + polls * 0.1, 1) if symbol == "Rain" else USUAL[symbol] + polls * 0.013
    return Reading(value, Status.MEASURING)


class ExplainedStation:
    """One database. `fill` keeps readings, `close` does what the clerk does until then."""

    def __init__(self, folder: Path) -> None:
        self.journey = Journey(folder)
        self.journey.database.read("PRAGMA synchronous = OFF")  # what is tested here is not the disk
        file = folder / "gateway.yaml"
        file.write_text(YAML.format(storage=folder), "utf-8")
        self.file = file
        self.configuration: Configuration = load(file, {"HOME": "secret"})
        self.measured: dict[str, tuple[Parameter, ...]] = {
            one.name: tuple(parameter.measured for parameter in one.parameters)
            for one in self.configuration.instruments
        }
        journey, configuration = self.journey, self.configuration
        derivations = DerivationStore(journey.database)
        derivations.adopt(configuration.derivation, MIDNIGHT_MS - HOUR_MS)
        self.board = ParameterBoard(journey.database, journey.readings, SLOT_MS, configuration.station.zone)
        self._closer = Closer(
            journey.readings,
            journey.records,
            settings.closing_rules(configuration),
            settings.expectations(configuration),
            (MIDNIGHT_MS - HOUR_MS) / 1000,
            [],
            lambda: True,
            CountedFrom1970(),
            derivations,
            self.board,
        )
        self._filer = Filer(journey.files, settings.renderings(configuration))
        self._planner = Planner(journey.plans, settings.subscriptions(configuration), lambda: None)

    def block(self, instrument: str, at_ms: int, readings: Sequence[Reading]) -> Block:
        aggregations = self.configuration.aggregations
        parameters = self.measured[instrument]
        found = tuple(aggregations.get(one) for one in parameters)
        layout = Layout(instrument, POLL_MS, parameters, found if any(found) else ())
        return Block(layout, slot_of(at_ms, SLOT_MS), (Row(at_ms, Readings.of(readings)),))

    def fill(self, from_ms: int, until_ms: int, of: Callable[[str, int], Reading | None]) -> None:
        """Every poll of the time. `of` says what each parameter is at an instant; `None` of an instrument's first: that
        poll is lost."""
        blocks = []
        for at_ms in range(from_ms, until_ms, POLL_MS):
            for instrument, parameters in self.measured.items():
                readings = [of(parameter.symbol, at_ms) for parameter in parameters]
                if readings[0] is not None:
                    blocks.append(self.block(instrument, at_ms, [one or NO_ANSWER for one in readings]))
        self.journey.readings.add(blocks, until_ms)

    def close(self, wall_ms: int) -> None:
        for stage in (self._closer, self._filer, self._planner):
            for _ in range(20):
                stage.step(Instant(wall_ms, wall_ms / 1000))

    def explain(self, end_ms: int, destination: str | None = None, now_ms: int | None = None) -> Explanation:
        now_ms = end_ms + HOUR_MS if now_ms is None else now_ms
        return explain(self.journey.database, self.configuration, end_ms, now_ms, destination, runs_now=True)
