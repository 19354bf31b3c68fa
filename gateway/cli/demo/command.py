"""The command `gateway demo` and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.output import say
from gateway.core.errors import GatewayError

if TYPE_CHECKING:
    from rich.console import Console

    from gateway.cli.demo.station import GatewayChild, Simulator
    from gateway.config import Configuration
    from gateway.reports.status import StationStatus

LOOK_EVERY_S = 1.0
TELL_EVERY_S = 10.0


def demo(
    seconds: Annotated[
        float | None,
        typer.Option(
            min=1, help="End by itself; exit 0 only if both authorities' scores are perfect.", show_default=False
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder for everything it makes.", show_default="demo-data/<time>")
    ] = None,
) -> None:
    """A whole simulated station: instruments, two authorities, and this gateway between them, with 10 s slots."""
    try:
        import stationsim
    except ImportError:
        raise GatewayError("the simulator is not installed: pip install ./hardware-sim (./demo does it)") from None

    from gateway.cli.demo.station import GatewayChild, Simulator, write_configuration
    from gateway.config import load
    from gateway.runtime.clock import SystemClock

    clock = SystemClock()
    folder = _folder(data, clock.now().wall_ms)
    say(f"starting the station; everything it makes is in {folder}")
    simulator = Simulator(str(stationsim.scenario("wastewater")), folder)
    gateway = None
    try:
        file = write_configuration(simulator, folder)
        gateway = GatewayChild(file, folder / "gateway.log")
        began_s = clock.now().mono_s
        _watch(load(file), simulator, gateway, lambda: seconds is not None and clock.now().mono_s - began_s >= seconds)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        code = gateway.stop() if gateway else 1
        simulator.stop()
    _verdict(simulator, code, folder, strict=seconds is not None)


def _folder(data: Path | None, now_ms: int) -> Path:
    from gateway.core.instants import local_time

    folder = data or Path("demo-data") / f"{local_time(now_ms, 'Asia/Ho_Chi_Minh'):%Y%m%d-%H%M%S}"
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise GatewayError(f"{folder} exists already: name a folder that does not, with --data") from None
    except OSError as error:
        raise GatewayError(f"{folder} cannot be made: {error.strerror}") from None
    return folder


def _watch(
    configuration: Configuration, simulator: Simulator, gateway: GatewayChild, is_over: Callable[[], bool]
) -> None:
    from rich.live import Live

    from gateway.cli.demo.picture import picture
    from gateway.cli.drawing import open_console

    console = open_console()
    if not console.is_terminal:
        _tell(console, configuration, simulator, gateway, is_over)
        return
    shown = picture(None, simulator.scores, console)
    try:
        with Live(shown, console=console, auto_refresh=False, screen=True) as live:
            while not is_over():
                simulator.listen(LOOK_EVERY_S)
                gateway.check()
                shown = picture(_status(configuration), simulator.scores, console)
                live.update(shown, refresh=True)
    finally:
        console.print(shown)  # the live one is on a screen of its own, which leaves nothing behind


def _tell(
    console: Console,
    configuration: Configuration,
    simulator: Simulator,
    gateway: GatewayChild,
    is_over: Callable[[], bool],
) -> None:
    """Without a terminal: the picture every ten seconds, for a log."""
    rounds = 0
    while not is_over():
        simulator.listen(LOOK_EVERY_S)
        gateway.check()
        rounds += 1
        if rounds % int(TELL_EVERY_S / LOOK_EVERY_S) == 0:
            for name, score in sorted(simulator.scores.items()):
                console.print(f"{name}: {_counts(score)}", soft_wrap=True)


def _status(configuration: Configuration) -> StationStatus | None:
    from gateway.cli.status import read_status

    try:
        return read_status(configuration)
    except GatewayError:
        return None  # it is starting


def _counts(score: dict[str, Any]) -> str:
    from gateway.cli.demo.station import COUNTED

    counted = ", ".join(f"{word} {score[key]}" for key, word in COUNTED.items())
    return f"{counted}; newest {score['newest'] or 'none'}"


def _verdict(simulator: Simulator, gateway_code: int, folder: Path, *, strict: bool) -> None:
    from gateway.cli.drawing import open_console

    console = open_console()
    for name, score in sorted(simulator.scores.items()):
        console.print(f"{name}: {_counts(score)}", soft_wrap=not console.is_terminal)
    for score in simulator.scores.values():
        for problem in score["problems"]:
            console.print(f"{score['authority']}: {problem}", soft_wrap=True)
    perfect = simulator.is_perfect() and gateway_code == 0
    console.print(
        f"{'perfect' if perfect else 'not perfect'}; data, files, logs and configuration: {folder}", soft_wrap=True
    )
    if strict and not perfect:
        raise typer.Exit(1)
