"""What the demo shows on a terminal: the station, its values, and what both authorities think of its files.

Promises: fits into 80 columns and 24 lines, where a note too many is counted, not cut off. Draws, never asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from gateway.cli.coloured import coloured
from gateway.cli.demo.station import COUNTED
from gateway.cli.drawing import table
from gateway.cli.notes import notes
from gateway.cli.status_view import heading, parameters, state
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.reports.status import StationStatus

Scores = Mapping[str, Mapping[str, Any]]

FOOT = Phrase("Ctrl-C ends the demo")
_GRAVE = "red"
"""The style of notes that come first where there is no room for all: somebody has to do something."""


@dataclass(frozen=True, slots=True)
class ShownCamera:
    """`state`: which camera, how it stands with it, its newest picture; `stream`: what the authority opens, which
    gives way where notes have no room."""

    state: Text
    stream: Text | None


def picture(
    status: StationStatus | None, scores: Scores, camera: ShownCamera | None, console: Console
) -> RenderableType:
    """The whole, airy where the terminal has the lines for it. `status` is `None` until the gateway has a database,
    `camera` where there is none."""
    if status is None:
        return Group(coloured(Phrase("the gateway is starting")), "", *_authorities(scores, None), coloured(FOOT))
    said = sorted(notes(status), key=lambda one: one.style != _GRAVE)
    for is_airy in (True, False):
        whole = _drawn(status, scores, camera, said, is_airy=is_airy)
        if _lines(whole, console) <= console.height:
            return whole
    room = console.height - _lines(_drawn(status, scores, camera, [], is_airy=False), console)
    if camera is not None and _lines(Group(*said[:1]), console) >= room:
        camera = replace(camera, stream=None)
        room = console.height - _lines(_drawn(status, scores, camera, [], is_airy=False), console)
    return _drawn(status, scores, camera, _fitting(said, room, console), is_airy=False)


def _drawn(
    status: StationStatus, scores: Scores, camera: ShownCamera | None, said: list[Text], *, is_airy: bool
) -> Group:
    blank = [""] if is_airy else []
    values = parameters(status)
    values.show_edge = False
    authorities = _authorities(scores, status)
    links = _links(status)
    if camera is None:
        return Group(*heading(status), links, *blank, values, *blank, *authorities, *said, coloured(FOOT))
    seen = Text("  ").join((links, camera.state))
    stream = [] if camera.stream is None else [camera.stream]
    return Group(*heading(status), seen, *blank, values, *blank, *authorities, *stream, *said, coloured(FOOT))


def _links(status: StationStatus) -> Text:
    joined = Text("  ").join(Text.assemble(f"{name} ", state(component)) for name, component in status.links)
    return coloured(Phrase("links  ")).append_text(joined)


def _authorities(scores: Scores, status: StationStatus | None) -> list[RenderableType]:
    """The gateway's side of each destination, the authority's counts, and the newest file that it has."""
    lanes = {} if status is None else {one.name: one for one in status.destinations}
    drawn = table(padding=(0, 1, 0, 0), show_edge=False)
    drawn.add_column(Phrase("to whom"))
    drawn.add_column(Phrase("state"))
    for column in (Phrase("pending"), *COUNTED.values()):
        drawn.add_column(column, justify="right")
    for name, score in sorted(scores.items()):
        lane = lanes.get(name)
        own = (state(None), "") if lane is None else (state(lane.component), str(lane.counts.pending))
        drawn.add_row(name, *own, *(str(score[key]) for key in COUNTED))
    newest = max((score["newest"] or "" for score in scores.values()), default="")
    return [drawn, coloured(Phrase("newest file  ")).append_text(coloured(newest or Phrase("none yet"), "bold"))]


def _fitting(said: list[Text], room: int, console: Console) -> list[Text]:
    """As many as there is room for, of the first at least its begin; the last line says how many are left out."""
    kept: list[Text] = []
    if said and room > 1 and _lines(Group(said[0]), console) > room - (len(said) > 1):
        begin = said[0].copy()
        begin.truncate(console.width, overflow="ellipsis")
        said = [begin, *said[1:]]
    for position, one in enumerate(said):
        is_last = position == len(said) - 1
        if _lines(Group(*kept, one), console) > room - (not is_last):
            return [*kept, coloured(_more(len(said) - len(kept)), "dim")] if room > 0 else []
        kept.append(one)
    return kept


def _more(count: int) -> Phrase:
    return Phrase("and {count} more: see gateway status", count=count)


def _lines(drawn: RenderableType, console: Console) -> int:
    return len(console.render_lines(drawn, pad=False))
