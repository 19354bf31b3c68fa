"""`gateway status`: the station at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.cameras.list import list_cameras
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.speech import problem_line
from gateway.cli.storage import only_cameras_ran
from gateway.core.errors import ConfigError, GatewayError, Problem
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.reports.status import StationStatus


def status(
    destination: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Only this destination or camera, and more of it.", show_default=False),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    check: Annotated[
        bool, typer.Option("--check", help="Say why a person is needed; exit 0 well, 1 needed, 2 not running.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing it, with the last 24 hours.")] = False,
    as_json: Json = False,
) -> None:
    """Show links, newest values, destinations and disk. Reads the database; the daemon need not run."""
    if check and (watch or destination is not None):
        raise typer.BadParameter(Phrase("it is about the whole station, and once"), param_hint="--check")
    if watch and (as_json or destination is not None):
        raise typer.BadParameter(Phrase("it is about the whole station, and for people"), param_hint="--watch")
    configuration = _configuration(config)
    if check:
        from gateway.cli.status_check import check_status

        check_status(configuration, as_json=as_json)
        return
    if watch:
        from gateway.cli.status_watch import watch_status

        watch_status(configuration)
        return
    if destination is not None:
        from gateway.cli.cameras.closely import is_camera, show_camera
        from gateway.cli.destination import show

        (show_camera if is_camera(configuration, destination) else show)(configuration, destination, as_json=as_json)
        return
    if only_cameras_ran(configuration) and not as_json:
        list_cameras(config)
    from gateway.cli.status_view import read_status

    current = read_status(configuration)
    if as_json:
        from gateway.reports.status_json import to_json

        print_json(to_json(current))
        return
    _print(current)


def _configuration(config: Path) -> Configuration:
    """A faulty file is told with what becomes of the station meanwhile. Exit code 2."""
    from gateway.config.where_kept import storage_of
    from gateway.runtime import lock

    try:
        return load_configuration(config)
    except ConfigError as error:
        for problem in error.problems:
            say(problem_line(problem), err=True)
        storage = storage_of(config)
        if storage is None:
            untold = Phrase(
                "whether the gateway runs cannot be seen: the file does not say where its data are; it does not start"
                " with this file"
            )
            say(untold, err=True)
            raise typer.Exit(2) from None
        try:
            runs = lock.is_held(storage)
        except GatewayError as unseen:
            say(Phrase("whether the gateway runs cannot be seen: {error}", error=unseen.words), err=True)
            raise typer.Exit(2) from None
        goes_on = Phrase(
            "the gateway runs, with the configuration that it has; gateway reload takes the file when it is sound"
        )
        say(goes_on if runs else Phrase("the gateway does not run, and does not start with this file"), err=True)
        raise typer.Exit(2) from None


def _cannot_be_used(configuration: Configuration) -> tuple[Problem, ...]:
    """What lies beside the file and a start would go on without. Nobody but root and the gateway's user can tell."""
    import os

    from gateway.config.unreadable import unreadable

    try:
        owner = configuration.storage.path.stat().st_uid
    except OSError:
        return ()
    if os.geteuid() not in (0, owner):
        return ()
    return (*configuration.instead, *(problem for _, _, problem in unreadable(configuration)))


def _print(status: StationStatus) -> None:
    """As tables, with sentences before and after: whole ones, where no terminal sets a width."""
    from rich.text import Text

    from gateway.cli.cameras.status import camera_table
    from gateway.cli.drawing import open_console
    from gateway.cli.notes import notes
    from gateway.cli.status_view import destinations, heading, limits, links, orders, parameters

    console = open_console()
    measured = (links(status), parameters(status), *limits(status)) if status.configuration.sent else ()
    tables = (*measured, destinations(status), *orders(status), *camera_table(status.cameras, status))
    for one in _cannot_be_used(status.configuration):
        say(problem_line(one), err=True)
    for part in (*heading(status), *tables, *notes(status)):
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)
