"""Both languages say everything, with the same placeholders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.config import Language
from gateway.config.builtin_tables.air_scales import air_scales
from gateway.config.destinations.destination import Authority
from gateway.config.file.document import parse_document
from gateway.config.station import StationKind
from gateway.core.frozen import FROZEN_TOGETHER
from gateway.core.lateness import DelayCause
from gateway.core.limits import Level, Limit
from gateway.core.long_outage import LongOutage
from gateway.core.permit_limit import PermitLimit
from gateway.core.ports import PortState, SealAct, ViolationKind
from gateway.core.quality import QualityFlag
from gateway.core.reason import Cause
from gateway.core.video import CameraEventKind, GapCause
from gateway.ports.seal_photos import PhotoState
from gateway.reports.interruptions import OtherCause
from gateway.texts import Wording, texts_in
from gateway.texts.catalogue import _texts

VI, EN = texts_in(Language.VIETNAMESE), texts_in(Language.ENGLISH)
ACCENT = re.compile("[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts() -> None:
    assert set(VI.by_key) == set(EN.by_key)


@pytest.mark.parametrize("language", list(Language))
def test_no_text_stands_twice(language: Language) -> None:
    text = files("gateway.texts").joinpath(f"{language.value}.yaml").read_text("utf-8")
    document = parse_document(language.value, text)
    assert document.faults == ()
    assert dict(flat(document.content)) == texts_in(language).by_key, "it is read as YAML says"


def flat(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if not isinstance(content, dict):
        yield path, str(content)
        return
    for key, inner in content.items():
        yield from flat(inner, f"{path}.{key}" if path else str(key))


@pytest.mark.parametrize("line", ["- text", "key text", "key: >", "key: text # why", 'key: "text', "key: |"])
def test_what_its_reader_does_not_know_is_no_text(line: str) -> None:
    with pytest.raises(ValueError, match="text"):
        dict(_texts([line]))


def test_no_text_is_empty() -> None:
    assert [key for texts in (VI, EN) for key, text in texts.by_key.items() if not text.strip()] == []


def test_a_text_has_the_same_placeholders_in_both_languages() -> None:
    both = {key: (placeholders(VI.by_key[key]), placeholders(EN.by_key[key])) for key in EN.by_key}
    assert {key: (vi, en) for key, (vi, en) in both.items() if vi != en} == {}


def test_vietnamese_is_written_with_composed_accents_and_english_without_any() -> None:
    whole = " ".join(VI.by_key.values())
    assert unicodedata.is_normalized("NFC", whole)
    assert len(ACCENT.findall(whole)) > len(whole) / 10
    assert not ACCENT.search(" ".join(EN.by_key.values()))


def test_the_classes_of_the_air_bear_the_names_and_ends_of_the_decisions_table() -> None:
    for scale in air_scales():
        low = 0
        for one in scale.classes:
            code = one.en.lower().replace(" ", "_")
            assert (VI(f"term.air_{code}"), EN(f"term.air_{code}")) == (one.vi, one.en)
            assert VI(f"kind.air_{code}") == f"{one.vi} ({low}–{one.upto})"
            assert EN(f"kind.air_{code}") == f"{one.en} ({low}–{one.upto})"
            low = one.upto + 1


def test_whatever_the_gateway_can_tell_has_a_word() -> None:
    keys = [
        *(f"station_kind.{kind}" for kind in StationKind),
        *(f"term.{authority}" for authority in Authority),
        *(f"term.cause_{cause}" for cause in (*DelayCause, *OtherCause)),
        *(f"term.reason_{cause}" for cause in Cause),
        *(f"term.noted_{kind}" for kind in (*QualityFlag, FROZEN_TOGETHER, *Level, *LongOutage, *CameraEventKind)),
        *(f"term.gap_{cause}" for cause in GapCause),
        *(f"term.port_{state}" for state in PortState),
        *(f"term.violation_{kind}" for kind in ViolationKind),
        *(f"term.seal_{act}" for act in SealAct),
        *(f"term.photo_{state}" for state in PhotoState),
    ]
    assert [key for key in keys if not EN.has(key)] == []


def test_dates_and_numbers_are_written_as_each_language_does() -> None:
    vi, en = Wording.of(Language.VIETNAMESE), Wording.of(Language.ENGLISH)
    moment = datetime(2026, 1, 31, 8, 5)  # noqa: DTZ001  # a wall clock's
    assert (vi.date(date(2026, 1, 31)), en.date(date(2026, 1, 31))) == ("31/01/2026", "2026-01-31")
    assert (vi.moment(moment), en.moment(moment)) == ("08:05 31/01/2026", "2026-01-31 08:05")
    assert (vi.number("7.21"), en.number("7.21")) == ("7,21", "7.21")
    assert (vi.count(8928), en.count(8928)) == ("8.928", "8,928")
    assert (vi.number("-1013.25"), vi.number("-118000.5")) == ("-1013,25", "-118.000,5")
    assert [vi.unit(unit) for unit in ("oC", "ug/Nm3", "m3/h", "uS/cm", "-", "mg/L")] == [
        "°C", "µg/Nm³", "m³/h", "µS/cm", "–", "mg/L"
    ]  # fmt: skip
    assert (vi.hours(86_400_000), vi.hours(1_800_000)) == ("24 giờ", "30 phút")
    assert vi.zone(datetime(2026, 1, 31, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))) == "GMT+7"
    assert vi.length(54_300_000) == "15 giờ 5 phút"
    assert en.length(2 * 86_400_000) == "2 d"
    assert en.length(10_000) == "10 s"
    assert (vi.setting(500), en.setting(1500), en.setting(0)) == ("0,5 giây", "1.5 s", "0 s")
    assert [en.setting(minutes * 60_000) for minutes in (5, 60, 90, 1440, 1_584_000)] == [
        "5 min", "1 h", "90 min", "1 d", "1,100 d"
    ]  # fmt: skip


def test_a_ratio_just_under_the_required_one_does_not_read_as_enough() -> None:
    en = Wording.of(Language.ENGLISH)
    assert en.percent(0.79999) == "79.9 %"
    assert en.percent(0.8) == "80.0 %"
    assert en.percent(0.29) == "29.0 %"
    assert en.percent(1.0) == "100.0 %"


@pytest.mark.parametrize(
    ("permit_limit", "vietnamese", "english"),
    [
        (PermitLimit(Limit(None, 135.5), "mg/L"), "không quá 135,5 mg/L", "at most 135.5 mg/L"),
        (PermitLimit(Limit(4.0), "mg/L"), "không dưới 4 mg/L", "at least 4 mg/L"),
        (PermitLimit(Limit(5.5, 9.0), "-"), "từ 5,5 đến 9", "5.5 to 9"),
        (
            PermitLimit(Limit(None, 10_000.0, 8 * 3_600_000), "ug/Nm3"),
            "không quá 10.000 µg/Nm³, trung bình 8 giờ",
            "at most 10,000 µg/Nm³, mean over 8 h",
        ),
    ],
)
def test_a_limit_is_worded_in_each_language(permit_limit: PermitLimit, vietnamese: str, english: str) -> None:
    shown = (Wording.of(language).permit_limit(permit_limit) for language in (Language.VIETNAMESE, Language.ENGLISH))
    assert tuple(shown) == (vietnamese, english)
