"""Tables and coloured lines on a terminal. Whatever text is in them is shown as it is: no markup, no control character
and no link of its own does anything."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Span, Text

from gateway.cli.output import unguarded
from gateway.cli.speech import said
from gateway.core.printable import printable, printable_lines


class PlainConsole(Console):
    """Draws on a standard stream. A text that it is given is one line; what renderables are made of is escaped at the
    latest when it is written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*map(_plain, objects), **options)

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        return super()._render_buffer(map(_harmless, buffer))


def open_console(*, err: bool = False) -> PlainConsole:
    stream = unguarded(sys.stderr if err else sys.stdout)
    return PlainConsole(file=stream)


class PlainTable(Table):
    """A text in a cell is that text; one in a colour is a `Text`."""

    def add_column(self, header: RenderableType = "", *others: Any, **options: Any) -> None:
        super().add_column(_plain(header), *others, **options)

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        super().add_row(*map(_plain, cells), **options)


def table(**options: Any) -> PlainTable:
    return PlainTable(box=box.SIMPLE_HEAD, pad_edge=False, **options)


def _plain(shown: Any) -> Any:
    if isinstance(shown, str):
        return Text(printable(said(shown)))
    return _plain_text(shown) if isinstance(shown, Text) else shown


def _plain_text(text: Text) -> Text:
    """The same with its colours, escaped."""
    escaped = [printable(character) for character in text.plain]
    if "".join(escaped) == text.plain:
        return text
    at = list(accumulate(map(len, escaped), initial=0))
    spans = [
        Span(at[min(span.start, len(escaped))], at[min(span.end, len(escaped))], span.style) for span in text.spans
    ]
    return Text("".join(escaped), text.style, justify=text.justify, overflow=text.overflow, spans=spans)


def _harmless(segment: Segment) -> Segment:
    if segment.control:  # the cursor's movements, of a picture that is drawn anew
        return segment
    style = segment.style if segment.style is None or segment.style.link is None else segment.style.update_link(None)
    return Segment(printable_lines(segment.text), style)
