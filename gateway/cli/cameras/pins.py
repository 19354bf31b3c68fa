"""`gateway cameras pins`: video that is kept beyond its time."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.cameras.options import From, To, both_ends, known_camera, moment
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import LARGEST_NUMBER, open_cameras_storage
from gateway.cli.terms import called
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.video import Pin

pins = typer.Typer()

By = Annotated[str | None, typer.Option("--by", help="Who [default: the user's name]", show_default=False)]


@pins.callback(invoke_without_command=True)
def what_holds(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """Video that is kept beyond its time: by hand, or around what happened. Without a command: list."""
    source = context.get_parameter_source("config")
    if context.invoked_subcommand is None:
        list_pins(released=False, config=config, as_json=as_json)
    elif as_json or (source is not None and source.name == "COMMANDLINE"):
        raise usage(Phrase("write options after {invoked_subcommand}", invoked_subcommand=context.invoked_subcommand))


@pins.command("list")
def list_pins(
    released: Annotated[bool, typer.Option("--all", help="The released ones, too.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What holds, oldest first."""
    from gateway.cameras.keeping.pins import PinStore

    configuration = load_configuration(config)
    zone = configuration.station.timezone
    with closing(open_cameras_storage(configuration)) as database:
        found = [one for one in PinStore(database).all() if released or one.released_ms is None]
    if as_json:
        print_json([_to_json(one, zone) for one in found])
        return
    for one in found:
        gone = (
            "" if one.released_ms is None else Phrase(", released {released}", released=moment(one.released_ms, zone))
        )
        by = Phrase(", by {made_by}", made_by=one.made_by) if one.made_by else ""
        say(
            Phrase(
                "{id:>4}  {camera}  {begin} to {end}  {occasion}: {reason}{by}{gone}",
                id=one.id,
                camera=(one.camera or Phrase("all cameras")),
                begin=moment(one.begin_ms, zone),
                end=moment(one.end_ms, zone),
                occasion=called(one.occasion),
                reason=one.reason,
                by=by,
                gone=gone,
            )
        )
    if not found:
        say(Phrase("nothing is pinned"), err=True)


@pins.command("add")
def add(
    camera: Annotated[
        str | None, typer.Argument(metavar="[CAMERA]", help="Of this one [default: of all]", show_default=False)
    ] = None,
    first: From = None,
    last: To = None,
    reason: Annotated[str, typer.Option("--reason", help="Why: kept for ever.")] = "",
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Keep what was recorded between --from and --to until somebody releases it."""
    from gateway.cameras.keeping.pins import PinStore
    from gateway.runtime.clock import SystemClock

    if not reason.strip():
        raise usage(Phrase("--reason is missing: say why the video is kept"))
    configuration = load_configuration(config)
    now_ms, zone = SystemClock().now().wall_ms, configuration.station.timezone
    from_ms, to_ms = both_ends(configuration, first, last, now_ms)
    with closing(open_cameras_storage(configuration, to_change=True)) as database:
        if camera is not None:
            known_camera(configuration, database, camera)
        store = PinStore(database)
        made_by = by or user_name()
        number = store.add(camera, from_ms, to_ms, reason.strip(), made_ms=now_ms, made_by=made_by)
        made = store.find(number)
    if as_json and made is not None:
        print_json(_to_json(made, zone))
        return
    say(
        Phrase(
            "pinned as {number}: {begin} to {to}", number=number, begin=moment(from_ms, zone), to=moment(to_ms, zone)
        )
    )


@pins.command("release")
def release(
    numbers: Annotated[
        list[int], typer.Argument(metavar="NUMBER…", help="As pins list shows them.", min=1, max=LARGEST_NUMBER)
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Let go: what they held is removed when its time is over, which may be at once."""
    from gateway.cameras.keeping.pins import PinStore
    from gateway.runtime.clock import SystemClock

    if not reason.strip():
        raise usage(Phrase("--reason is missing: say why it need not be kept any more"))
    configuration = load_configuration(config)
    with closing(open_cameras_storage(configuration, to_change=True)) as database:
        who = f"{by or user_name()}: {reason.strip()}"
        released = PinStore(database).release(list(dict.fromkeys(numbers)), at_ms=SystemClock().now().wall_ms, by=who)
    say(Phrase("{released} released", released=released))
    if released < len(set(numbers)):
        say(Phrase("gateway: the others do not hold; gateway cameras pins list shows what does"), err=True)
        raise typer.Exit(1)


def _to_json(pin: Pin, zone: str) -> dict[str, Any]:
    from gateway.core.instants import local_text

    return {
        "id": pin.id,
        "camera": pin.camera,
        "begin": local_text(pin.begin_ms, zone),
        "end": local_text(pin.end_ms, zone),
        "occasion": pin.occasion.value,
        "reason": pin.reason,
        "made": local_text(pin.made_ms, zone),
        "made_by": pin.made_by,
        "released": local_text(pin.released_ms, zone),
        "released_by": pin.released_by,
    }
