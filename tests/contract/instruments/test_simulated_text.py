"""The simulator's text devices, which encode independently, read through real terminals and sockets: every value is one
that the simulator wrote down as shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import stationsim
from gateway.core.interfaces import Instrument
from gateway.core.reading import Status
from tests.contract.instruments.text_devices import instrument, serial, tcp
from tests.support.live.simulator import SimulatedStation

PATIENT = "5s"


def device(name: str, poll: str = "5s", **content: Any) -> dict[str, Any]:
    return {"name": name, "link": "line", "poll": poll, **content}


def parameter(symbol: str, unit: str, **more: Any) -> dict[str, Any]:
    return {"symbol": symbol, "unit": unit, **more}


STACK = [
    device(
        "analyser",
        ak={},
        parameters=[
            parameter("O2", "%V", channel="K1", field=1),
            parameter("SO2", "mg/Nm3", field=2),
            parameter("NOx", "mg/Nm3", field=3),
            parameter("CO", "mg/Nm3", channel="K4", field=1),
        ],
    ),
    device(
        "dust",
        ascii={
            "request": "R\r",
            "response": r"PM=(?P<PM>[-0-9.]+);ST=(?P<status>\d)\*(?P<checksum>[0-9A-F]{2})",
            "checksum": {"type": "xor", "over": {"before": "*"}},
        },
        status={"calibrating": ["1"], "fault": ["2"]},
        parameters=[parameter("PM", "mg/Nm3")],
    ),
]
AIR = [
    device(
        "gases",
        bayern_hessen={"address": 10},
        parameters=[parameter("NO", "ug/Nm3"), parameter("NO2", "ug/Nm3", id=11)],
    ),
    device(
        "dust",
        poll="3s",
        ascii={
            "streaming": True,
            "response": r"\$(?P<PM10>[0-9.]+),(?P<PM25>[0-9.]+),(?P<status>\d)\*(?P<checksum>[0-9A-F]{2})",
            "checksum": {"type": "xor", "over": {"after": "$", "before": "*"}},
        },
        status={"calibrating": ["1"], "fault": ["2"]},
        parameters=[parameter("PM10", "ug/Nm3"), parameter("PM2,5", "ug/Nm3", group="PM25")],
    ),
    device(
        "mast",
        poll="4s",
        ascii={
            "streaming": True,
            "response": r"WS (?P<WS>\S+) WD (?P<WD>\S+) TA (?P<Temp>\S+) RH (?P<RH>\S+) PA (?P<P>\S+) RI (?P<Rain>\S+)"
            r" SR (?P<Rad>\S+) ST (?P<status>\d)\*(?P<checksum>[0-9A-F]{4})",
            "checksum": {"type": "crc16", "over": {"before": "*"}},
        },
        status={"calibrating": ["1"], "fault": ["2"]},
        parameters=[
            parameter(symbol, unit, **({"counter": "total"} if symbol == "Rain" else {}))
            for symbol, unit in (
                ("WS", "m/s"),
                ("WD", "degree"),
                ("Temp", "oC"),
                ("RH", "%"),
                ("P", "hPa"),
                ("Rain", "mm"),
                ("Rad", "W/m2"),
            )
        ],
    ),
]


def test_a_stack(tmp_path: Path) -> None:
    assert_read_as_shown("emission", STACK, tmp_path)


def test_an_ambient_air_station(tmp_path: Path) -> None:
    assert_read_as_shown("ambient-air", AIR, tmp_path)


MAST = """\
name: mast
seed: 1
slot: 10s
station: {province: DN, facility: TTQT, code: KHI102, kind: ambient_air}
instruments:
  - name: talker
    type: nmea
    listen: 127.0.0.1:0
    every: 200ms
    sentences: ["WIMWV,{WD},R,{WS},M,{status}", "WIMWV,0,T,9.9,N,A"]
    parameters:
      WD: {unit: degree, decimals: 0, signal: {base: 120, noise: 20}}
      WS: {unit: m/s, signal: {base: 3, noise: 1}}
  - name: asked
    type: nmea
    listen: 127.0.0.1:0
    sentences: ["WIMDA,,,,,{Temp},C,,,71.3,,,,,,,,,,,", "WIXDR,C,9,C,X,H,{RH},P,0,P,{P},H,0"]
    parameters:
      P: {unit: hPa, signal: {base: 1013, noise: 1}}
      Temp: {unit: oC, signal: {base: -1, noise: 1}}
      RH: {unit: "%", signal: {base: 71, noise: 3}}
"""
TALKER = [
    parameter("WD", "degree", sentence="MWV", field=1, reference="R"),
    parameter("WS", "m/s", sentence="MWV", field=3, reference="R", says_unit="M"),
]
ASKED = [
    parameter("P", "hPa", sentence="XDR", transducer={"type": "P", "id": "0"}, says_unit="H"),
    parameter("Temp", "oC", sentence="MDA", field=5),
    parameter("RH", "%", sentence="XDR", transducer={"type": "H", "id": "0"}, says_unit="P"),
]


def test_a_weather_mast(tmp_path: Path) -> None:
    talker = device("talker", poll="400ms", nmea={}, parameters=TALKER)
    asked = device("asked", nmea={"talker": "WI", "asks_as": "II"}, parameters=ASKED)
    assert_scenario_is_read_as_shown(MAST, [talker, asked], tmp_path)


BUS = """\
name: bus
seed: 1
slot: 10s
station: {province: CT, facility: SHAU, code: NMT101, kind: surface_water}
instruments:
  - name: bus
    type: sdi12
    listen: 127.0.0.1:0
    echo: true
    sensors:
      "0":
        lasts: 1
        parameters:
          Temp: {unit: oC, signal: {base: -0.2, noise: 1}}
          pH: {unit: "-", decimals: 2, signal: {base: 7, noise: 1}}
          DO: {unit: mg/L, decimals: 4, signal: {base: 6, noise: 1}}
          COD: {unit: mg/L, decimals: 4, signal: {base: 30, noise: 9}}
          BOD5: {unit: mg/L, decimals: 4, signal: {base: 20, noise: 9}}
          TSS: {unit: mg/L, decimals: 4, signal: {base: 2, noise: 1}}
"""
SONDE = [
    parameter("Temp", "oC", command="C", field=1),
    parameter("pH", "-", command="C", field=2),
    parameter("DO", "mg/L", command="C", field=3),
    parameter("BOD5", "mg/L", command="C", field=5),
    parameter("TSS", "mg/L", command="R0", field=6),
]


def test_a_sonde(tmp_path: Path) -> None:
    sonde = device("bus", sdi12={"address": "0", "identity": "14SIMULATE"}, parameters=SONDE)
    assert_scenario_is_read_as_shown(BUS, [sonde], tmp_path, 1)


def assert_read_as_shown(scenario: str, devices: list[dict[str, Any]], folder: Path) -> None:
    assert_scenario_is_read_as_shown(stationsim.scenario(scenario).read_text("utf-8"), devices, folder)


def assert_scenario_is_read_as_shown(
    scenario: str, devices: list[dict[str, Any]], folder: Path, times: int = 3
) -> None:
    station = SimulatedStation(scenario, folder)
    try:
        seen: dict[str, list[dict[str, float | None]]] = {content["name"]: [] for content in devices}
        with connected(station, devices) as instruments:
            for _ in range(times):
                for one in instruments:
                    readings = one.read()
                    assert {reading.status for reading in readings} == {Status.MEASURING}
                    named = zip(one.parameters, readings, strict=True)
                    seen[one.name].append({parameter.symbol: reading.value for parameter, reading in named})
                time.sleep(0.3)
    finally:
        station.stop()
    for name, polls in seen.items():
        shown = [
            {symbol: float(value) for symbol, value in line["values"].items()}
            for line in station.truth()
            if line["instrument"] == name
        ]
        for poll in polls:
            for symbol, value in poll.items():
                assert any(line.get(symbol) == value for line in shown), (name, symbol, value)


@contextmanager
def connected(station: SimulatedStation, devices: list[dict[str, Any]]) -> Iterator[list[Instrument]]:
    with ExitStack() as stack:
        instruments = []
        for content in devices:
            where = station.instruments[content["name"]]
            link = tcp(where["port"], timeout=PATIENT) if "port" in where else serial(where["device"], timeout=PATIENT)
            stack.callback(link.close)
            instruments.append(instrument(content, link))
        yield instruments
