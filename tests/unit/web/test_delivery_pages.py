"""Deliveries, a slot and the journal, as they are read: the same in words, in forms and for a screen reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import ClassVar

import pytest

from gateway.acts.request_folder import RequestFolder
from gateway.config import Configuration, Language, load
from gateway.core.act import ActRequest, ResendSlots
from gateway.core.averaging import Averaging
from gateway.core.journal_entry import EntryKind
from gateway.core.lateness import DelayCause
from gateway.core.role import LoggedIn, Role
from gateway.db import Database, open_database
from gateway.journal.chain import append
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane
from gateway.reports.delivery_calendar import SlotVerdict
from gateway.reports.explain.averages import WhyNot
from gateway.reports.explain.limits import LimitOutcome
from gateway.texts import texts_in
from gateway.texts.phrases import said
from gateway.web.pages import deliveries, journal, slot
from gateway.web.room import BadRequest, FilledForm, NotThere
from tests.support.drawn import drawn, look_at
from tests.support.explained_station import ExplainedStation, usual
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.page import page_yaml
from tests.support.three_days import DAY_7_MS, NOW_MS, configuration, fill

LANGUAGES = tuple(Language)
AN = LoggedIn("an", Role.OPERATOR)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Configuration, Database]]:
    folder = tmp_path_factory.mktemp("pages")
    journey = Journey(folder)
    fill(journey)
    journey.database.close()
    reader = open_database(journey.file, read_only=True)
    yield with_page(folder), reader
    reader.close()


def with_page(folder: Path) -> Configuration:
    file = configuration(folder).file
    file.write_text(file.read_text("utf-8") + page_yaml(folder, 8080), "utf-8")
    (folder / "page").mkdir()
    return load(file, {"HOME": "secret"})


def text_of(html: str) -> str:
    """What is read of it, in one line."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)))


class TestMonth:
    def shown(self, station: tuple[Configuration, Database], query: str, language: Language = Language.ENGLISH) -> str:
        return drawn(deliveries.ROOM, look_at(*station, f"/deliveries{query}", NOW_MS, language))

    def test_each_day_says_in_words_what_its_picture_shows(self, station: tuple[Configuration, Database]) -> None:
        text = text_of(self.shown(station, "?month=2026-01"))
        assert "2026-01-06 41.6 % ■ not met 120 in time, 168 without a file. The gateway was not running (168)" in text
        assert "2026-01-07 100.0 % 132 in time, 156 late. The receiving server could not be reached (156)" in text
        assert "2026-01-05 100.0 % 288 in time" in text

    def test_a_day_before_the_first_file_is_not_called_bad(self, station: tuple[Configuration, Database]) -> None:
        assert "2026-01-04 – 288 before" in text_of(self.shown(station, "?month=2026-01"))

    def test_it_tells_of_interruptions_as_the_report_does(self, station: tuple[Configuration, Database]) -> None:
        text = text_of(self.shown(station, "?month=2026-01"))
        assert "2, of which 2 of more than 12 hours are to be reported in writing; the longest 14 h." in text
        assert "no answer from ftp.example.vn:990" in text

    def test_the_present_month_is_shown_if_none_is_asked_for(self, station: tuple[Configuration, Database]) -> None:
        assert "<h1>Deliveries – 2026-01</h1>" in self.shown(station, "")
        assert 'rel="next"' not in self.shown(station, "")
        assert 'rel="next"' in self.shown(station, "?month=2025-12")

    def test_a_month_that_has_not_come_is_empty(self, station: tuple[Configuration, Database]) -> None:
        assert "No slot of this month is due yet." in self.shown(station, "?month=2026-07")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_destinations_can_be_chosen(self, station: tuple[Configuration, Database], language: Language) -> None:
        html = self.shown(station, "?to=bo-tnmt&month=2026-01", language)
        assert '<a href="/deliveries?to=bo-tnmt&amp;month=2026-01" aria-current="true">bo-tnmt</a>' in html

    @pytest.mark.parametrize(
        ("query", "fault"),
        [
            ("?to=nobody", NotThere),
            ("?month=soon", BadRequest),
            ("?month=2026-13", BadRequest),
            ("?day=x", BadRequest),
            ("?day=0001-01-01", BadRequest),
        ],
    )
    def test_what_makes_no_sense_is_said(
        self, station: tuple[Configuration, Database], query: str, fault: type[Exception]
    ) -> None:
        with pytest.raises(fault):
            self.shown(station, query)


class TestDay:
    def test_every_slot_is_a_link_with_its_verdict_in_words(self, station: tuple[Configuration, Database]) -> None:
        html = drawn(deliveries.ROOM, look_at(*station, "/deliveries?day=2026-01-07", NOW_MS))
        slots = re.findall(r'<a class="slot (\w+)" href="/slot/([^"?]*)[^"]*" aria-label="([^"]*)"', html)
        assert len(slots) == 288
        cut = next(one for one in slots if one[1] == "2026-01-07T01:00:00")
        assert cut == (
            "late",
            "2026-01-07T01:00:00",
            "01:00 late 13 h: The receiving server could not be reached",
        )
        assert {one[0] for one in slots} == {"in_time", "late"}

    def test_reasons_stand_before_the_slots_in_runs(self, station: tuple[Configuration, Database]) -> None:
        text = text_of(drawn(deliveries.ROOM, look_at(*station, "/deliveries?day=2026-01-06", NOW_MS)))
        assert "02:00 – 15:55 : 168 without a file. The gateway was not running" in text
        whole = text_of(drawn(deliveries.ROOM, look_at(*station, "/deliveries?day=2026-01-05", NOW_MS)))
        assert "Every slot that is due was received in time." in whole


class TestResend:
    FIELDS: ClassVar = {"to": "so-tnmt", "from": "2026-01-07T01:00", "until": "2026-01-07T02:00"}

    def test_what_is_asked_for_is_left_for_the_daemon(self, station: tuple[Configuration, Database]) -> None:
        look = look_at(*station, "/deliveries", NOW_MS, person=AN)
        back = deliveries.resend(look, FilledForm(self.FIELDS, "the authority lost them"))
        assert back.to == "/deliveries?to=so-tnmt&day=2026-01-07"
        folder = RequestFolder(station[0].file.parent / "page")
        [request_id] = folder.ids()
        asked = folder.read(request_id)
        assert isinstance(asked, ActRequest)
        assert asked.deed == ResendSlots("so-tnmt", DAY_7_MS + HOUR_MS, DAY_7_MS + 2 * HOUR_MS)
        assert (asked.person, asked.reason) == ("an", "the authority lost them")

    @pytest.mark.parametrize(
        "changed",
        [{"to": "nobody"}, {"from": "x"}, {"until": ""}, {"until": "2026-01-07T00:55"}, {"until": "2026-02-08T00:00"}],
    )
    def test_what_makes_no_sense_is_not_asked(
        self, station: tuple[Configuration, Database], changed: dict[str, str]
    ) -> None:
        look = look_at(*station, "/deliveries", NOW_MS, person=AN)
        with pytest.raises((BadRequest, NotThere)):
            deliveries.resend(look, FilledForm(self.FIELDS | changed, "why"))

    def test_only_who_may_act_sees_the_form(self, station: tuple[Configuration, Database]) -> None:
        day, of_slot = "/deliveries?day=2026-01-07", {"slot": "2026-01-07T01:00:00"}
        for person, is_there in ((AN, True), (LoggedIn("sở", Role.AUTHORITY), False), (None, False)):
            html = drawn(deliveries.ROOM, look_at(*station, day, NOW_MS, person=person))
            assert ('action="/deliveries/resend"' in html) is is_there
            html = drawn(slot.ROOM, look_at(*station, "/slot/x", NOW_MS, person=person, path=of_slot))
            assert ('action="/deliveries/resend"' in html) is is_there


class TestSlot:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_tells_what_explain_tells(self, tmp_path: Path, language: Language) -> None:
        lived = ExplainedStation(tmp_path)
        lived.fill(MIDNIGHT_MS, MIDNIGHT_MS + SLOT_MS, usual)
        lived.close(MIDNIGHT_MS + SLOT_MS + 60_000)
        look = look_at(
            lived.configuration,
            lived.journey.database,
            "/slot/x",
            MIDNIGHT_MS + 2 * SLOT_MS,
            language,
            path={"slot": "2026-01-01T00:05:00"},
        )
        html = drawn(slot.ROOM, look)
        explained = lived.explain(MIDNIGHT_MS + SLOT_MS)
        for one in explained.slots:
            assert one.record is not None
            for line in one.record.lines:
                assert f"<h4>{line.line.parameter.symbol}:" in html
                for step in line.steps:
                    assert said(step.words, language) in unescape(html)
            for file in one.files:
                assert file.made.sha256.hex() in html
        lived.journey.database.close()

    def test_of_one_that_was_never_made_the_cause(self, station: tuple[Configuration, Database]) -> None:
        look = look_at(*station, "/slot/x?to=so-tnmt", NOW_MS, path={"slot": "2026-01-06T10:05:00"})
        assert "it was never made: The gateway was not running" in text_of(drawn(slot.ROOM, look))

    @pytest.mark.parametrize("text", ["x", "2026-01-05", "9999-12-31T00:00"])
    def test_what_is_no_slot_is_said(self, station: tuple[Configuration, Database], text: str) -> None:
        with pytest.raises(BadRequest, match="is no slot"):
            drawn(slot.ROOM, look_at(*station, "/slot/x", NOW_MS, path={"slot": text}))


class TestJournal:
    @pytest.fixture
    def kept(self, tmp_path: Path) -> Iterator[tuple[Configuration, Database]]:
        journey = Journey(tmp_path)
        with journey.database.write() as connection:
            for n in range(120):
                kind = EntryKind.SEAL if n % 40 == 0 else EntryKind.PORT
                append(connection, MIDNIGHT_MS + n * 60_000, kind, {"state": "began", "kind": f"odd {n}"}, "an")
        yield configuration(tmp_path), journey.database
        journey.database.close()

    def shown(
        self, kept: tuple[Configuration, Database], query: str = "", language: Language = Language.ENGLISH
    ) -> str:
        return drawn(journal.ROOM, look_at(*kept, f"/journal{query}", NOW_MS, language))

    def test_newest_first_and_page_by_page(self, kept: tuple[Configuration, Database]) -> None:
        html, seen = self.shown(kept), []
        while True:
            seen += [int(one) for one in re.findall(r'<li id="entry-(\d+)">', html)]
            older = re.search(r'href="/journal(\?before=\d+)" rel="next"', html)
            if older is None:
                break
            html = self.shown(kept, older[1])
        assert seen == list(range(120, 0, -1))

    def test_by_kind_and_day(self, kept: tuple[Configuration, Database]) -> None:
        html = self.shown(kept, "?kind=seal&from=2026-01-01&to=2026-01-01")
        assert re.findall(r'<li id="entry-(\d+)">', html) == ["81", "41", "1"]
        assert "Nothing was written." in self.shown(kept, "?from=2026-01-02")

    def test_in_words_and_as_written(self, kept: tuple[Configuration, Database]) -> None:
        assert "Port: began – by an kind odd 119 As written (JSON)" in text_of(self.shown(kept, "?seq=120"))
        assert "Cổng kết nối: bắt đầu – do an loại odd 119" in text_of(
            self.shown(kept, "?seq=120", Language.VIETNAMESE)
        )

    def test_an_entry_that_was_changed_is_told(self, kept: tuple[Configuration, Database]) -> None:
        assert "each follows the one before" in self.shown(kept)
        with kept[1].write() as connection:
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'journal'"
            ).fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("UPDATE journal SET what = '{}' WHERE seq = 100")
        html = self.shown(kept)
        assert "not all follow" in html
        assert "entry 100: it is not as it was written" in html

    @pytest.mark.parametrize("query", ["?kind=x", "?from=x", "?before=x", "?seq=-1", "?seq=9999999999999999999999"])
    def test_what_makes_no_sense_is_said(self, kept: tuple[Configuration, Database], query: str) -> None:
        with pytest.raises(BadRequest):
            self.shown(kept, query)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("page.deliveries.verdict.", SlotVerdict),
        ("page.deliveries.count.", SlotVerdict),
        ("page.journal.kind.", EntryKind),
        ("page.slot.why_not.", WhyNot),
        ("page.slot.limit.", LimitOutcome),
        ("page.slot.averaging.", Averaging),
        ("page.slot.state.", DeliveryState),
        ("page.slot.act.", Action),
        ("page.slot.lane.", Lane),
        ("term.cause_", DelayCause),
    ],
)
def test_whatever_a_page_may_say_has_words(language: Language, key: str, words: type[StrEnum]) -> None:
    assert [one for one in words if not texts_in(language).has(f"{key}{one.value}")] == []
