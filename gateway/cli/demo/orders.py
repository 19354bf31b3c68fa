"""`gateway demo --orders`: a coach station. Orders with pictures come in three ways and go, signed twice, to a
simulated road administration whose answers are lost now and then, and whose line is cut for a while."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.cli.demo.begin import (
    demo_folder,
    end_at_every_signal_as_at_ctrl_c,
    hear_no_signal,
    last_words,
    open_page,
)
from gateway.cli.demo.child import Child, ended_with
from gateway.cli.demo.coach_station import CoachStation, write_coach_station
from gateway.cli.demo.order_source import OrderSource
from gateway.cli.demo.order_watch import OrderWatch
from gateway.cli.demo.road_proof import faults_of
from gateway.cli.demo.station import Simulator
from gateway.cli.output import say
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.interfaces import Clock

_ROAD = "cuc-dbvn"
_WHOLE, _CUT = 0.4, 0.3
"""Parts of a round, after each other: as long as the line is whole, and cut."""
_ROUND_S = 40.0
"""Of a run without an end; another is one round."""
_LIBRARIES = ("httpx", "jsonschema", "rfc8785", "cryptography")


def orders_demo(seconds: float | None, data: Path | None) -> None:
    """Exit code 1 if it was to end by itself, and one order is not at the administration once as it was signed.

    Raises:
        GatewayError: a part cannot be started, or has ended by itself.
    """
    from gateway.config import load
    from gateway.runtime.clock import SystemClock

    for module in _LIBRARIES:
        if find_spec(module) is None:
            raise GatewayError(
                Phrase("the package {package} is missing: pip install 'station-gateway[orders]'", package=module)
            )
    end_at_every_signal_as_at_ctrl_c()
    clock = SystemClock()
    folder = demo_folder(data, clock.now().wall_ms)
    say(Phrase("starting the coach station; everything it makes is in {folder}", folder=folder))
    with resources.as_file(resources.files(__package__).joinpath("road.yaml")) as scenario:
        simulator = Simulator(str(scenario), folder)
    children: dict[str, Child] = {}
    watch: OrderWatch | None = None
    try:
        station = write_coach_station(simulator.road_administrations[_ROAD], simulator.time_servers, folder)
        page = open_page(station.configuration, folder)
        configuration = load(station.configuration)
        source = OrderSource(station, folder, clock)
        children["gateway"] = Child("gateway", ("run",), station.configuration, folder / "gateway.log")
        if page is not None:
            children["page"] = Child("page", ("web",), station.configuration, folder / "page.log")
        watch = OrderWatch(configuration, simulator, children, source, clock)
        watch.started()
        _run(watch, _Line(folder / "station", seconds or _ROUND_S, clock), clock, seconds)
    except KeyboardInterrupt:
        say(Phrase("the demo ends"))
    finally:
        hear_no_signal()
        codes = {name: child.stop() for name, child in reversed(children.items())}
        simulator.stop()
    if watch is not None:
        is_perfect = _verdict(watch, source, simulator, station, codes, folder)
        if seconds is not None and not is_perfect:
            raise typer.Exit(1)


class _Line:
    """To the road administration: cut for a part of each round."""

    def __init__(self, station: Path, round_s: float, clock: Clock) -> None:
        self._station = station
        self._round_s = round_s
        self._clock = clock
        self._since_s = clock.now().mono_s
        self._is_cut = False
        self.times_back = 0

    def step(self) -> None:
        """
        Raises:
            GatewayError: the simulator does not do what it is told.
        """
        lasts = _CUT if self._is_cut else _WHOLE
        if self._clock.now().mono_s >= self._since_s + lasts * self._round_s:
            self._turn(is_cut=not self._is_cut)

    def restore(self) -> None:
        """It stays whole from now on."""
        if self._is_cut:
            self._turn(is_cut=False)

    def _turn(self, *, is_cut: bool) -> None:
        from stationsim.acts import ask

        failure = ask(self._station, "cut" if is_cut else "restore", _ROAD)
        if failure is not None:
            raise GatewayError(Phrase("the simulator: {failure}", failure=failure))
        self._is_cut, self._since_s = is_cut, self._clock.now().mono_s
        self.times_back += not is_cut
        say(
            Phrase("the line to {road} is cut: orders are taken, and wait", road=_ROAD)
            if is_cut
            else Phrase("the line to {road} is back", road=_ROAD)
        )


def _run(watch: OrderWatch, line: _Line, clock: Clock, seconds: float | None) -> None:
    """Until the time is over, the line was cut once and all is settled; or Ctrl-C."""
    began_s = clock.now().mono_s

    def is_over() -> bool:
        line.step()
        return seconds is not None and clock.now().mono_s >= began_s + seconds and line.times_back > 0

    watch.until(is_over)
    line.restore()
    watch.settled()


def _verdict(
    watch: OrderWatch,
    source: OrderSource,
    simulator: Simulator,
    station: CoachStation,
    codes: Mapping[str, int],
    folder: Path,
) -> bool:
    watch.tell()
    score = simulator.scores.get(_ROAD)
    root = Path(simulator.road_administrations[_ROAD]["root"])
    taken = [name for names in source.taken.values() for name in names]
    faults = faults_of({one.order_id: one.state for one in watch.orders}, taken, root, station.certificates)
    for fault in faults:
        say(fault)
    for name, code in codes.items():
        if code:
            say(ended_with(name, code, folder / f"{name}.log"))
    is_clean = score is not None and not score["altered"] and not score["late"]
    is_perfect = bool(taken) and is_clean and not faults and not any(codes.values())
    if not faults and taken:
        say(
            Phrase(
                "{count:,} orders are there once each, and openssl verifies both signatures of each",
                count=len(taken),
            )
        )
    say(last_words(folder, is_perfect=is_perfect))
    return is_perfect
