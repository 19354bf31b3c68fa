"""A line of a terminal in one colour, in the language that this command speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.speech import said

if TYPE_CHECKING:
    from rich.text import Text


def coloured(words: str, colour: str = "") -> Text:
    from rich.text import Text

    return Text(said(words), colour)
