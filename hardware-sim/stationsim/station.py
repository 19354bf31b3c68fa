"""The whole station: opens what the scenario names, watches the authorities, closes in the reverse order."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stationsim import build
from stationsim.acts import ActFile, Acts
from stationsim.authority.authority import Places, SimulatedAuthority
from stationsim.authority.tally import Score
from stationsim.box import SimulatedBox
from stationsim.box.script import furnish
from stationsim.box.script import steps as box_steps
from stationsim.cameras.camera import CameraError, SimulatedCamera, missing
from stationsim.clock import Clock
from stationsim.faults import FaultPlan
from stationsim.lines.pty import PtyLine
from stationsim.lines.responder import Responder
from stationsim.lines.tcp import TcpPort
from stationsim.lines.unplugging import Line, pull
from stationsim.model import Scenario
from stationsim.model.box import BoxEventModel
from stationsim.model.neighbour import DoorEventModel
from stationsim.neighbours.neighbour import SimulatedNeighbour
from stationsim.ntp.server import TimeServer
from stationsim.onvif.device import OnvifDevice
from stationsim.profiles import InstrumentModel
from stationsim.road.administration import SimulatedRoadAdministration
from stationsim.road.tally import RoadScore
from stationsim.script import Step, play
from stationsim.truth import TruthFile

Say = Callable[[dict[str, Any]], None]
Scored = SimulatedAuthority | SimulatedRoadAdministration

_log = logging.getLogger(__name__)

_LOOK_S = 0.25
_LOOKS_PER_SCORE = 4


async def run(scenario: Scenario, folder: Path, clock: Clock, say: Say, stop: asyncio.Event) -> None:
    """Runs until `stop` is set; `folder` exists. `say` gets the events, the final scores after everything is closed.

    Raises OSError when something cannot be opened; then nothing is left open.
    """
    async with AsyncExitStack() as closing:
        opened = [_open_authority(scenario, n, folder, clock, closing) for n in range(len(scenario.authorities))]
        roads = [_open_road(scenario, n, folder, clock, closing) for n in range(len(scenario.road_administrations))]
        everybody: tuple[Scored, ...] = (*opened, *roads)
        truth = TruthFile(folder / "truth.jsonl")
        closing.callback(truth.close)
        plan = build.fault_plan(scenario)
        lines = await _open_lines(scenario, folder, clock, truth, plan, closing)
        instruments = {name: reached for name, (_, reached) in lines.items()}
        authorities = {authority.name: authority.access for authority in opened}
        paths = {"out": str(folder), "truth": str(folder / "truth.jsonl")}
        times = await _open_time_servers(scenario, clock, closing)
        cameras: list[SimulatedCamera] = []
        seen = await _open_cameras(scenario, folder, cameras, closing)
        reached = {"instruments": instruments, "authorities": authorities, "time_servers": times, "cameras": seen}
        script, ports = await _open_ports(scenario, folder, say, closing)
        script += [step for one in everybody for step in one.steps()]
        if roads:
            reached["road_administrations"] = {road.name: road.access for road in roads}
        acts = ActFile(
            folder,
            Acts({one.name: one for one in everybody}, {n: line for n, (line, _) in lines.items()}, plan),
        )
        say({"event": "ready", **paths, **reached, **ports})
        closing.push_async_callback(_ended, asyncio.create_task(play(script)))
        await _watch(everybody, cameras, acts, say, stop)
    for authority in opened:
        say(_score_event(authority, authority.look(thoroughly=True)) | {"final": True})
    for road in roads:
        say(_score_event(road, road.look()) | {"final": True})


def _open_authority(
    scenario: Scenario, n: int, folder: Path, clock: Clock, closing: AsyncExitStack
) -> SimulatedAuthority:
    model = scenario.authorities[n]
    places = Places(folder / "authorities" / model.name, folder / "keys" / model.name)
    for place in (places.root, places.keys):
        place.mkdir(parents=True, exist_ok=True)
    authority = SimulatedAuthority(scenario, model, places, clock)
    closing.callback(authority.close)
    return authority


def _open_road(
    scenario: Scenario, n: int, folder: Path, clock: Clock, closing: AsyncExitStack
) -> SimulatedRoadAdministration:
    model = scenario.road_administrations[n]
    places = (folder / "road_administrations" / model.name, folder / "keys" / model.name)
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    road = SimulatedRoadAdministration(model, *places, clock, str(scenario.seed))
    closing.callback(road.close)
    return road


async def _open_time_servers(scenario: Scenario, clock: Clock, closing: AsyncExitStack) -> dict[str, dict[str, Any]]:
    """Where each time server can be reached, as the ready line shows it."""
    reached = {}
    for model in scenario.time_servers:
        server = TimeServer(model, clock)
        closing.callback(server.close)
        reached[model.name] = await server.open()
    return reached


async def _open_cameras(
    scenario: Scenario, folder: Path, running: list[SimulatedCamera], closing: AsyncExitStack
) -> dict[str, dict[str, Any]]:
    """Where each camera can be reached, as the ready line shows it; or why there is none: a station runs without."""
    lacking = await asyncio.to_thread(missing) if scenario.cameras else None
    if lacking is not None:
        _log.warning("no cameras: %s", lacking)
        return {model.name: {"missing": lacking} for model in scenario.cameras}
    reached = {}
    for model in scenario.cameras:
        camera = SimulatedCamera(model, truth=folder / f"{model.name}.camera.jsonl", seed=str(scenario.seed))
        closing.callback(camera.close)
        try:
            await asyncio.to_thread(camera.start)
        except CameraError:
            raise
        except OSError as error:  # what it shows cannot be kept: no room, no place
            _log.warning("no camera %s: %s", model.name, error)
            reached[model.name] = {"missing": f"its pictures cannot be kept: {error}"}
            continue
        running.append(camera)
        reached[model.name] = {"url": camera.url, "user": model.user, "password": model.password}
        if model.onvif is not None:
            device = await asyncio.to_thread(OnvifDevice, model, model.onvif, camera.url)
            closing.callback(device.close)
            reached[model.name]["onvif"] = device.url
    return reached


async def _open_ports(
    scenario: Scenario, folder: Path, say: Say, closing: AsyncExitStack
) -> tuple[list[Step], dict[str, Any]]:
    """What will happen to the box and its neighbours, and where they are, as the ready line shows it."""
    script: list[Step] = []
    reached: dict[str, Any] = {}
    if scenario.box is not None:
        box = SimulatedBox(folder / "box")
        furnish(box, scenario.box)
        script += box_steps(box, scenario.box, lambda event, begins: say(_box_event(event, begins)))
        reached["box"] = {"root": str(box.root)}
    doors = {}
    for model in scenario.neighbours:
        neighbour = SimulatedNeighbour(model)
        closing.push_async_callback(neighbour.close)
        doors[model.name] = await neighbour.start()
        script += neighbour.steps(lambda name, event, begins: say(_door_event(name, event, begins)))
    return script, reached | ({"neighbours": doors} if doors else {})


def _box_event(event: BoxEventModel, begins: bool) -> dict[str, Any]:
    return {"event": "box", "kind": event.kind.value, "port": event.port, "begins": begins}


def _door_event(neighbour: str, event: DoorEventModel, begins: bool) -> dict[str, Any]:
    return {"event": "neighbour", "name": neighbour, "door": event.door, "kind": event.kind.value, "begins": begins}


async def _open_lines(
    scenario: Scenario, folder: Path, clock: Clock, truth: TruthFile, plan: FaultPlan, closing: AsyncExitStack
) -> dict[str, tuple[Line, dict[str, Any]]]:
    """Each instrument's line, and where it can be reached, as the ready line shows it."""
    opened: dict[str, tuple[Line, dict[str, Any]]] = {}
    for model, responder in build.responders(scenario, clock, plan):
        line = _line(model, responder, folder, truth)
        closing.push_async_callback(line.unplug)
        await line.plug()
        pulled = plan.unpluggings(model.name)
        if pulled:
            closing.push_async_callback(_ended, asyncio.create_task(pull(line, pulled)))
        opened[model.name] = line, {"type": model.type} | line.reached()
    return opened


def _line(model: InstrumentModel, responder: Responder, folder: Path, truth: TruthFile) -> Line:
    if model.address is not None:
        return TcpPort(responder, truth, *model.address, character_s=model.character_s)
    return PtyLine(responder, truth, folder / f"{model.name}.pty", character_s=model.character_s)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _watch(
    opened: Sequence[Scored], cameras: list[SimulatedCamera], acts: ActFile, say: Say, stop: asyncio.Event
) -> None:
    """Looks several times a second, so that a half-written file is seen; says a score at most once a second. What
    people asked for (`station-sim act`) is done as soon as it is seen."""
    said: dict[str, Score | RoadScore] = {}
    looks = 0
    while not await _is_set_within(stop, _LOOK_S):
        looks += 1
        for done in await acts.step():
            say(done)
        for camera in tuple(cameras):
            try:
                camera.look()
            except CameraError as ended:
                _log.warning("%s", ended)
                cameras.remove(camera)
        for authority in opened:
            score = await asyncio.to_thread(_look, authority)
            if looks % _LOOKS_PER_SCORE == 0 and score != said.get(authority.name):
                said[authority.name] = score
                say(_score_event(authority, score))


def _look(at: Scored) -> Score | RoadScore:
    return at.look()


async def _is_set_within(stop: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _score_event(authority: Scored, score: Score | RoadScore) -> dict[str, Any]:
    return {"event": "score", "authority": authority.name, **asdict(score)}
