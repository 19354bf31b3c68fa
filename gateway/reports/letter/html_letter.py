"""The letter as a page (HTML): for printing, and for programs that make PDF. Values are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from gateway.reports.letter.fields import Fields, filled, is_of_outage
from gateway.texts import Texts

COLUMNS = ("number", "subject", "begin", "end", "length", "cause", "values")
"""Of the table of interruptions, as the letter that ships has it."""

_BEGIN = re.compile(r"<(tr|p|li)(?=[\s>])", re.IGNORECASE)
_OUTAGE = re.compile(r"\{outage\.[a-z_]+\}")
_ENDS = {name: re.compile(f"</{name}>", re.IGNORECASE) for name in ("tr", "p", "li")}


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
<td><b>{{facility_capitals}}</b><hr><span class=number>{word("number")}</span>
<span class=subject>{word("subject")}</span></td>
<td><b>{word("country")}</b><br><b class=motto>{word("motto")}</b><br><i>{word("place_and_date")}</i></td>
</tr></table>
<p class=to>{word("to")}</p>
<p>{word("opening")}</p>
<h2>{word("station_heading")}</h2>
<p>{word("station")}</p>
<h2>{word("outages_heading")}</h2>
<p>{word("period")}</p>
<table class=outages><thead><tr>{heads}</tr></thead><tbody>
<tr>{cells}</tr>
</tbody></table>
<h2>{word("cause_heading")}</h2>
<p>{word("cause")}</p>
<p>{word("detail")}</p>
<p class=blank>{word("blank")}</p>
<p class=blank>{word("blank")}</p>
<h2>{word("values_heading")}</h2>
<p>{word("values")}</p>
<p>{word("value")}</p>
<h2>{word("measures_heading")}</h2>
<p>{word("measure")}</p>
<p>{word("measures")}</p>
<p class=blank>{word("blank")}</p>
<p class=blank>{word("blank")}</p>
<p>{word("closing")}</p>
<table class=foot><tr>
<td><b><i>{word("copies_heading")}</i></b><br>{word("copies_to")}<br>{word("copies_file")}</td>
<td><b>{word("signatory")}</b><br><i>{word("signature")}</i></td>
</tr></table>
<p class=contact>{word("contact")}</p>
</body></html>
"""


def fill(source: str, fields: Fields) -> str:
    """The template with its fields. A row of a table that has those of an interruption is there once for each; so is a
    paragraph (`p`, `li`) with a sentence for each sentence, if it is closed. Piece by piece, so that a value that looks
    like a placeholder is never taken for one.

    Raises:
        GatewayError: a placeholder that is not known.
    """
    pieces: list[str] = []
    end = 0
    for begin, behind in _parts(source):
        part = source[begin:behind]
        each: Sequence[Mapping[str, str]] | None = fields.each(part)
        if is_of_outage(part):
            each = [{**fields.all, **outage} for outage in fields.outages]
        if each is None:
            continue
        pieces.append(filled(source[end:begin], fields.all, escape))
        pieces += (filled(part, values, escape) for values in each)
        end = behind
    return "".join((*pieces, filled(source[end:], fields.all, escape)))


def _parts(source: str) -> Iterator[tuple[int, int]]:
    """Where each row with fields of an interruption begins and ends, and each paragraph that is closed before anything
    else of these begins. One look at each character, however many are never closed."""
    end = 0
    closes = {name: _Next(source, pattern) for name, pattern in _ENDS.items()}
    outages = _Next(source, _OUTAGE)
    while begin := _BEGIN.search(source, end):
        name, end = begin[1].lower(), begin.end()
        closed = closes[name].after(end)
        if closed is None:
            continue
        if name == "tr":
            field = outages.after(end)
            is_whole = field is not None and field < closed
        else:
            is_whole = _BEGIN.search(source, end, closed) is None
        if is_whole:
            end = closed
            yield begin.start(), closed


@dataclass(slots=True)
class _Next:
    """Where the next match ends; asked for with positions that only grow, it looks at nothing twice."""

    source: str
    pattern: re.Pattern[str]
    found: tuple[int, int] | None = (-1, -1)

    def after(self, position: int) -> int | None:
        while self.found is not None and self.found[0] < position:
            match = self.pattern.search(self.source, max(position, self.found[1]))
            self.found = None if match is None else match.span()
        return None if self.found is None else self.found[1]
