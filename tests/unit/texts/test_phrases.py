"""What a configuration is told has its Vietnamese: every sentence of a `Phrase` in the package, with the same holes."""

from __future__ import annotations

import ast
import json
import pickle
import re
import string
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import gateway
from gateway.cli.salvage import counted
from gateway.config import Language
from gateway.config.profiles.shelf import ProfileShelf
from gateway.core.in_words import InWords
from gateway.core.number_of import number_of
from gateway.core.phrase import NAMING, Phrase, in_a_row, packed, unpacked, verbatim
from gateway.texts.phrases import said
from gateway.texts.sentences import vietnamese as sentence_of
from tests.support.vietnamese import english_in

SOURCE = Path(gateway.__file__).parent
LINES = (SOURCE / "texts/phrases.vi.yaml").read_text("utf-8").splitlines()


def _entry(line: str) -> tuple[str, str]:
    [entry] = json.loads(f"{{{line}}}").items()
    assert isinstance(entry[1], str)
    return entry


VIETNAMESE = dict(_entry(line) for line in LINES if line.startswith('"'))


def _literals(written: ast.expr) -> Iterator[str]:
    if isinstance(written, ast.IfExp):
        yield from _literals(written.body)
        yield from _literals(written.orelse)
    elif isinstance(written, ast.Constant) and isinstance(written.value, str):
        yield written.value
    else:
        raise AssertionError(f"no test can find {ast.unparse(written)}: write the sentence out")


def _sentences() -> Iterator[tuple[str, str, bool]]:
    """Where, the sentence, and whether it has holes."""
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not call.args:
                continue
            where = f"{file.relative_to(SOURCE)}:{call.lineno}"
            if call.func.id == "Phrase" and file.name not in ("phrase.py", "number_of.py"):
                for sentence in _literals(call.args[0]):
                    yield where, sentence, bool(call.keywords)
            if call.func.id == "number_of" and len(call.args) == 2 and isinstance(call.args[1], ast.Constant):
                yield where, str(call.args[1].value), False
                yield where, f"{call.args[1].value}s", False


def _of_shipped_profiles() -> Iterator[tuple[str, str, bool]]:
    """What commands show of a ready instrument, written in its file."""
    shelf = ProfileShelf(None)
    for name in shelf.names():
        profile = shelf.find(name).profile
        yield name, profile.measures, False
        yield name, profile.tried, False


@cache
def sentences() -> tuple[tuple[str, str, bool], ...]:
    """Of the whole package: read by the first test that asks, not by everybody who collects the tests."""
    return (*_sentences(), *_of_shipped_profiles())


def _parts(sentence: str) -> tuple[str, list[tuple[str, str | None, str | None]]]:
    """What is written, and the holes with how each is filled."""
    parsed = list(string.Formatter().parse(sentence))
    return "".join(part[0] for part in parsed), sorted((name, spec, how) for _, name, spec, how in parsed if name)


def _is_worded(sentence: str, has_holes: bool) -> bool:
    return any(map(str.isalpha, _parts(sentence)[0] if has_holes else sentence))


def test_every_sentence_has_its_vietnamese_with_the_same_holes() -> None:
    for where, sentence, has_holes in sentences():
        if not _is_worded(sentence, has_holes):
            continue
        assert sentence in VIETNAMESE, f"{where}: {sentence!r} is not in phrases.vi.yaml"
        if has_holes:
            assert _parts(VIETNAMESE[sentence])[1] == _parts(sentence)[1], f"{where}: {sentence!r}"


def test_the_catalogue_has_no_sentence_that_nobody_says() -> None:
    said_somewhere = {sentence for _, sentence, _ in sentences()} | {"time", "times", "slot", "slots", "character"}
    assert [sentence for sentence in VIETNAMESE if sentence not in said_somewhere] == []


def test_the_catalogue_is_in_order_and_each_line_is_one_entry() -> None:
    assert len(VIETNAMESE) == sum(line.startswith('"') for line in LINES)
    assert list(VIETNAMESE) == sorted(VIETNAMESE, key=lambda sentence: (sentence.lower(), sentence))


def test_each_sentence_is_found_in_the_catalogue_as_it_is_written() -> None:
    for sentence, vietnamese in VIETNAMESE.items():
        assert sentence_of(sentence) == vietnamese
    assert sentence_of("nobody says this") is None


def test_a_phrase_is_its_english_text_and_says_the_other_too() -> None:
    phrase = Phrase("{given} is too small", given=3)
    assert phrase == "3 is too small"
    assert said(phrase, Language.VIETNAMESE) == "3 là quá nhỏ"
    assert said(phrase, Language.ENGLISH) == phrase


def test_phrases_within_phrases_are_said_too_and_names_are_not() -> None:
    both = Phrase("is missing") + "; " + Phrase("add {key}: {description}", key="power", description=verbatim("x"))
    assert said(both, Language.VIETNAMESE) == "còn thiếu; hãy thêm power: x"
    assert said(in_a_row([number_of(1, "day"), number_of(2, "day")], ", "), Language.VIETNAMESE) == "1 ngày, 2 ngày"


def test_what_bears_a_name_keeps_it_whatever_words_of_the_catalogue_it_is_made_of() -> None:
    """`not used` is a sentence of the catalogue, `3 destination` a number of things."""
    assert said("not used", Language.VIETNAMESE) != "not used"
    for name in sorted(NAMING):
        phrase = Phrase(f"{{{name}}}; {{words}}", **{name: "not used", "words": "not used"})
        assert said(phrase, Language.VIETNAMESE) == "not used; không dùng"
        assert said(unpacked(json.loads(json.dumps(packed(phrase)))), Language.VIETNAMESE) == "not used; không dùng"
    assert said(verbatim("not used"), Language.VIETNAMESE) == "not used"
    assert said(counted({"destination": 3, "record": 2, "file": 1, "slot": 0}), Language.VIETNAMESE) == (
        "3 destination, 1 file, 2 record"
    )


def test_a_sentence_within_a_naming_hole_is_still_said() -> None:
    assert said(Phrase("camera {camera}", camera=Phrase("all cameras")), Language.VIETNAMESE) == "camera tất cả camera"


def test_what_came_from_outside_does_nothing_to_a_terminal_in_any_language() -> None:
    assert said(Phrase("{given} is too small", given="\x1b[31m"), Language.VIETNAMESE) == "\\x1b[31m là quá nhỏ"


def test_a_text_without_fields_may_have_braces() -> None:
    assert Phrase("add web: {}") == "add web: {}"
    assert said(Phrase("add web: {}"), Language.VIETNAMESE) == "hãy thêm web: {}"


@pytest.mark.parametrize(
    "phrase", [Phrase("is missing"), Phrase("ends with {until}, and none follows", until=date(2026, 1, 31))]
)
def test_a_phrase_survives_the_way_from_a_child(phrase: Phrase) -> None:
    found = pickle.loads(pickle.dumps(phrase))  # noqa: S301  # our own
    assert found == phrase
    assert found.fields == phrase.fields
    assert said(found, Language.VIETNAMESE) != phrase


@pytest.mark.parametrize(
    "phrase",
    [
        Phrase("add web: {}"),
        Phrase("has {text} characters", text=7),
        Phrase("{path} can be read by everybody (mode {mode:04o})", path=Path("/etc/x"), mode=0o644),
        Phrase("{given} is too small", given=None),
        Phrase("{words}: {count:,}", words=Phrase("is missing"), count=1200),
        Phrase(
            "{en}: {at:%Y-%m-%d}, {exact:.2f}",
            en=InWords("tiếng Việt", "English"),
            at=date(2026, 1, 31),
            exact=Decimal(1) / 3,
        ),
        Phrase("{name!r} on {day!r}", name="O'Neil", day=date(2026, 1, 31)),
        in_a_row([number_of(1, "day"), number_of(2, "day")], ", "),
    ],
)
def test_a_phrase_that_was_kept_as_json_says_the_same_in_both_languages(phrase: Phrase) -> None:
    """Also when it is kept once more."""
    once = unpacked(json.loads(json.dumps(packed(phrase))))
    found = unpacked(json.loads(json.dumps(packed(once))))
    assert (once, found) == (phrase, phrase)
    assert said(found, Language.VIETNAMESE) == said(phrase, Language.VIETNAMESE)


def test_a_text_that_was_kept_is_the_same_text() -> None:
    assert unpacked(packed("no phrase, {braces}")) == "no phrase, {braces}"


def test_thousands_stand_apart_in_vietnamese_and_fractions_stay_as_commands_have_them() -> None:
    assert said(Phrase("{length:,.0f} s", length=3600.4), Language.VIETNAMESE) == "3 600 giây"
    assert said("20,454 days", Language.VIETNAMESE) == "20 454 ngày"
    assert said("no answer within 1.5 s", Language.VIETNAMESE) == "không trả lời trong 1.5 giây"
    assert said(Phrase("{length:,.0f} s", length=3600.4), Language.ENGLISH) == "3,600 s"


BOX_AND_PICTURES = [
    "the database has 1,024 MB, the limit is 900 MB",
    "12% of the picture is black, more than 5%",
    "more than one bit is wrong; it was only a note and is made anew",
    "not declared, and somebody listens: x11vnc",
    "a delivery was given up by nobody: [1, 2]",
    "the database was rolled back: the newest run is number 3, it was 5",
]


@pytest.mark.parametrize("kept", BOX_AND_PICTURES)
def test_what_the_station_noticed_about_itself_is_said_in_vietnamese(kept: str) -> None:
    told = said(kept, Language.VIETNAMESE)
    assert english_in(told, {"x11vnc", "run"}) == []
    assert told != kept


NOTED_BY = {"Reason", "FoundDamage", "LostRow", "BoxTrouble", "FoundPort", "ActOutcome", "DoorAnswer", "Violation"} | {
    *("DeliveryDeferred", "DeliveryRefused", "DestinationRejected", "DocumentDamaged", "start_again"),
}
"""What holds a sentence until somebody reads it."""
SENTENCE = re.compile(r"[A-Za-z]+ [a-z]+ ")


def _bare(written: ast.expr) -> Iterator[str]:
    """Sentences that are no `Phrase`."""
    match written:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in parts)
        case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, right=second):
            yield from (*_bare(first), *_bare(second))


def test_what_is_noted_for_a_reader_has_another_language() -> None:
    bare = []
    for file in sorted(SOURCE.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call):
                name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
                if name in NOTED_BY:
                    told = [
                        one for part in (*call.args, *(word.value for word in call.keywords)) for one in _bare(part)
                    ]
                    bare += [f"{file.name}:{call.lineno}: {one}" for one in told if SENTENCE.match(one)]
    assert bare == []
