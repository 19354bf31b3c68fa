"""Which camera and which time is meant, and how both are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.slots import usage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.video import VideoGap
    from gateway.db import Database

Camera = Annotated[str, typer.Argument(metavar="CAMERA", help="Its name in the configuration.", show_default=False)]
From = Annotated[
    str | None,
    typer.Option("--from", help="From when on: a day (2026-01-31) or an instant, local time.", show_default=False),
]
To = Annotated[
    str | None, typer.Option("--to", help="Until when: a day, all of it, or an instant.", show_default=False)
]


def known_camera(configuration: Configuration, database: Database, name: str) -> None:
    """End the command with exit code 2 unless the camera is configured, or was recorded once."""
    from gateway.cameras.catalog.known_cameras import known_cameras
    from gateway.cli.lines import advice

    names = [camera.name for camera in configuration.cameras.list] if configuration.cameras else []
    names += [gone for gone in known_cameras(database) if gone not in names]
    if name not in names:
        raise usage(
            Phrase(
                "no camera is called {name}; {hint}",
                name=name,
                hint=(advice(name, names) if names else Phrase("there is none")),
            )
        )


def span_of(configuration: Configuration, first: str | None, last: str | None, now_ms: int) -> tuple[int, int]:
    """From when until when, half-open, in UTC milliseconds. Without `first`: the whole day of `last`, or today; without
    `last`: until now. Ends the command with exit code 2 if they cannot be read, or are the wrong way round."""
    from gateway.core.instants import day_begins_ms, local_time
    from gateway.core.span import end_ms, first_ms

    zone = configuration.station.zone
    try:
        to_ms = now_ms if last is None else end_ms(last, zone)
        from_ms = day_begins_ms(local_time(to_ms - 1, zone).date(), zone) if first is None else first_ms(first, zone)
    except ValueError as fault:
        raise usage(fault) from None
    if from_ms >= to_ms:
        raise usage(
            Phrase("--from {first} lies behind --to {last}", first=first, last=last)
            if last
            else Phrase("--from {first} has not come yet", first=first)
        )
    return from_ms, to_ms


def both_ends(configuration: Configuration, first: str | None, last: str | None, now_ms: int) -> tuple[int, int]:
    """As `span_of`, of a command that wants both; ends it with exit code 2 if one is missing, too."""
    if first is None or last is None:
        raise usage(Phrase("say which time: --from 2026-01-31T08:00 --to 2026-01-31T08:15"))
    return span_of(configuration, first, last, now_ms)


def cause(gap: VideoGap) -> str:
    """Why there is no video: `cut: the camera closed the connection`."""
    from gateway.cli.terms import gap_called

    return Phrase("{cause}{detail}", cause=gap_called(gap.cause.value), detail=f": {gap.detail}" if gap.detail else "")


def moment(at_ms: int | None, zone: str) -> str:
    """To the second; a dash for what is not known."""
    from gateway.core.instants import local_time

    return "–" if at_ms is None else f"{local_time(at_ms, zone):%Y-%m-%d %H:%M:%S}"


_UNITS = ((86_400, Phrase("d"), 172_800), (3600, Phrase("h"), 7200), (60, Phrase("min"), 120))
"""Seconds of each, its sign, and from how many seconds on a length is told in it."""


def length(milliseconds: int) -> str:
    """Short, for a table: `0 s`, `42 s`, `12 min`, `3.5 h`, `2.1 d`."""
    seconds = milliseconds / 1000
    for size, unit, least in _UNITS:
        if seconds >= least:
            return Phrase("{count:.3g} {unit}", count=seconds / size, unit=unit)
    return Phrase("{seconds:.3g} s", seconds=seconds)


def share(ratio: float | None) -> str:
    """In percent; less than all of it never reads as all."""
    return "–" if ratio is None else f"{int(ratio * 10_000) / 100:.2f} %"


def size(count: int) -> str:
    """Bytes as disks are sold."""
    for step, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")):
        if count >= step:
            return f"{count / step:,.1f} {unit}"
    return f"{count / 1000:,.0f} kB"


def rate(bits: int | None) -> str:
    """Bits a second."""
    return "–" if bits is None else f"{bits / 1e6:.2f} Mb/s"
