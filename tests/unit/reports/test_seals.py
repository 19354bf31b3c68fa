"""The register of seals as the inspector gets it: what is in place, what was done, the photos, violations beside it."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from gateway.audit.events import EventStore
from gateway.config import Configuration, Language, load
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.jpeg import jpeg_size
from gateway.core.ports import SealAct, SealEntry, ViolationKind
from gateway.db import Database
from gateway.ports.seal_photos import SealPhotos
from gateway.ports.seal_register import SealRegister
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build, usual_period
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.support.photo import photo, telephones

NOW_MS = MIDNIGHT_MS + 500 * DAY_MS
STATION = """\
station: {{name: Trạm <thử>, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {storage}}}
links: {{bus: {{type: modbus-tcp, host: 192.168.1.10}}}}
instruments: [{{name: ozone, link: bus, unit: 3, profile: teledyne-t400}}]
ports:
  - {{id: "usb:1-1.3", state: unused, seal: TEM-1}}
  - {{id: "panel:datalogger-usb", state: unused, seal: TEM-7, of: datalogger}}
"""


@pytest.fixture
def station(tmp_path: Path) -> tuple[Configuration, Database]:
    file = tmp_path / "gateway.yaml"
    file.write_text(STATION.format(storage=tmp_path), "utf-8")
    configuration = load(file)
    database = Journey(tmp_path).database
    register, kept = SealRegister(database), SealPhotos(tmp_path).keep(photo())
    first = SealEntry(MIDNIGHT_MS, SealAct.PUT, "usb:1-1.3", "TEM-1", "Nguyễn <b>A</b>", "=mới", kept)
    register.add(first, (), "lan")
    broken = replace(first, at_ms=MIDNIGHT_MS + DAY_MS, act=SealAct.BROKEN, photo=None)
    register.add(broken, (), "lan")
    register.add(replace(broken, at_ms=broken.at_ms + HOUR_MS, act=SealAct.PUT, number="TEM-2"), (), "lan")
    episode = Episode(ViolationKind.DEVICE_IN_UNUSED, MIDNIGHT_MS + HOUR_MS, NOW_MS, 1, None)
    EventStore(database).note(
        [Finding("usb:1-1.3", episode, Topic.PORT, "declared unused, and holds something: Kingston DataTraveler")],
        NOW_MS,
    )
    return configuration, database


def report(station: tuple[Configuration, Database], file_format: ReportFormat, language: Language) -> bytes:
    configuration, database = station
    period = usual_period(ReportKind.SEALS, configuration, database, NOW_MS)
    assert period is not None
    assert period.from_ms == MIDNIGHT_MS
    return render(build(ReportKind.SEALS, configuration, database, period, NOW_MS), file_format, language)


def test_programs_get_every_seal_act_and_violation(station: tuple[Configuration, Database]) -> None:
    told = json.loads(report(station, ReportFormat.JSON, Language.ENGLISH))
    assert told["summary"] == {
        "seals_in_place": 1,
        "seals_unregistered": 1,
        "ports_without_seal": 0,
        "seals_as_told": "yes",
        "seals_broken": 1,
        "port_violations": 1,
        "violations_lasting": 1,
    }
    assert [(one["port"], one["seal"], one["violation"]) for one in told["sealed_ports"]] == [
        ("usb:1-1.3", "TEM-2", "device-in-unused"),
        ("panel:datalogger-usb", "TEM-7", None),
    ]
    assert [(one["seal_act"], one["seal"], one["photo"]) for one in told["seal_acts"]] == [
        ("put", "TEM-1", "there"),
        ("broken", "TEM-1", None),
        ("put", "TEM-2", None),
    ]
    assert told["port_violations"][0]["seal_then"] == "TEM-1"


def test_the_page_shows_the_photos_and_obeys_nobodys_name(station: tuple[Configuration, Database]) -> None:
    page = report(station, ReportFormat.HTML, Language.VIETNAMESE).decode("utf-8")
    assert f"data:image/jpeg;base64,{b64encode(photo()).decode()}" in page
    assert "<b>A</b>" not in page
    assert "Sổ theo dõi niêm phong" in page
    assert "Có thiết bị ở cổng không dùng hoặc đã khóa" in page


def test_the_document_has_words_and_photos(station: tuple[Configuration, Database]) -> None:
    document = Document(io.BytesIO(report(station, ReportFormat.DOCX, Language.VIETNAMESE)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert {"TEM-1", "TEM-2", "TEM-7", "Nguyễn <b>A</b>", "gỡ, hỏng", "Kingston DataTraveler"} <= set(cells)
    assert [one.type.name for one in document.inline_shapes] == ["PICTURE"]
    for table in document.tables:  # a hash has no blanks: it would lead the table off the page
        assert not table.autofit
        assert all(sum(cell.width.mm for cell in row.cells) == pytest.approx(170, abs=0.1) for row in table.rows)


def test_nothing_english_stands_in_the_vietnamese_register(station: tuple[Configuration, Database]) -> None:
    page = report(station, ReportFormat.HTML, Language.VIETNAMESE).decode("utf-8")
    assert "<td>Kingston DataTraveler</td>" in page
    assert "declared" not in page


def test_a_photo_that_was_altered_is_told_and_not_shown(station: tuple[Configuration, Database]) -> None:
    (file,) = (station[0].storage.path / "seals").iterdir()
    file.write_bytes(photo(2))
    page = report(station, ReportFormat.HTML, Language.ENGLISH).decode("utf-8")
    assert "its file was altered" in page
    assert "data:image" not in page


def test_a_telephones_photo_is_shown_smaller_and_whatever_office_opens_it(
    station: tuple[Configuration, Database], tmp_path: Path
) -> None:
    large = telephones(photo(3, 4000, 3000))
    kept = SealPhotos(tmp_path).keep(large)
    entry = SealEntry(MIDNIGHT_MS + 2 * DAY_MS, SealAct.PUT, "usb:1-1.3", "TEM-5", "A", "x", kept)
    SealRegister(station[1]).add(entry, (), "lan")
    configuration, database = station
    period = usual_period(ReportKind.SEALS, configuration, database, NOW_MS)
    assert period is not None
    made = build(ReportKind.SEALS, configuration, database, period, NOW_MS)
    sizes = [jpeg_size(one.content) for section in made.sections for one in section.pictures]
    assert [(size.width, size.height) for size in sizes if size] == [(160, 120), (1280, 960)]
    render(made, ReportFormat.DOCX, Language.ENGLISH)


@pytest.mark.parametrize("file_format", list(ReportFormat))
def test_nothing_to_tell_is_a_report_too(tmp_path: Path, file_format: ReportFormat) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(STATION.format(storage=tmp_path).partition("ports:")[0], "utf-8")
    database = Journey(tmp_path).database
    configuration = load(file)
    period = usual_period(ReportKind.SEALS, configuration, database, NOW_MS)
    assert period is not None
    assert render(build(ReportKind.SEALS, configuration, database, period, NOW_MS), file_format, Language.VIETNAMESE)


def test_more_photos_than_a_box_can_hold_are_told_and_the_newest_shown(
    station: tuple[Configuration, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.reports.seals.MOST_PHOTO_BYTES", 2 * len(photo()) + 100)
    for number in range(3):
        kept = SealPhotos(station[0].storage.path).keep(photo(10 + number))
        entry = SealEntry(
            MIDNIGHT_MS + (2 + number) * DAY_MS, SealAct.PUT, "usb:1-1.3", f"NEW-{number}", "A", "x", kept
        )
        SealRegister(station[1]).add(entry, (), "lan")
    told = json.loads(report(station, ReportFormat.JSON, Language.ENGLISH))["seal_acts"]
    photos = {one["seal"]: one["photo"] for one in told if one["seal_act"] == "put" and one["photo"]}
    assert photos == {"TEM-1": "left_out", "NEW-0": "left_out", "NEW-1": "there", "NEW-2": "there"}
    page = report(station, ReportFormat.HTML, Language.ENGLISH).decode("utf-8")
    assert page.index('alt="NEW-1') < page.index('alt="NEW-2')
