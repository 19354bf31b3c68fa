"""The whole station: opens what the scenario names, watches the authorities, closes in the reverse order."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stationsim import build
from stationsim.authority.office import Office, Places
from stationsim.authority.tally import Score
from stationsim.clock import Clock
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.rtu import RtuBus
from stationsim.modbus.tcp import listen
from stationsim.scenario import InstrumentModel, Scenario, TcpInstrumentModel
from stationsim.truth import TruthFile

Say = Callable[[dict[str, Any]], None]

_LOOK_S = 0.25
_LOOKS_PER_SCORE = 4


async def run(scenario: Scenario, folder: Path, clock: Clock, say: Say, stop: asyncio.Event) -> None:
    """Runs until `stop` is set; `folder` exists. `say` gets the events, the final scores after everything is closed.

    Raises OSError when something cannot be opened; then nothing is left open.
    """
    async with AsyncExitStack() as closing:
        offices = [_open_office(scenario, n, folder, clock, closing) for n in range(len(scenario.authorities))]
        truth = TruthFile(folder / "truth.jsonl")
        closing.callback(truth.close)
        instruments = await _open_instruments(scenario, folder, clock, truth, closing)
        authorities = {office.name: office.access for office in offices}
        paths = {"out": str(folder), "truth": str(folder / "truth.jsonl")}
        say({"event": "ready", **paths, "instruments": instruments, "authorities": authorities})
        await _watch(offices, say, stop)
    for office in offices:
        say(_score_event(office, office.look(thoroughly=True)) | {"final": True})


def _open_office(scenario: Scenario, n: int, folder: Path, clock: Clock, closing: AsyncExitStack) -> Office:
    model = scenario.authorities[n]
    places = Places(folder / "authorities" / model.name, folder / "keys" / model.name)
    for place in (places.root, places.keys):
        place.mkdir(parents=True, exist_ok=True)
    office = Office(scenario, model, places, clock)
    closing.callback(office.close)
    return office


async def _open_instruments(
    scenario: Scenario, folder: Path, clock: Clock, truth: TruthFile, closing: AsyncExitStack
) -> dict[str, dict[str, Any]]:
    """Where each can be reached, as the ready line shows it."""
    signals, plan = build.signals(scenario), build.fault_plan(scenario)
    reached = {}
    for model in scenario.instruments:
        units = {number: build.unit(unit, signals.value) for number, unit in model.units.items()}
        instrument = Instrument(model.name, units, plan, clock, truth)
        reached[model.name] = {"type": model.type} | await _open(instrument, model, folder, closing)
    return reached


async def _open(
    instrument: Instrument, model: InstrumentModel, folder: Path, closing: AsyncExitStack
) -> dict[str, str | int]:
    if isinstance(model, TcpInstrumentModel):
        opened = await listen(instrument, *model.address)
        closing.push_async_callback(opened.close)
        host, port = opened.address
        return {"host": host, "port": port}
    link = folder / f"{model.name}.pty"
    bus = RtuBus(instrument, link, baudrate=model.baudrate, bits_per_character=model.bits_per_character)
    closing.callback(bus.close)
    return {"device": str(link)}


async def _watch(offices: list[Office], say: Say, stop: asyncio.Event) -> None:
    """Looks several times a second, so that a half-written file is seen; says a score at most once a second."""
    said: dict[str, Score] = {}
    looks = 0
    while not await _is_set_within(stop, _LOOK_S):
        looks += 1
        for office in offices:
            score = await asyncio.to_thread(office.look)
            if looks % _LOOKS_PER_SCORE == 0 and score != said.get(office.name):
                said[office.name] = score
                say(_score_event(office, score))


async def _is_set_within(stop: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _score_event(office: Office, score: Score) -> dict[str, Any]:
    return {"event": "score", "authority": office.name, **asdict(score)}
