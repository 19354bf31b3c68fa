"""The System room says in its reader's language what the clock, its witnesses and the stages wrote down in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.clock.store import ClockStore, WitnessReport
from gateway.config import Language, load
from gateway.core.clock_trust import Trust, TrustState
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.time_server import Kiss, ServerAnswer, unfit
from gateway.core.witness import WitnessKind, WitnessVerdict
from gateway.db import open_database
from gateway.runtime.clock import boot_id
from gateway.web.pages import system
from tests.support.drawn import drawn, look_at
from tests.support.journey import Journey
from tests.support.page import page_yaml
from tests.support.three_days import NOW_MS, configuration, fill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    journey = Journey(tmp_path)
    fill(journey)
    agreed = Phrase("{count} of {all} time servers ({names})", count=2, all=3, names="a.vn, b.vn")
    trust = Trust(TrustState.TRUSTED, Instant(NOW_MS, 0.0), Phrase("vouched for by {witness}", witness=agreed))
    store = ClockStore(journey.database)
    ((run,),) = journey.database.read("SELECT max(id) FROM run")
    store.keep(run, boot_id(), [trust], NOW_MS)
    silent = WitnessReport(WitnessKind.SERVER, "c.vn", NOW_MS, WitnessVerdict.SILENT, Phrase("no answer"))
    own = WitnessReport(WitnessKind.SERVER, "d.vn", NOW_MS, WitnessVerdict.SILENT, "KOD <d>")
    store.report([silent, own], trust)
    journey.database.close()
    file = configuration(tmp_path).file
    file.write_text(file.read_text("utf-8") + page_yaml(tmp_path, 8080), "utf-8")
    (tmp_path / "page").mkdir()
    return tmp_path


def page_in(folder: Path, language: Language) -> str:
    held = load(folder / "gateway.yaml", {"HOME": "secret"})
    database = open_database(held.storage.path / "gateway.db", read_only=True)
    try:
        return drawn(system.ROOM, look_at(held, database, "/system", NOW_MS, language))
    finally:
        database.close()


def test_what_was_written_down_in_english_is_said_in_vietnamese(folder: Path) -> None:
    page = page_in(folder, Language.VIETNAMESE)
    assert "<span>được xác nhận bởi 2 trên 3 máy chủ thời gian (a.vn, b.vn)</span>" in page
    assert "<span>không trả lời</span>" in page
    assert "vouched for" not in page
    assert "no answer" not in page
    assert '<span lang="en">KOD &lt;d&gt;</span>' in page, "what nobody of the house said stays as it is"


def test_and_in_english_as_it_is(folder: Path) -> None:
    page = page_in(folder, Language.ENGLISH)
    assert "vouched for by 2 of 3 time servers (a.vn, b.vn)" in page
    assert "no answer" in page


def test_what_a_server_is_left_alone_for_is_written_down_in_english() -> None:
    answer = ServerAnswer(0.0, 1.0, 1.0, 1.0, 0, 0, "DENY", NOW_MS)
    assert answer.kiss is Kiss.STAY_AWAY
    assert unfit(answer) == "answers DENY: it is not asked again before tomorrow, unless the configuration changes"
