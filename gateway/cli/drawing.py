"""Tables and coloured lines on a terminal. Whatever text is in them is shown as it is: no markup, no control character
and no link of its own does anything."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Span, Text

from gateway.cli.output import unguarded
from gateway.cli.speech import said
from gateway.core.printable import printable, printable_lines

_UNBOUNDED = 100_000
_LONGEST_WORD = 14
"""Letters; longer ones are addresses and checksums, which may break anywhere."""


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
    """A text in a cell is that text; one in a colour is a `Text`. Nothing of it is cut: on a narrow terminal headings
    and cells break between words, and inside of a word only where nothing else is left."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._whole: list[bool] = []

    def add_column(
        self, header: RenderableType = "", *others: Any, is_whole: bool = False, **options: Any
    ) -> None:  # its own way of not breaking cuts what does not fit
        """`is_whole`: its cells, not its heading, break later than those of other columns."""
        self._whole.append(is_whole)
        super().add_column(_plain(header), *others, overflow="fold", **options)

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        super().add_row(*map(_plain, cells), **options)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for column in self.columns:
            column.width = None
        unbounded = options.update(width=_UNBOUNDED)
        measured = [_Measured.of(console, unbounded, column) for column in self.columns]
        room = options.max_width - Measurement.get(console, unbounded, self).maximum
        room += sum(one.widest for one in measured)
        if measured and sum(one.widest for one in measured) > room:
            both = list(zip(measured, self._whole, strict=True))
            floors = [
                [one.widest_cell if is_whole else one.word for one, is_whole in both],
                [one.word for one in measured],
                [one.word if is_whole else 1 for one, is_whole in both],
                [1] * len(measured),
            ]
            widths = fitted([one.widest for one in measured], floors, room)
            for column, width in zip(self.columns, widths, strict=True):
                column.width = width
        return super().__rich_console__(console, options)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A column, in letters: as wide as it likes, what its cells need not to break, what its words do."""

    widest: int
    widest_cell: int
    word: int

    @classmethod
    def of(cls, console: Console, options: ConsoleOptions, column: Column) -> _Measured:
        heading = Measurement.get(console, options, column.header)
        cells = [Measurement.get(console, options, cell) for cell in column.cells]
        widest_cell = max((cell.maximum for cell in cells), default=1)
        word = min(_LONGEST_WORD, max([heading.minimum, *(cell.minimum for cell in cells)]))
        return cls(max(heading.maximum, widest_cell), max(word, widest_cell), word)


def fitted(widest: Sequence[int], floors: Sequence[Sequence[int]], room: int) -> list[int]:
    """How wide each column is where all have no more room than this: the widest gives way first, and none below its
    floor as long as that is enough; then the next floors hold."""
    widths = [min(width, max(room, 1)) for width in widest]
    for floor in floors:
        while sum(widths) > room:
            above = [at for at, width in enumerate(widths) if width > floor[at]]
            if not above:
                break
            widths[max(above, key=widths.__getitem__)] -= 1
    return widths


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
