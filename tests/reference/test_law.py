"""Each number, day, choice and coefficient of the tables that ship, against a second transcription of the sources."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ruamel.yaml import YAML

from gateway.config.builtin_tables.catalogue import form_of
from gateway.config.standards.shelf import StandardShelf
from gateway.config.standards.table_names import file_name
from gateway.core.dated_limit import YEAR_MS
from gateway.core.instants import HOUR_MS
from gateway.core.standard_table import Standard, is_for
from tests.reference.law import Law, Place, Said, laws

SHIPPED = Path(__file__).parents[2] / "gateway/core/data/standards"
LAWS = laws()
NAMES = sorted(LAWS)
NOTES_OF_OURS = "Circular 10/2021/TT-BTNMT as presented by the national monitoring centre, 2021 (notes of this project)"
UNSAID = {
    ("QCVN 01-MT:2015", "TN"),
    ("QCVN 08:2023", "TN"),
    ("QCVN 08:2023", "TP"),
    ("QCVN 19:2024", "NOx"),
    ("QCVN 22:2009", "NOx"),
    ("QCVN 40:2011", "TN"),
    ("QCVN 40:2011", "TP"),
}
"""Of which no source that was read says the form in so many words; the catalogue's is the only one that is usual."""


def shipped(name: str) -> Standard:
    return StandardShelf().standard(LAWS[name].name)


def content(name: str) -> dict[str, object]:
    read: dict[str, object] = YAML(typ="safe", pure=True).load((SHIPPED / f"{name}.yaml").read_text("utf-8"))
    return read


def averaging(length_ms: int | None) -> str:
    if length_ms is None:
        return ""
    return "1y" if length_ms == YEAR_MS else f"{length_ms // HOUR_MS}h"


def numbers_of(standard: Standard, keys: dict[str, str]) -> dict[Place, Said]:
    """Of every value of every choice; `keys`: those of the sources by their titles."""
    found: dict[Place, Said] = {}
    for line in standard.lines:
        for values in product(*(one.names for one in standard.choices)):
            chosen = tuple(zip((one.name for one in standard.choices), values, strict=True))
            for case in line.cases:
                if not is_for(case.chosen, dict(chosen)):
                    continue
                symbol, unit = line.parameter.symbol, line.parameter.unit
                place = Place(symbol, unit, averaging(line.averaging_ms), chosen, case.since, case.until)
                assert place not in found, place
                assert line.source is not None, symbol
                source = keys[line.source.title]
                found[place] = Said(case.lowest, case.highest, line.form, line.scaled_by, source)
    return found


def keys_of(name: str) -> dict[str, str]:
    sources = content(name)["sources"]
    assert isinstance(sources, dict)
    return {row["title"]: key for key, row in sources.items()}


def test_every_table_that_ships_was_transcribed_and_no_other() -> None:
    assert {file.stem for file in SHIPPED.glob("*.yaml")} == set(LAWS)
    assert {file.name for file in SHIPPED.iterdir()} == {f"{name}.yaml" for name in LAWS}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_named_as_its_standard_demands(name: str) -> None:
    assert file_name(LAWS[name].name) == f"{name}.yaml"
    assert shipped(name).name == LAWS[name].name


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_the_sources(name: str) -> None:
    law, found = LAWS[name], numbers_of(shipped(name), keys_of(name))
    assert sorted(map(str, found)) == sorted(map(str, law.numbers))
    assert found == law.numbers


def test_how_many_numbers_there_are() -> None:
    """A transcription of nothing would hold nothing."""
    with_numbers = {name: len(law.numbers) for name, law in LAWS.items() if law.numbers}
    assert len(with_numbers) == 13
    assert with_numbers["qcvn-40-2011"] == 60
    assert with_numbers["qcvn-05-2023"] == 66
    assert sum(with_numbers.values()) > 500


@pytest.mark.parametrize("name", NAMES)
def test_the_days_the_edition_and_the_medium_are_the_sources(name: str) -> None:
    law, standard = LAWS[name], shipped(name)
    assert (standard.since, standard.until) == (law.since, law.until)
    follows = standard.replaced_by
    assert (None if follows is None else (follows.standard, follows.since)) == law.then
    assert standard.edition == law.edition
    assert standard.media == (law.medium,)


@pytest.mark.parametrize("name", NAMES)
def test_choices_coefficients_and_oxygen_are_the_sources(name: str) -> None:
    law, standard = LAWS[name], shipped(name)
    assert {one.name: list(one.names) for one in standard.choices} == law.choices
    ends = {(one.name, value.name): value.until for one in standard.choices for value in one.values if value.until}
    assert ends == law.choice_ends
    assert all(value.since is None for one in standard.choices for value in one.values)
    assert {one.name: _range(law, one.name) for one in standard.coefficients} == {
        one.name: (one.values, one.least, one.most) if one.is_known else None for one in standard.coefficients
    }
    assert [one.name for one in standard.coefficients] == list(law.coefficients)
    found = {(name, value): one.percent for one in standard.oxygen for name, (value,) in one.chosen}
    assert found == law.oxygen


def _range(law: Law, name: str) -> tuple[tuple[float, ...], float, float] | None:
    given = law.coefficients[name]
    if given is None:
        return None
    if given[-1] == "range":
        least, most, _ = given
        return ((), float(least), float(most))
    values = tuple(float(one) for one in given)
    return values, min(values), max(values)


@pytest.mark.parametrize("name", NAMES)
def test_the_one_that_follows_begins_on_the_day_that_is_told(name: str) -> None:
    follows = shipped(name).replaced_by
    if follows is None:
        return
    assert StandardShelf().standard(follows.standard).since == follows.since
    assert shipped(name).until == date(2031, 12, 31), "who stood before may keep to the old one until then"


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_used_and_every_line_names_one(name: str) -> None:
    read = content(name)
    rows, sources = read["limits"], read["sources"]
    assert isinstance(rows, list)
    assert isinstance(sources, dict)
    named = {row.get("source") for row in rows}
    assert None not in named
    law = LAWS[name]
    assert set(sources) == set(law.sources), "the transcription says what each confirms"
    assert named == {key for key, confirms in law.sources.items() if confirms == "numbers"}
    assert all(row["covers"] and row["read"] for row in sources.values())
    notes = {row["footnote"] for row in rows if "footnote" in row}
    assert notes == set(read.get("footnotes", {}) or {}), "a footnote that no line has"


@pytest.mark.parametrize("name", NAMES)
def test_a_source_can_be_found_by_whoever_reads_the_file(name: str) -> None:
    text = (SHIPPED / f"{name}.yaml").read_text("utf-8")
    for word in (
        "find_string",
        "search:",
        "/work",
        "/root",
        "LEFT-OUT",
        "RULES-",
        "index text",
        "repository (",
        "scout",
    ):
        assert word not in text, word
    assert not re.search(r"\bid[ :]*\d{6,}", text)
    sources = content(name)["sources"]
    assert isinstance(sources, dict)
    for key, row in sources.items():
        if row["title"] == NOTES_OF_OURS:
            assert "url" not in row
            continue
        address = urlsplit(row["url"])
        assert address.scheme in ("http", "https"), key
        assert address.hostname, key
        assert "." in address.hostname, key


@pytest.mark.parametrize("name", NAMES)
def test_a_header_says_what_the_table_is(name: str) -> None:
    text = (SHIPPED / f"{name}.yaml").read_text("utf-8")
    assert text.startswith(f"# {LAWS[name].name}/BTNMT: ")
    assert "For " in text.split("\nname:")[0], "for whom it is"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_of_a_regulation_is_said_in_both_languages(name: str) -> None:
    """Each of these has parameters or lists of coefficients that no public source confirms."""
    incomplete = shipped(name).incomplete
    assert incomplete is not None
    assert incomplete.vi
    assert incomplete.en
    assert incomplete.vi != incomplete.en


@pytest.mark.parametrize("name", NAMES)
def test_the_form_is_the_one_that_the_catalogue_counts_in(name: str) -> None:
    """Ammonium as N against the ion: a limit in another form than what is sent would be wrong by 29 %."""
    standard = shipped(name)
    for line in standard.lines:
        counted = form_of(line.parameter.symbol, line.parameter.unit)
        if counted is None:
            continue
        if (standard.name, line.parameter.symbol) in UNSAID:
            assert not line.form, "said after all: take it out of the list"
        else:
            assert line.form == counted.counted_as, (standard.name, line.parameter.symbol)
