"""The letter as a page (HTML): for printing, and for programs that make PDF. Values are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from gateway.reports.letter.fields import Fields, filled, is_of_outage
from gateway.texts import Texts

COLUMNS = ("number", "subject", "begin", "end", "length", "cause", "values")
"""Of the table of interruptions, as the letter that ships has it."""

_BEGIN = re.compile(r"<tr\b", re.IGNORECASE)
_END = re.compile("</tr>", re.IGNORECASE)


def template(texts: Texts) -> str:
    """The letter that ships, with its placeholders, to be filled or to be taken as a beginning."""

    def word(key: str) -> str:
        return escape(texts.by_key[f"letter.{key}"])

    heads = "".join(f"<th>{word(f'column_{column}')}</th>" for column in COLUMNS)
    cells = "".join(f"<td>{{outage.{column}}}</td>" for column in COLUMNS)
    style = files("gateway.reports.letter").joinpath("letter.css").read_text("utf-8")
    return f"""<!doctype html>
<html lang="{texts.language.value}"><head><meta charset="utf-8"><title>{word("subject")}</title><style>
{style}</style></head>
<body>
<table class=head><tr>
<td><b>{{facility_capitals}}</b><hr>{word("number")}<p>{word("subject")}</p></td>
<td><b>{word("country")}</b><br><b class=motto>{word("motto")}</b><br><i>{word("place_and_date")}</i></td>
</tr></table>
<p class=to>{word("to")}</p>
<p>{word("opening")}</p>
<h2>{word("station_heading")}</h2>
<p>{word("station")}</p>
<h2>{word("outages_heading")}</h2>
<p>{word("outages")}</p>
<table class=outages><thead><tr>{heads}</tr></thead><tbody>
<tr>{cells}</tr>
</tbody></table>
<h2>{word("cause_heading")}</h2>
<p>{word("blank")}</p>
<p>{word("blank")}</p>
<h2>{word("measures_heading")}</h2>
<p>{word("measures")}</p>
<p>{word("blank")}</p>
<p>{word("blank")}</p>
<p>{word("closing")}</p>
<table class=foot><tr>
<td><b><i>{word("copies_heading")}</i></b><br>{word("copies_to")}<br>{word("copies_file")}</td>
<td><b>{word("signatory")}</b><br><i>{word("signature")}</i></td>
</tr></table>
</body></html>
"""


def fill(source: str, fields: Fields) -> str:
    """The template with its fields; a row of a table that has those of an interruption is there once for each. Piece by
    piece, so that a value that looks like a placeholder is never taken for one.

    Raises:
        GatewayError: a placeholder that is not known.
    """
    pieces: list[str] = []
    end = 0
    for begin, behind in _rows(source):
        row = source[begin:behind]
        if is_of_outage(row):
            pieces.append(filled(source[end:begin], fields.letter, escape))
            pieces += (filled(row, {**fields.letter, **outage}, escape) for outage in fields.outages)
            end = behind
    return "".join((*pieces, filled(source[end:], fields.letter, escape)))


def _rows(source: str) -> Iterator[tuple[int, int]]:
    """Where each row of a table begins and ends. One look at each character, however many rows are never closed."""
    end = 0
    while (begin := _BEGIN.search(source, end)) and (behind := _END.search(source, begin.end())):
        end = behind.end()
        yield begin.start(), end
