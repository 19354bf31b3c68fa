"""What a person is told: the line that says it all, in good Vietnamese and in English; whatever an entry holds."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts.configured import configured_targets
from gateway.alerts.spoken_texts import SpokenTexts
from gateway.alerts.wording import StationWording
from gateway.config import Language
from gateway.core.alert import Alert, AlertKind, AlertState, ConfiguredTarget
from gateway.core.alert_fields import ALERT_FIELDS, alert_fields, alert_json
from gateway.core.instants import HOUR_MS
from gateway.texts import texts_in
from gateway.texts.phrases import said
from tests.unit.config.wording import STATION, load_text

BEGAN_MS = 1_767_200_400_000
"""2026-01-01T00:00:00+07:00"""
STATION_NAME = "Trạm nước thải Ví dụ"
COD_OVER = Alert(
    id="0" * 32,
    kind=AlertKind.EXCEEDED,
    state=AlertState.BEGAN,
    subjects=("COD",),
    began_ms=BEGAN_MS,
    ended_ms=None,
    facts={"entry": "exceedance", "kind": "exceeded", "subjects": {"COD": 160.25}, "detail": "max 75"},
)


def wording(language: Language) -> StationWording:
    by_key = texts_in(language).by_key
    return StationWording(
        lambda: by_key, partial(said, language=language), "NUO001", STATION_NAME, "Asia/Ho_Chi_Minh", {"COD": "mg/L"}
    )


VI, EN = wording(Language.VIETNAMESE), wording(Language.ENGLISH)


def test_a_message_says_what_where_and_since_when() -> None:
    message = VI.alert(COD_OVER)
    assert message.subject == "Vượt giới hạn cho phép: COD"
    assert message.text.splitlines() == [
        "Trạm nước thải Ví dụ (NUO001)",
        "Vượt giới hạn cho phép: COD",
        "Từ 00:00 01/01/2026",
        "COD: 160,25 mg/L",
        "Chi tiết: max 75",
    ]
    assert EN.alert(COD_OVER).lines == ("Since 2026-01-01 00:00", "COD: 160.25 mg/L", "Detail: max 75")


def test_the_end_says_how_long_it_was() -> None:
    over = replace(
        COD_OVER,
        kind=AlertKind.OUTAGE,
        state=AlertState.ENDED,
        subjects=("so-tnmt",),
        ended_ms=BEGAN_MS + 26 * HOUR_MS + 90_000,
        facts={"entry": "outage", "kind": "outage", "cause": "line", "times": 3, "first_began_ms": BEGAN_MS},
    )
    message = VI.alert(over)
    assert message.subject == "Đã hết: Không nhận được số liệu quá 12 giờ: so-tnmt"
    assert message.lines == (
        "Từ 00:00 01/01/2026 đến 02:01 02/01/2026, kéo dài 1 ngày 2 giờ 1 phút",
        "Lặp lại 3 lần, lần đầu lúc 00:00 01/01/2026",
        "Nguyên nhân: Mất kết nối đến máy chủ nhận",
    )


REJECTED = {"entry": "delivery", "kind": "rejected"}
SILENT = {"entry": "instrument", "kind": "silent"}
SAME = {"entry": "quality", "kind": "flatline"}
OPEN = {"entry": "port", "kind": "door-open"}
HOT = {"entry": "box", "kind": "hot"}
DRIFTING = {"entry": "clock", "state": "drifting", "offset_ms": -1300}
DARK = {"entry": "camera", "kind": "not-recording"}
OFF = {"entry": "start", "before": {}}
BROKEN = {"entry": "storage", "matter": "row"}


@pytest.mark.parametrize(
    ("kind", "facts", "subjects", "subject"),
    [
        (AlertKind.REJECTED, REJECTED, ["so"], "Không đăng nhập được vào máy chủ nhận: so"),
        (AlertKind.INSTRUMENT, SILENT, ["pH"], "Thiết bị không trả lời: pH"),
        (AlertKind.INSTRUMENT, SAME, ["a", "b", "c", "d", "e", "f"], "Giá trị không đổi: a, b, c, d và 2 mục khác"),
        (AlertKind.PORT, OPEN, ["tcp:x"], "Cổng dịch vụ không dùng hoặc đã khóa đang mở: tcp:x"),
        (AlertKind.DISK, HOT, ["box"], "Hệ thống quá nóng"),
        (AlertKind.CLOCK, DRIFTING, [], "Đồng hồ hệ thống chưa tin cậy được"),
        (AlertKind.CAMERA, DARK, ["outlet"], "Không ghi được hình: outlet"),
        (AlertKind.OUTAGE, OFF, [], "Hệ thống nhận, truyền dữ liệu đã không hoạt động"),
        (AlertKind.DAMAGE, BROKEN, ["record 5"], "Dữ liệu lưu tại trạm bị hỏng: record 5"),
    ],
)
def test_what_is_the_matter_is_said_as_exactly_as_it_is_known(
    kind: AlertKind, facts: dict[str, Any], subjects: list[str], subject: str
) -> None:
    assert VI.alert(replace(COD_OVER, kind=kind, facts=facts, subjects=tuple(subjects))).subject == subject


def test_a_digest_has_a_line_for_each_and_says_how_many_more_there_were() -> None:
    message = VI.digest("1" * 32, [COD_OVER, replace(COD_OVER, subjects=("TSS",))], 150, is_first=False)
    assert (message.kind, message.state, message.count) == (None, AlertState.DIGEST, 150)
    assert message.subject == "150 thông báo của trạm"
    assert message.lines == (
        "… và 148 thông báo cũ hơn",
        "00:00 01/01/2026 Vượt giới hạn cho phép: COD",
        "00:00 01/01/2026 Vượt giới hạn cho phép: TSS",
    )
    first = VI.digest("1" * 32, [COD_OVER], 1, is_first=True)
    assert first.subject == "1 việc đang chưa xong tại trạm"
    assert len(VI.digest("1" * 32, [COD_OVER] * 500, 500, is_first=False).lines) == 101


def test_a_trial_says_that_it_is_one() -> None:
    message = VI.test("2" * 32)
    assert (message.state, message.subject) == (AlertState.TEST, "Tin nhắn thử")
    assert alert_fields(message)["kind"] == "test"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
facts_of_anything = st.dictionaries(
    st.sampled_from(["entry", "kind", "cause", "detail", "reason", "times", "first_began_ms", "subjects", "offset_ms"]),
    anything,
)


@given(
    st.sampled_from(AlertKind), st.sampled_from([AlertState.BEGAN, AlertState.ENDED]), st.lists(st.text(), max_size=6),
    st.none() | st.integers(), st.none() | st.integers(), facts_of_anything, st.booleans(),
)  # fmt: skip
def test_nothing_that_an_entry_holds_makes_it_fail(
    kind: AlertKind,
    state: AlertState,
    subjects: list[str],
    began_ms: int | None,
    ended_ms: int | None,
    facts: dict[str, Any],
    has_texts: bool,
) -> None:
    alert = Alert("3" * 32, kind, state, tuple(subjects), began_ms, ended_ms, facts)
    words = VI if has_texts else replace(VI, texts=dict)
    for message in (words.alert(alert), words.digest("4" * 32, [alert], 1, is_first=True)):
        assert message.subject
        assert "\n" not in message.subject
        assert message.text.count("\n") == len(message.lines) + 1
    alert_json(message)
    assert set(alert_fields(message)) == set(ALERT_FIELDS)


def test_the_daemons_texts_come_from_a_child() -> None:
    found = SpokenTexts(Language.VIETNAMESE).by_key()
    assert found["alert.test"] == "Tin nhắn thử"
    assert {key: texts_in(Language.VIETNAMESE).by_key[key] for key in found} == found
    code = (
        "import sys; from gateway.alerts.configured import configured_targets; from gateway.config import Language;"
        "from gateway.alerts.spoken_texts import SpokenTexts; SpokenTexts(Language.ENGLISH).by_key();"
        "print([name for name in sys.modules if name.startswith(('gateway.texts', 'ruamel', 'smtplib', 'ssl',"
        " 'gateway.alerts.mail'))])"
    )
    spared = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert spared.stdout.strip() == "[]"


NO_ANSWER = "no answer within 1 s"


def test_a_sentence_of_the_journal_is_told_in_the_stations_language() -> None:
    silent = replace(
        COD_OVER, kind=AlertKind.INSTRUMENT, facts={**SILENT, "detail": NO_ANSWER, "reason": "550 Thẻ đầy: no room"}
    )
    spoken = SpokenTexts(Language.VIETNAMESE)
    told = replace(VI, texts=spoken.by_key, said=spoken.said).alert(silent)
    assert told.lines[-2:] == ("Chi tiết: không trả lời trong 1 giây", "Chi tiết: 550 Thẻ đầy: no room")
    assert EN.alert(silent).lines[-2] == f"Detail: {NO_ANSWER}"


def test_a_sentence_is_asked_for_once_and_stays_as_it_is_where_nobody_can_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoken = SpokenTexts(Language.VIETNAMESE)
    first = spoken.said(NO_ANSWER)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert spoken.said(NO_ANSWER) == first != NO_ANSWER
    assert spoken.said("the disk is full") == "the disk is full"
    assert SpokenTexts(Language.ENGLISH).said(NO_ANSWER) == NO_ANSWER


def test_without_texts_a_message_says_it_in_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    without = replace(VI, texts=SpokenTexts(Language.VIETNAMESE).by_key)
    assert without.alert(COD_OVER).subject == "exceeded COD"
    assert without.test("5" * 32).subject == "test"


def test_the_configuration_has_a_target_for_each(tmp_path: Any) -> None:
    configuration = load_text(STATION + "alerts:\n  - {command: [/bin/true], on: [rejected]}\n", tmp_path)
    [target] = configured_targets(configuration)
    assert isinstance(target, ConfiguredTarget)
    assert (target.target.name, target.target.kinds) == ("true", frozenset({AlertKind.REJECTED}))
    target.make().tell(target.wording.test("6" * 32))
