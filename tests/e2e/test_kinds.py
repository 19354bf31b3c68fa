"""Each kind of station from its instruments to every layout of the receiver: the authority's rules find nothing, and
the files say what the instruments showed, converted as the permit has it."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.e2e.kinds import KINDS, Lived
from tests.support.live.examples import POLL_MS, SLOT_MS, Office
from tests.support.live.expectation import end_of, label
from tests.support.live.long_runs import ENOUGH_S
from tests.support.live.recomputation import (
    Said,
    averages_of,
    columns_of,
    instant_ms,
    lines_of,
    readings_of,
    sent,
)

pytestmark = pytest.mark.timeout(ENOUGH_S)

OFFICES = [(kind, office) for kind, found in KINDS.items() for office in found.offices]
IDS = [f"{kind}-{office.name}" for kind, office in OFFICES]
SHOWN_WITHIN_MS = 4_000
AHEAD_MS = 250
"""The simulator writes down when it answered, the gateway when it had the answer whole; one machine, one clock."""

Kinds = dict[str, Lived]
Averages = dict[int, dict[str, Said]]


def shown_lines(content: bytes) -> list[str]:
    assert content.endswith(b"\r\n")
    return content.decode("utf-8").removesuffix("\r\n").split("\r\n")


def averages(lived: Lived) -> Averages:
    """Of each slot, by its end, as measured."""
    symbols = [one["symbol"] for each in lived.configuration["instruments"] for one in each["parameters"]]
    readings = readings_of(lived.readings, SLOT_MS)
    return {end_ms: averages_of(found, symbols, SLOT_MS // POLL_MS) for end_ms, found in readings.items()}


def sent_averages(kind: str, lived: Lived, interval_ms: int) -> Averages:
    """Of each interval, by its end, as sent; a longer one is made of its slots by the same rules."""
    of_slots = {end_ms: sent(found, KINDS[kind].derivations) for end_ms, found in averages(lived).items()}
    if interval_ms == SLOT_MS:
        return of_slots
    parts: dict[int, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    for end_ms, found in sorted(of_slots.items()):
        for symbol, said in found.items():
            parts[-(-end_ms // interval_ms) * interval_ms][symbol].append(said)
    return {end_ms: averages_of(found, found, interval_ms // SLOT_MS) for end_ms, found in parts.items()}


each_office = pytest.mark.parametrize(("kind", "office"), OFFICES, ids=IDS)
each_kind = pytest.mark.parametrize("kind", KINDS)


@each_office
def test_the_authority_finds_no_fault(kinds_run: Kinds, kind: str, office: Office) -> None:
    score = kinds_run[kind].scores[office.name]
    faults = {key: score[key] for key in ("missing", "late", "malformed", "duplicates_altered")}
    assert faults == dict.fromkeys(faults, 0), score["problems"]
    assert score["received"] == len(kinds_run[kind].files[office.name]) > 0
    assert score["expected"] > 0


@each_office
def test_files_lie_in_the_folders_that_the_authority_was_set_to(kinds_run: Kinds, kind: str, office: Office) -> None:
    station = kinds_run[kind].configuration["station"]
    for file in kinds_run[kind].files[office.name]:
        time = label(end_of(file))
        day = office.folder.replace("YYYY", time[:4]).replace("MM", time[4:6]).replace("DD", time[6:8])
        name = f"{station['province']}_{station['facility']}_{station['code']}_{time}.txt"
        assert file == f"{station['code']}/{day}/{name}"


def test_each_layout_of_the_receiver_is_somebodys() -> None:
    folders = [office.folder for _, office in OFFICES]
    assert sorted(folders) == sorted(
        (
            "YYYY/MM/DD",
            "YYYY/ThangMM/NgayDD",
            "YYYYMMDD",
            "YYYY/ThangMM/YYYYMMDD",
            "YYYY-MM-DD",
            "YYYY/ThangMM/DDMMYYYY",
            "YYYY_MM_DD",
            "YYYY/MM/DDMMYYYY",
        )
    )


@each_kind
def test_readings_are_what_the_instruments_showed(kinds_run: Kinds, kind: str) -> None:
    shown: dict[tuple[str, float], list[int]] = defaultdict(list)
    for line in kinds_run[kind].truth:
        for symbol, value in line["values"].items():
            shown[symbol, float(value)].append(line["t_ms"])
    measured = [row for row in kinds_run[kind].readings if row["value"]]
    for row in measured:
        at_ms, instants = instant_ms(row["time_utc"]), shown[row["symbol"], float(row["value"])]
        assert any(-AHEAD_MS <= at_ms - instant <= SHOWN_WITHIN_MS for instant in instants), row
    assert {row["symbol"] for row in measured} == {
        one["symbol"] for each in kinds_run[kind].configuration["instruments"] for one in each["parameters"]
    }


@each_office
def test_every_file_says_what_its_readings_come_to(kinds_run: Kinds, kind: str, office: Office) -> None:
    lived = kinds_run[kind]
    columns = [one for one in columns_of(lived.configuration) if one.symbol not in office.omitted]
    values = sent_averages(kind, lived, office.interval_ms)
    for file, content in lived.files[office.name].items():
        end_ms = end_of(file)
        assert shown_lines(content) == lines_of(values[end_ms], columns, end_ms), file


@each_office
def test_what_is_explained_of_a_slot_is_what_the_authority_has(kinds_run: Kinds, kind: str, office: Office) -> None:
    """Made again of what is kept, each value is the one that was sent; and each try has the server's answer."""
    lived = kinds_run[kind]
    for file, content in lived.files[office.name].items():
        (slot,) = [
            one
            for one in lived.explained[end_of(file)]["slots"]
            if one["length_s"] * 1000 == office.interval_ms and any(way["place"] for way in one["deliveries"])
        ]
        assert slot["agrees"] is True, slot["lines"]
        (way,) = [one for one in slot["deliveries"] if one["destination"] == office.name]
        assert file.endswith(way["place"])
        assert way["delivery"]["state"] == "delivered"
        assert [one["outcome"] for one in way["tried"]][-1] == "delivered"
        assert way["tried"][-1]["answer"]
        (told,) = [one for one in slot["files"] if one["sha256"] == way["delivery"]["sha256"]]
        assert told["content"] == content.decode()
        written = [(one["as"], one["value"]) for one in told["lines"] if one["as"]]
        assert written == [tuple(line.split("\t")[:2]) for line in shown_lines(content)]


@each_office
def test_slots_that_were_measured_from_end_to_end_are_good(kinds_run: Kinds, kind: str, office: Office) -> None:
    troubled, unsteady = KINDS[kind].troubled, KINDS[kind].unsteady
    for _, content in sorted(kinds_run[kind].files[office.name].items())[1:]:
        assert bad_lines(content) <= {*troubled, *unsteady}, content
    newest = max(kinds_run[kind].files[office.name].items())[1]
    assert bad_lines(newest) <= set(unsteady), newest


def bad_lines(content: bytes) -> set[str]:
    """The symbols whose status is not 00."""
    pieces = [line.split("\t") for line in shown_lines(content)]
    return {piece[0] for piece in pieces if piece[4] != "00"}


def test_where_a_conversion_is_not_defined_there_is_no_value_and_what_was_measured_is_kept(kinds_run: Kinds) -> None:
    lived = kinds_run["emission"]
    lost = [row for row in lived.records if row["symbol"] == "SO2" and not row["value"] and row["measured"]]
    assert [(row["status"], row["measured_unit"], row["measured_status"]) for row in lost] == [
        ("02", "mg/m3", "00")
    ] * len(lost)
    assert lost, "the controller's fault fell into no slot"
    for row in lost:
        end_ms = instant_ms(row["end_utc"])
        assert f"SO2\tNULL\tmg/Nm3\t{label(end_ms)}\t02".encode() in b"".join(lived.files["ministry"].values())


@each_kind
def test_the_export_has_what_was_measured_beside_what_was_sent(kinds_run: Kinds, kind: str) -> None:
    lived, found = kinds_run[kind], averages(kinds_run[kind])
    converted = {symbol for symbol in KINDS[kind].derivations if symbol != "SO2_load"}
    for row in lived.records:
        symbol = row["symbol"]
        if symbol not in converted:
            assert (row["measured"], row["measured_unit"], row["measured_status"]) == ("", "", "")
            continue
        said = found[instant_ms(row["end_utc"])][symbol]
        assert row["measured"] == ("" if said.value is None else repr(said.value))
        assert row["measured_status"] == f"0{said.code}"
    assert converted <= {row["symbol"] for row in lived.records if row["measured"]}


@each_office
def test_exported_files_are_those_that_the_authority_got(kinds_run: Kinds, kind: str, office: Office) -> None:
    code = kinds_run[kind].configuration["station"]["code"]
    exported = {f"{code}/{file}": content for file, content in kinds_run[kind].exported[office.name].items()}
    assert exported.items() >= kinds_run[kind].files[office.name].items()
    assert len(exported) <= len(kinds_run[kind].files[office.name]) + 1  # one may have been made as the run was stopped


@each_kind
def test_it_stops_cleanly_and_nobody_says_a_traceback(kinds_run: Kinds, kind: str) -> None:
    assert kinds_run[kind].stopped.code == 0
    assert "Traceback" not in kinds_run[kind].log
    assert "worker failed" not in kinds_run[kind].log
