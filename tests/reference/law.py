"""A second transcription of the regulations' tables, from the sources' own words: one text per regulation in `law/`.

A row there has the symbol, what of it is particular, then the source's row as it stands:
`COD = 5 COD | mg/l | 75 | 150`. Nothing here knows the gateway's tables or reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path

FOLDER = Path(__file__).parent / "law"
UNITS = {
    "mg/l": "mg/L",
    "µg/nm3": "ug/Nm3",
    "µg/l": "ug/L",
    "mg/nm3": "mg/Nm3",
    "–": "-",
    "-": "-",
    "℃": "oC",
    "pt/co": "Pt-Co",
    "sợi/m3": "fibre/m3",
    "cfu or mpn/100ml": "MPN/100mL",
    "mpn hoặc cfu/100ml": "MPN/100mL",
    "mpn/100ml": "MPN/100mL",
}
"""The sources' ways to write a unit, without regard to upper and lower case."""
BETWEEN = re.compile(r"\s*[–〜-]\s*")


@dataclass(frozen=True)
class Place:
    """Where in a table a number stands. `chosen`: a value of every choice that the table has."""

    symbol: str
    unit: str
    over: str
    chosen: tuple[tuple[str, str], ...]
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Said:
    least: float | None
    most: float | None
    form: str
    scaled_by: tuple[str, ...]
    source: str


@dataclass
class Law:
    """What the sources say of one regulation."""

    name: str
    edition: str = ""
    medium: str = ""
    since: date | None = None
    until: date | None = None
    then: tuple[str, date] | None = None
    choices: dict[str, list[str]] = field(default_factory=dict)
    choice_ends: dict[tuple[str, str], date] = field(default_factory=dict)
    coefficients: dict[str, tuple[float, ...] | tuple[float, float, str] | None] = field(default_factory=dict)
    oxygen: dict[tuple[str, str], float] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """What each confirms; `numbers`: those of the lines that name it."""
    numbers: dict[Place, Said] = field(default_factory=dict)


def laws() -> Mapping[str, Law]:
    """By the text's name without its ending."""
    return {file.stem: _law(file.read_text("utf-8").splitlines()) for file in sorted(FOLDER.glob("*.txt"))}


def _law(lines: list[str]) -> Law:
    law = Law(lines[0])
    table: dict[str, str] = {}
    columns: list[dict[str, str]] = []
    for line in lines[1:]:
        word, _, rest = line.partition(" ")
        if not line or line.startswith("#"):
            continue
        if " = " in line:
            for place, said in _row(law, table, columns, line):
                assert place not in law.numbers, f"{law.name}: {place} stands twice"
                law.numbers[place] = said
        elif word == "table":
            source, *ways = rest.split(", ")
            table = {"source": source, **dict(way.split(" ", 1) for way in ways)}
        elif word == "columns":
            columns = [{} if rest == "all" else _pairs(column.split()) for column in rest.split(" | ")]
        else:
            _fact(law, word, rest)
    return law


def _fact(law: Law, word: str, rest: str) -> None:
    words = rest.split(" ")
    if word == "edition":
        law.edition = rest
    elif word == "media":
        law.medium = rest
    elif word == "from":
        law.since = date.fromisoformat(rest)
    elif word == "until":
        law.until = date.fromisoformat(rest)
    elif word == "then":
        name, _, day = rest.partition(" from ")
        law.then = (name, date.fromisoformat(day))
    elif word == "choice":
        values = law.choices.setdefault(words[0], [])
        for one in words[1:]:
            if one.startswith("until="):
                law.choice_ends[words[0], values[-1]] = date.fromisoformat(one.removeprefix("until="))
            else:
                values.append(one)
    elif word == "coefficient":
        if "to" in words:
            law.coefficients[words[0]] = (float(words[1]), float(words[3]), "range")
        else:
            law.coefficients[words[0]] = None if words[1] == "any" else tuple(float(one) for one in words[1:])
    elif word == "oxygen":
        name, _, value = words[0].partition("=")
        law.oxygen[name, value] = float(words[1])
    elif word == "source":
        law.sources[words[0]] = words[1]
    else:
        raise AssertionError(f"{law.name}: {word} {rest}")


def _row(law: Law, table: dict[str, str], columns: list[dict[str, str]], line: str) -> Iterator[tuple[Place, Said]]:
    left, _, right = line.partition(" = ")
    symbol, *particular = left.split(" ")
    own = _pairs(particular)
    _, unit, *cells = (cell.strip() for cell in right.split(" | "))
    assert len(cells) == len(columns), f"{law.name}: {line}"
    scaled_by = () if "unscaled" in own else tuple(table.get("scaled", "by").split(" ")[1:])
    for cell, column in zip(cells, columns, strict=True):
        if cell == "-":
            continue
        where = {**column, **own}
        least, most = _bounds(cell, table["decimal"])
        said = Said(least, most, own.get("as", ""), scaled_by, table["source"])
        options = [[where[name]] if name in where else values for name, values in law.choices.items()]
        for values in product(*options):
            chosen = tuple(zip(law.choices, values, strict=True))
            over = where.get("over", table.get("over", ""))
            yield Place(symbol, UNITS[unit.lower()], over, chosen, _day(own, "from"), _day(own, "until")), said


def _bounds(cell: str, decimal: str) -> tuple[float | None, float | None]:
    if cell.startswith("≥"):
        return _number(cell[1:], decimal), None
    ends = BETWEEN.split(cell.removeprefix("≤").strip())
    if len(ends) == 2:
        return _number(ends[0], decimal), _number(ends[1], decimal)
    return None, _number(ends[0], decimal)


def _number(text: str, decimal: str) -> float:
    text = text.strip()
    return float(text.replace(".", "").replace(",", ".") if decimal == "comma" else text)


def _pairs(words: list[str]) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in words)


def _day(own: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(own[name]) if name in own else None
