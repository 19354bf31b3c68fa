"""A sentence that was kept in English is said to its reader in Vietnamese, whatever stood in its holes."""

from __future__ import annotations

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Language
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase
from gateway.core.port_rules import Sight, violations
from gateway.core.ports import DeclaredPort, FoundPort, PortId, PortKind, PortState
from gateway.texts import recognised as recognition
from gateway.texts.phrases import said
from gateway.texts.recognised import recognised
from gateway.texts.system_words import SYSTEM_WORDS
from tests.support.vietnamese import english_in
from tests.unit.texts.test_phrases import _is_worded, _parts, sentences

VIETNAMESE = Language.VIETNAMESE


def _filled(sentence: str) -> Phrase:
    """With something that is in no catalogue in each hole."""
    fields = {}
    for number, (name, spec, _) in enumerate(_parts(sentence)[1]):
        is_number = spec and spec[-1] in "dfgeoxX,%"
        fields[name] = 1000 + number if is_number or (spec and spec.endswith(",")) else f"Trạm{number}"
    return Phrase(sentence, **fields)


def test_every_sentence_is_recognised_by_what_it_reads_in_english() -> None:
    """But for words alone, which may be names, those of a word or two with holes, and those that read as another."""
    missed = []
    for _, sentence, has_holes in sentences():
        if not _is_worded(sentence, has_holes) or " " not in sentence or (has_holes and _is_dated(sentence)):
            continue
        phrase = _filled(sentence) if has_holes else Phrase(sentence)
        found = recognised(str(phrase))
        if said(found, VIETNAMESE) != said(phrase, VIETNAMESE) and not _reads_as(sentence, found):
            missed.append((sentence, said(found, VIETNAMESE)))
    assert missed == []


def _reads_as(sentence: str, found: str) -> bool:
    written = _parts(sentence)[0]
    return sum(map(str.isalpha, written)) < 12 or (
        isinstance(found, Phrase) and written.startswith(_parts(found.template)[0])
    )


def _is_dated(sentence: str) -> bool:
    return any("%" in (spec or "") for _, _, spec, _ in Formatter().parse(sentence))


def test_what_stands_in_its_holes_is_recognised_too() -> None:
    inner = Phrase("{file} cannot be read: {strerror}", file="/a b", strerror="Permission denied")
    kept = str(Phrase("gateway: seals and events are not known: {error}", error=inner))
    assert said(kept, VIETNAMESE) == f"gateway: không biết niêm phong và sự kiện: {said(inner, VIETNAMESE)}"
    assert "không có quyền truy cập" in said(inner, VIETNAMESE)


@pytest.mark.parametrize("state", [PortState.UNUSED, PortState.LOCKED])
@pytest.mark.parametrize("kind", [PortKind.USB, PortKind.NET, PortKind.DOOR])
def test_a_port_that_is_not_as_declared_is_told_without_english(state: PortState, kind: PortKind) -> None:
    place, called = PortId(kind, "1-1.3"), Phrase("unused") if state is PortState.UNUSED else Phrase("locked")
    held = FoundPort(place, True, detail="SanDisk Cruzer, serial number 4C53, a storage device")
    [violation] = violations({place: DeclaredPort(place, state)}, Sight({place: held}, {}))
    told = said(str(violation.detail), VIETNAMESE)
    assert english_in(told, {"sandisk", "cruzer"}) == []
    assert told.endswith(": SanDisk Cruzer, số sê-ri 4C53, thiết bị lưu trữ")
    assert told.startswith(f"khai báo {said(called, VIETNAMESE)}, mà đang ")


@pytest.mark.parametrize(
    "kept",
    [
        "the program sshd of the unit ssh.service, run by user root, listening at ::",
        "the program sshd, run by user 1000, listening at 0.0.0.0, ::",
    ],
)
def test_who_listens_is_said_whole(kept: str) -> None:
    assert english_in(said(kept, VIETNAMESE), {"sshd", "ssh", "service", "root"}) == []


def test_a_name_within_what_was_kept_stays_as_it_is() -> None:
    kept = str(Phrase("{file} cannot be read: {strerror}", file="/not used", strerror="not used"))
    assert said(kept, VIETNAMESE) == "không đọc được /not used: không dùng"


def test_a_number_of_things_is_said_as_such() -> None:
    assert said(str(number_of(3, "day")), VIETNAMESE) == "3 ngày"


@pytest.mark.parametrize("words", sorted(SYSTEM_WORDS))
def test_what_the_system_says_is_said_behind_a_name_and_a_number(words: str) -> None:
    vietnamese = said(Phrase(words), VIETNAMESE)
    assert said(f"192.168.1.10:502: [Errno 5] {words}", VIETNAMESE) == f"192.168.1.10:502: {vietnamese}"
    assert said(Phrase("{path}: {error}", path="a", error=OSError(5, words)), VIETNAMESE) == f"a: {vietnamese}"


@pytest.mark.parametrize("text", ["", "x", "power", "550 Not there: NUO001", "Hỏng nguồn điện", "a: b; c", "is " * 900])
def test_what_is_in_no_catalogue_is_shown_as_it_is(text: str) -> None:
    assert said(text, VIETNAMESE) == text


def test_an_english_reader_reads_what_was_kept() -> None:
    assert said("is missing", Language.ENGLISH) == "is missing"


def test_a_phrase_stays_what_it_is() -> None:
    phrase = Phrase("is missing")
    assert recognised(phrase) is phrase


def test_a_word_behind_a_number_and_its_unit_is_told_from_them() -> None:
    found = recognised("the clock is 3 s behind, more than max_offset")
    assert isinstance(found, Phrase)
    assert found.fields == {"offset": "3 s", "way": "behind"}
    assert isinstance(found.fields["way"], Phrase)


def test_a_sentence_of_several_parts_is_found_behind_what_it_is_about() -> None:
    kept = (
        "10.0.0.5:22: the server refuses user nuo001 with this key; the server says: no; check both with the authority"
    )
    assert said(kept, VIETNAMESE) == (
        "10.0.0.5:22: máy chủ từ chối người dùng nuo001 với khóa này; máy chủ báo: no; hãy"
        " kiểm tra cả hai với cơ quan quản lý"
    )


@given(
    st.lists(st.sampled_from(["a", ": ", "; ", "b a", " ("]), max_size=8),
    st.sampled_from(["{x}: {y}", "a{x}; {y}b a", "{x} ({y}a{z}", "b{x}"]),
)
def test_what_stands_in_holes_is_what_a_regular_expression_finds(words: list[str], template: str) -> None:
    text = "".join(words)
    written, names = recognition._parts(template)
    match = recognition._pattern(template)[0].fullmatch(text)
    assert recognition._filling_between(written, names, text) == (match.groupdict() if match else None)
