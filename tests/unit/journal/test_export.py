"""An export is whole or not believed: by the gateway, and by the script of the guide, which knows nothing of it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from gateway.core.errors import GatewayError
from gateway.core.journal_entry import EntryKind, canonical
from gateway.journal.chain import append
from gateway.journal.export import between, export_lines, verify_export, verify_file, whole
from gateway.journal.key import NAME, JournalKey, make_key
from gateway.journal.key_in_force import open_key
from gateway.journal.rows import head
from gateway.journal.verification import verify
from tests.support.journal import BEGAN_MS, GUIDE, all_rows, believes, run_script, script, write_journal
from tests.support.journey import Journey

STATION = "NUO001"


class Exported:
    """A station's export, its key, and the script."""

    def __init__(self, folder: Path) -> None:
        self.journey = Journey(folder)
        self.key = write_journal(self.journey.database)
        self.lines = list(
            export_lines(self.journey.database, self.key, STATION, BEGAN_MS, whole(self.journey.database))
        )
        self._folder = folder
        self._script = script(folder)

    def script(self, lines: list[str], key: str | None = None) -> tuple[int, str]:
        file = self._folder / "journal.jsonl"
        file.write_bytes("".join(f"{line}\n" for line in lines).encode())
        done = run_script(self._script, file, key or self.key.public_hex)
        return done.returncode, done.stderr


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported(tmp_path_factory.mktemp("export"))


def test_the_guides_script_is_short_and_uses_nothing_of_ours() -> None:
    code = GUIDE.read_text("utf-8").split("```python\n")[1].split("```")[0]
    assert len(code.splitlines()) <= 40
    assert {line.partition(" ")[2] for line in code.splitlines() if line.startswith("import ")} == {
        "hashlib, json, pathlib, subprocess, sys, tempfile"
    }


def test_whole_it_is_believed_by_both(exported: Exported) -> None:
    found = verify_export(exported.lines)
    assert (found.entries, found.faults) == (len(exported.lines) - 2, ())
    assert found.keys == (exported.key.public_hex,)
    assert exported.script(exported.lines) == (0, "")


def test_a_stretch_of_it_is_believed_by_both(exported: Exported) -> None:
    database = exported.journey.database
    part = list(export_lines(database, exported.key, STATION, BEGAN_MS, between(database, 7, 15)))
    assert [json.loads(line)["seq"] for line in part[1:-1]] == list(range(7, 16))
    assert verify_export(part).faults == ()
    assert exported.script(part) == (0, "")


def _with(line: str, **columns: object) -> str:
    content = {**json.loads(line), **columns}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _signature(lines: list[str]) -> str:
    return str(json.loads(lines[-1])["signature"])


def _numbered(line: str, number: str) -> str:
    return re.sub('"seq":[0-9]+', f'"seq":{number}', line)


RUINS: dict[str, Callable[[list[str]], list[str]]] = {
    "changed": lambda lines: [*lines[:5], _with(lines[5], who="nobody"), *lines[6:]],
    "another time": lambda lines: [*lines[:5], _with(lines[5], time_ms=1), *lines[6:]],
    "removed": lambda lines: lines[:5] + lines[6:],
    "put in": lambda lines: [*lines[:6], *lines[5:]],
    "exchanged": lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]],
    "cut off": lambda lines: lines[:-4],
    "end missing": lambda lines: lines[:-1],
    "the last removed": lambda lines: [*lines[:-2], lines[-1]],
    "the last removed, and counted": lambda lines: [*lines[:-2], _with(lines[-1], entries=len(lines) - 3)],
    "the first removed": lambda lines: [lines[0], *lines[2:]],
    "another station's end": lambda lines: [*lines[:-1], _with(lines[-1], station="NUO002")],
    "a blank": lambda lines: [*lines[:5], lines[5].replace(":", ": ", 1), *lines[6:]],
    "a second begin": lambda lines: [lines[0], *lines],
    "another station's begin": lambda lines: [_with(lines[0], station="NUO002"), *lines[1:]],
    "another key's begin": lambda lines: [_with(lines[0], key="ab" * 32), *lines[1:]],
    "a name twice in the begin": lambda lines: [lines[0].replace("{", '{"station":"NUO002",', 1), *lines[1:]],
    "a name twice in the end": lambda lines: [*lines[:-1], lines[-1].replace("{", '{"station":"NUO002",', 1)],
    "a blank in the end": lambda lines: [*lines[:-1], lines[-1].replace(":", ": ", 1)],
    "capitals in the signature": lambda lines: [*lines[:-1], _with(lines[-1], signature=_signature(lines).upper())],
    "a signature that is none": lambda lines: [*lines[:-1], _with(lines[-1], signature=5)],
    "not a number in the end": lambda lines: [*lines[:-1], _with(lines[-1], time_ms=float("nan"))],
    "half a letter in the end": lambda lines: [*lines[:-1], lines[-1].replace("NUO001", "\\ud800")],
    "half a letter": lambda lines: [*lines[:5], lines[5].replace('"who":"', '"who":"\\ud800'), *lines[6:]],
    "more than a float can hold": lambda lines: [*lines[:5], lines[5].replace('"number":', '"number":1e400', 1)],
    "a number without an end": lambda lines: [*lines[:5], _numbered(lines[5], "9" * 4300), *lines[6:]],
    "a begin without an end": lambda lines: [_numbered(lines[0], "9" * 4300), *lines[1:]],
    "nothing but the begin": lambda lines: lines[:1],
    "a name twice": lambda lines: [*lines[:5], lines[5].replace("{", '{"who":"nobody",', 1), *lines[6:]],
}


def _is_believed(lines: list[str]) -> bool:
    try:
        return not verify_export(lines).faults
    except GatewayError:
        return False


@pytest.mark.parametrize("ruin", RUINS)
def test_not_whole_it_is_believed_by_neither(exported: Exported, ruin: str) -> None:
    ruined = RUINS[ruin](exported.lines)
    assert ruined != exported.lines
    assert not _is_believed(ruined)
    assert exported.script(ruined)[0] == 1


def test_random_edits_are_all_found(exported: Exported) -> None:
    """Of a byte, anywhere: what is left is no export any more, or one that is not whole."""
    chance = random.Random(5)
    text = "".join(f"{line}\n" for line in exported.lines)
    for _ in range(300):
        at = chance.randrange(len(text) - 1)
        edited = text[:at] + chance.choice("0a\n{ \0ế") + text[at + chance.randrange(2) :]
        if edited == text:
            continue
        try:
            assert verify_export(edited.split("\n")[:-1]).faults
        except GatewayError:
            assert edited.split("\n")[0] != exported.lines[0]


def test_the_script_and_the_gateway_say_the_same(exported: Exported, tmp_path: Path) -> None:
    """Of a byte that is another one, anywhere, or is none of any text."""
    chance = random.Random(8)
    whole_file = "".join(f"{line}\n" for line in exported.lines).encode()
    file, guide = tmp_path / "journal.jsonl", script(tmp_path)
    for number in range(150):
        at = chance.randrange(len(whole_file)) if number else len(whole_file) - 1
        bytes_in = chance.choice((b"", b"0", b"A", b" ", b"\n", b"\0", b"\xff", b"\xed\xa0\x80")) if number else b""
        file.write_bytes(whole_file[:at] + bytes_in + whole_file[at + chance.randrange(2) + (not number) :])
        try:
            is_believed = not verify_file(file).faults
        except GatewayError:
            is_believed = False
        assert believes(guide, file, exported.key.public_hex) is is_believed, file.read_bytes()
        is_whole = file.read_bytes().removesuffix(b"\n") == whole_file.removesuffix(b"\n")
        assert is_believed is is_whole


def test_bytes_that_are_no_text_are_not_taken_for_what_they_are_shown_as(journey: Journey, tmp_path: Path) -> None:
    key = write_journal(journey.database)
    with journey.database.write() as connection:
        append(connection, BEGAN_MS, EntryKind.SEAL, {"text": "\\xff"})
    lines = export_lines(journey.database, key, STATION, BEGAN_MS, whole(journey.database))
    content = "".join(f"{line}\n" for line in lines).encode()
    file = tmp_path / "journal.jsonl"
    file.write_bytes(content)
    assert verify_file(file).faults == ()
    file.write_bytes(content.replace(rb"\\xff", b"\\\xff"))
    assert verify_file(file).faults


def test_a_part_says_that_it_is_one(exported: Exported) -> None:
    database = exported.journey.database
    part = list(export_lines(database, exported.key, STATION, BEGAN_MS, between(database, 7, 15)))
    assert verify_export(part).begin == 6
    assert verify_export(exported.lines).begin == 0


def test_no_key_signs_an_end_at_which_another_one_was_in_force(journey: Journey) -> None:
    """A station's key was lost; what is exported of the time before would not be believed by anybody."""
    write_journal(journey.database)
    folder = journey.database.file.parent
    (folder / NAME).unlink()
    key = open_key(journey.database, folder, BEGAN_MS)
    assert key is not None
    with pytest.raises(GatewayError, match="write a later --to, or none"):
        list(export_lines(journey.database, key, STATION, BEGAN_MS, between(journey.database, 5, 12)))
    later = list(export_lines(journey.database, key, STATION, BEGAN_MS, between(journey.database, 5, 25)))
    assert verify_export(later).faults == ()


def test_another_key_than_the_one_you_know_is_not_believed(exported: Exported, tmp_path: Path) -> None:
    """A whole journal of somebody who wrote it anew."""
    other = Exported(tmp_path)
    assert exported.script(other.lines)[0] == 1
    assert exported.script(other.lines, other.key.public_hex) == (0, "")


def test_a_key_that_the_journal_does_not_name_yet_signs_nothing(journey: Journey) -> None:
    write_journal(journey.database)
    other: JournalKey = make_key(journey.file.parent / NAME)
    with pytest.raises(GatewayError, match="restart the gateway"):
        list(export_lines(journey.database, other, STATION, BEGAN_MS, whole(journey.database)))


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "nonsense", '{"export":"station-gateway-journal-2","seq":0}', "[" * 99_999]
)
def test_what_is_no_export_is_said_to_be_none(content: str) -> None:
    with pytest.raises(GatewayError, match="no export"):
        verify_export([content])


def test_an_entry_that_names_your_key_does_not_make_another_key_yours(exported: Exported, tmp_path: Path) -> None:
    """Somebody writes a journal anew, names the key that you know in it, and signs with one of their own."""
    other = Exported(tmp_path)
    database, known = other.journey.database, exported.key.public_hex
    for public in (known, other.key.public_hex):
        with database.write() as connection:
            append(connection, BEGAN_MS, EntryKind.KEY, {"public": public})
    lines = list(export_lines(database, other.key, STATION, BEGAN_MS, whole(database)))
    assert known in verify_export(lines).keys
    assert other.script(lines) == (0, "")
    code, told = exported.script(lines)
    assert (code, other.key.public_hex in told) == (1, True)


def test_a_digest_as_it_was_sent_stands_word_by_word_in_the_export(exported: Exported, tmp_path: Path) -> None:
    """What the guide has somebody hold against it who trusts the authority's server only."""
    digest = next(row.entry() for row in all_rows(exported.journey.database) if row.kind == "digest")
    (tmp_path / "x.digest.json").write_text(f"{canonical(asdict(digest))}\n", "utf-8")
    (tmp_path / "journal.jsonl").write_text("".join(f"{line}\n" for line in exported.lines), "utf-8")
    held = ["grep", "-cxF", "-f", tmp_path / "x.digest.json", tmp_path / "journal.jsonl"]
    assert subprocess.run(held, capture_output=True, text=True, check=True).stdout == "1\n"


def test_a_long_journal_takes_no_more_memory_than_a_short_one(journey: Journey) -> None:
    peaks = []
    key = write_journal(journey.database)
    for _ in range(2):
        with journey.database.write() as connection:
            for number in range(2000):
                append(connection, number, EntryKind.PORT, {"detail": "x" * 500})
        tracemalloc.start()
        lines = export_lines(journey.database, key, STATION, BEGAN_MS, whole(journey.database))
        assert verify_export(lines).faults == ()
        assert verify(journey.database, head(journey.database)).faults == ()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] < 2_000_000
