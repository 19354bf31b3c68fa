"""`station-sim`: events as JSON lines on stdout, all else on stderr. Exit 0 done, 1 failed, 2 usage or scenario."""

import asyncio
import json
import logging
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from stationsim import __version__
from stationsim.bundled import scenarios
from stationsim.model import Scenario
from stationsim.scenario_file import ScenarioError, find, load

app = typer.Typer(
    help="A simulated monitoring station: instruments that show known values, authorities that score files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Named = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", show_default=False, help="A file, or a bundled scenario's name (see `list`)."),
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(name="list")
def list_() -> None:
    """The scenarios that come with the simulator."""
    for name, path in scenarios().items():
        loaded = _load(str(path))
        instruments = ", ".join(sorted({instrument.type for instrument in loaded.instruments}))
        typer.echo(f"{name}: {loaded.station.kind}, {len(loaded.parameters())} parameters; {instruments}")


@app.command()
def check(scenario: Named) -> None:
    """Validate a scenario; every fault with its line."""
    loaded = _load(scenario)
    parameters = len(loaded.parameters())
    names = ", ".join(instrument.name for instrument in loaded.instruments) or "none"
    authorities = ", ".join(authority.name for authority in loaded.authorities) or "none"
    cameras = ", ".join(camera.name for camera in loaded.cameras)
    seen = f"; cameras: {cameras}" if cameras else ""
    roads = ", ".join(road.name for road in loaded.road_administrations)
    seen += f"; road administrations: {roads}" if roads else ""
    typer.echo(f"{loaded.name}: {parameters} parameters; instruments: {names}; authorities: {authorities}{seen}")


@app.command()
def run(
    scenario: Named,
    out: Annotated[
        Path | None, typer.Option(help="Folder for files, keys and truth; by default a new one, named in the output.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="End after so many seconds.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what the servers do, on stderr.")] = False,
) -> None:
    """Start what the scenario names, each on a port of its own, until SIGTERM or Ctrl-C."""
    loaded = _load(scenario)
    _set_up_logging(verbose)
    # Imported here: SSH and TLS take longer to load than all the rest, and `check` does without them.
    from stationsim import station
    from stationsim.clock import SystemClock

    async def until_stopped(folder: Path) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if seconds is not None:
            loop.call_later(seconds, stop.set)
        await station.run(loaded, folder, SystemClock(), _say, stop)

    try:
        folder = Path(tempfile.mkdtemp(prefix="station-sim-")) if out is None else out.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(until_stopped(folder))
    except OSError as error:
        _fail(f"station-sim: {error}", code=1)


@app.command()
def act(
    out: Annotated[Path, typer.Argument(help="The folder `--out` of a station that runs.", show_default=False)],
    what: Annotated[
        str,
        typer.Argument(
            help="cut or restore (an authority's line); calibrating, fault, silent, measuring, unplug or plug (an"
            " instrument's).",
            show_default=False,
        ),
    ],
    whose: Annotated[str, typer.Argument(metavar="NAME[/UNIT]", show_default=False, help="Of the scenario.")],
) -> None:
    """Do something to a station that runs, as a person would by hand; returns when it is done."""
    from stationsim.acts import ask

    failure = ask(out, what, whose)
    if failure is not None:
        _fail(f"station-sim: {failure}", code=1)


def _load(name: str) -> Scenario:
    try:
        return load(find(name))
    except ScenarioError as error:
        _fail("\n".join(error.lines), code=2)


def _fail(text: str, code: int) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(code)


def _say(event: dict[str, Any]) -> None:
    print(json.dumps(event, ensure_ascii=False), flush=True)


def _set_up_logging(verbose: bool) -> None:
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("stationsim").setLevel(logging.DEBUG if verbose else logging.INFO)
    # The libraries report each client that drops its line as an error with a traceback; that is a client's affair.
    for name in ("paramiko", "pyftpdlib"):
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.CRITICAL)
