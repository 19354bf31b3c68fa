"""What a person types at `gateway accept`: numbers as they are written here, words, slips, and nonsense."""

from __future__ import annotations

import io

import pytest

from gateway.acceptance.step import Skipped
from gateway.acceptance.words import AcceptanceWords
from gateway.cli.accept_attendants import TerminalAttendant
from gateway.config import Language
from gateway.core.acceptance import SeenFact
from gateway.texts import Wording


def _typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> TerminalAttendant:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return TerminalAttendant(AcceptanceWords(Wording.of(Language.VIETNAMESE), "Asia/Ho_Chi_Minh"), on_stderr=False)


@pytest.mark.parametrize(
    ("typed", "shown"), [("7,21", 7.21), ("7.21", 7.21), ("-0,5", -0.5), (" 62 ", 62.0), (",5", 0.5), ("7,", 7.0)]
)
def test_a_number_has_a_comma_or_a_point(monkeypatch: pytest.MonkeyPatch, typed: str, shown: float) -> None:
    assert _typing(monkeypatch, typed).number("display", "pH", 7.2, "-") == shown


@pytest.mark.parametrize(
    "typed", ["nan", "inf", "-inf", "1e999", "7_2", "٣", "1,234.5", "7,2 mg/L", "", "abc", "9" * 400]
)
def test_what_is_no_number_is_told_and_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    assert _typing(monkeypatch, typed, "7,2").number("display", "pH", 7.2, "-") == 7.2
    assert "không phải là số; ví dụ 7,21" in capsys.readouterr().out


def test_no_display_and_no_wish_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _typing(monkeypatch, "-").number("display", "pH", 7.2, "-") == "thiết bị không có màn hình"
    with pytest.raises(Skipped) as skipped:
        _typing(monkeypatch, "s", "tủ bị khóa").number("display", "pH", 7.2, "-")
    assert skipped.value.reason == "tủ bị khóa"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [(["c"], True), (["Có"], True), (["K"], False), (["không"], False), (["chưa", "", "y", "k"], False)],
)
def test_yes_and_no_are_words_of_the_language(monkeypatch: pytest.MonkeyPatch, typed: list[str], answer: bool) -> None:
    assert _typing(monkeypatch, *typed).agrees("confirm_limits") is answer


def test_what_is_asked_about_stands_above_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slip = SeenFact.of("display_differs", symbol="COD", unit="mg/L", value=62.4, shown=6.2)
    _typing(monkeypatch, "c").agrees("confirm_display", [slip])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "    COD: đọc 62,4 mg/L, vừa gõ 6,2: chênh lệch quá mức cho phép"
    assert said[1].startswith("  ? Số vừa gõ có đúng là số trên màn hình không?")


def test_whoever_leaves_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        _typing(monkeypatch).agrees("confirm_limits")
