"""The command `gateway demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.demo.begin import (
    demo_folder,
    end_at_every_signal_as_at_ctrl_c,
    hear_no_signal,
    last_words,
    open_page,
)
from gateway.cli.output import say
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase, verbatim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.cli.demo.camera import DemoCamera
    from gateway.cli.demo.camera_view import CameraView
    from gateway.cli.demo.child import Child
    from gateway.cli.demo.port_view import PortView
    from gateway.cli.demo.station import Simulator


def demo(
    seconds: Annotated[
        float | None,
        typer.Option(
            min=1, help="End by itself; exit 0 only if each authority's score is perfect.", show_default=False
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder for everything it makes.", show_default="demo-data/<time>")
    ] = None,
    orders: Annotated[
        bool, typer.Option("--orders", help="A coach station and the road administration's server instead.")
    ] = False,
) -> None:
    """A whole simulated station: instruments, a camera, two authorities, this gateway between them and its page, with
    slots of 10 s. After twenty seconds somebody plugs a stick into a sealed socket, for six. With --orders: transport
    orders with pictures, submitted in three ways, the server unreachable for a while."""
    try:
        import stationsim
    except ImportError:
        raise GatewayError(
            Phrase("the simulator is not installed: pip install ./hardware-sim (./demo does it)")
        ) from None

    if orders:
        from gateway.cli.demo.orders import orders_demo

        orders_demo(seconds, data)
        return

    from gateway.cli.demo.camera_view import CameraView
    from gateway.cli.demo.port_view import PortView
    from gateway.cli.demo.station import Simulator, write_configuration
    from gateway.cli.demo.watch import Watch
    from gateway.cli.drawing import open_console
    from gateway.config import load
    from gateway.runtime.clock import SystemClock

    end_at_every_signal_as_at_ctrl_c()
    clock = SystemClock()
    folder = demo_folder(data, clock.now().wall_ms)
    say(Phrase("starting the station; everything it makes is in {folder}", folder=folder))
    simulator = Simulator(str(stationsim.scenario("wastewater")), folder)
    children: dict[str, Child] = {}
    view, ports = None, None
    try:
        file = write_configuration(simulator, folder)
        camera = _camera(simulator, file, folder)
        page = open_page(file, folder)
        configuration = load(file)
        ports = PortView(configuration)
        view = None if camera is None else CameraView(camera, configuration, clock)
        _start(children, file, folder, camera, page)
        began_s = clock.now().mono_s
        Watch(configuration, simulator, children, view, ports, open_console()).until(
            lambda: seconds is not None and clock.now().mono_s - began_s >= seconds
        )
    except KeyboardInterrupt:
        say(Phrase("the demo ends"))
    finally:
        hear_no_signal()
        codes = {name: child.stop() for name, child in reversed(children.items())}
        simulator.stop()
    _verdict(simulator, codes, view, ports, folder, strict=seconds is not None)


def _camera(simulator: Simulator, file: Path, folder: Path) -> DemoCamera | None:
    """The first one of the simulator's, now in the configuration; `None`, and why, where there can be none."""
    from gateway.cli.demo.camera import add_camera, why_none

    lacking = why_none(simulator.cameras)
    if lacking is not None:
        say(Phrase("going on without a camera: {lacking}", lacking=lacking))
        return None
    name, reached = next(iter(simulator.cameras.items()))
    camera = add_camera(file, name, reached, folder)
    say(
        Phrase(
            "what the authority may open: {stream}, password in {secret}", stream=camera.stream, secret=camera.secret
        )
    )
    return camera


def _start(children: dict[str, Child], file: Path, folder: Path, camera: DemoCamera | None, page: str | None) -> None:
    """The gateway, and what runs for the camera and the page beside it, by what they are called: each is among the
    children as soon as it runs."""
    from gateway.cli.demo.child import Child

    commands: dict[str, tuple[str, ...]] = {"gateway": ("run",)}
    if camera is not None:
        commands |= {"recorder": ("cameras", "run"), "relay": ("cameras", "relay")}
    if page is not None:
        commands |= {"page": ("web",)}
    for name, command in commands.items():
        children[name] = Child(name, command, file, folder / f"{name}.log")


def _verdict(
    simulator: Simulator,
    codes: Mapping[str, int],
    view: CameraView | None,
    ports: PortView | None,
    folder: Path,
    *,
    strict: bool,
) -> None:
    from gateway.cli.demo.child import ended_with
    from gateway.cli.demo.watch import counts
    from gateway.cli.drawing import open_console

    console = open_console()
    for name, score in sorted(simulator.scores.items()):
        console.print(counts(name, score), soft_wrap=not console.is_terminal)
    for score in simulator.scores.values():
        for problem in score["problems"]:
            console.print(verbatim(f"{score['authority']}: {problem}"), soft_wrap=True)
    for name, code in codes.items():
        if code:
            console.print(ended_with(name, code, folder / f"{name}.log"), soft_wrap=True)
    if view is not None:
        view.refresh()
        console.print(view.line(), soft_wrap=True)
    missed = []
    if ports is not None:
        ports.refresh()
        missed = ports.missed(simulator)
        lines = [
            *ports.news(),
            *(Phrase("port {port}: what was done there was not noticed", port=port) for port in missed),
        ]
        for line in lines:
            console.print(line, soft_wrap=True)
    perfect = simulator.is_perfect() and "gateway" in codes and not any(codes.values())
    perfect = perfect and (view is None or view.is_perfect()) and not missed
    console.print(last_words(folder, is_perfect=perfect), soft_wrap=True)
    if strict and not perfect:
        raise typer.Exit(1)
