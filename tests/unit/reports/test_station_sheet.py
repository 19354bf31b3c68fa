"""The station's sheet to the letter: of a station with everything, and of one with nothing that it may lack.

What differs from machine to machine (versions, the board's name) is left out of the golden texts and asked for alone.
"""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway import __version__
from gateway.calibrations.results import CalibrationResults, ReferenceStandard
from gateway.config import Configuration, Language, load
from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.reports.document import Report, ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.handover.box_facts import machine
from gateway.reports.registry import build, usual_period
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, Journey

GOLDEN = Path(__file__).parent / "golden"
NOW_MS = MIDNIGHT_MS + 340 * DAY_MS + 8 * HOUR_MS
"""2026-12-07T08:00:00+07:00"""

LEAST = """\
station: {name: Trạm thử, province: HN, facility: ABCD, code: NUO001, kind: wastewater}
links: {plc: {type: modbus-tcp, host: 192.168.1.10}}
instruments:
  - {name: probe, link: plc, poll: 5s, parameters: [{symbol: pH, unit: "-", register: "holding:0", type: float32}]}
"""

MOST = """\
station:
  name: Trạm nước thải số 1
  province: HN
  facility: ABCD
  code: NUO001
  province_name: Hà Nội
  facility_name: Công ty TNHH Ví dụ
  address: Lô A1, khu công nghiệp Ví dụ, Hà Nội
  telephone: "024 3826 1234"
  email: moitruong@example.vn
  contacts:
    - {name: Nguyễn Văn An, role: Trưởng trạm, telephone: "0912 345 678", email: an@example.vn}
    - {name: Trần Thị Bình, role: Vận hành}
  kind: wastewater
  special_monitoring: true
clock: {servers: [time1.example.vn, time2.example.vn, "time3.example.vn:1123"], check_every: 30min, max_offset: 500ms}
links:
  plc: {type: modbus-tcp, host: 192.168.1.10}
  bus: {type: modbus-rtu, device: /dev/serial/by-id/usb-port0, baudrate: 9600}
instruments:
  - name: multiprobe
    link: plc
    unit: 3
    poll: 5s
    parameters:
      - {symbol: pH, unit: "-", register: "holding:0", type: float32, range: [0, 14], limit: {min: 5.5, max: 9}}
      - {symbol: COD, unit: mg/L, register: "holding:2", type: float32, decimals: 1,
         limit: {standard: "QCVN 40:2011", column: B, kq: 0.9, kf: 1.1}}
      - {symbol: TSS, unit: mg/L, register: "holding:4", type: float32, range: [0, 400]}
  - name: flowmeter
    link: bus
    unit: 7
    poll: 10s
    parameters: [{symbol: Flow, unit: m3/h, register: "input:0", type: float32}]
computed:
  - {symbol: COD_load, custom: true, unit: kg/h, formula: "COD * Flow / 1000"}
sampler: {link: plc, unit: 9, coil: 5, on: [exceeded, command], min_interval: 2h}
equipment:
  - name: cod
    kind: analyser
    make: Hãng Ví dụ
    model: UV-500
    serial: "10412"
    origin: Đức
    installed: 2024-05-01
    instrument: multiprobe
    measures: [COD, TSS]
    ranges: {COD: [0, 1000.5]}
    principle: Hấp thụ UV 254 nm
    accuracy: "±3 %"
    test_report: TR-2024-118
    calibrated: {number: HC-0123, by: Trung tâm 1, date: 2026-01-10, until: 2027-01-09}
    verified: {number: KĐ-0456, by: Trung tâm 1, date: 2025-12-06, until: 2026-12-06}
    type_approval: {number: 1234/QĐ-TĐC, until: 2031-06-30}
  - {name: ph, kind: sensor, make: Hãng Hai, model: CPS11E, serial: P-7, instrument: multiprobe, measures: [pH]}
  - {name: flow, kind: flow_meter, make: Hãng Ba, model: MAG-1, instrument: flowmeter,
     verified: {number: KĐ-9, until: 2027-01-06}}
  - {name: taker, kind: sampler, make: Hãng Bốn, model: S-24, serial: "24-7"}
  - {name: logger, kind: datalogger, make: Hãng Năm, model: DL-9, serial: "0098"}
  - {name: outlet-camera, kind: camera, make: Hãng Sáu, model: C-20, serial: A-77, camera: outlet}
  - {name: ups, kind: power, make: Hãng Bảy, model: U-1000, accuracy: 1000 VA}
  - {name: shelter, kind: other, make: Hãng Tám, model: N-3}
cameras:
  list: [{name: outlet, url: "rtsp://192.168.1.31/stream1"}]
ports:
  - {id: "usb:1-1.2", state: used, for: RS-485}
  - {id: "usb:1-1.3", state: unused, seal: TEM-000123}
  - {id: "panel:logger-usb", state: locked, of: logger}
destinations:
  - name: so-tnmt
    authority: province
    official_name: Sở Nông nghiệp và Môi trường Hà Nội
    url: sftp://nuo001@ftp.example.vn/NUO001
    password: {env: SECRET}
    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
    proof: answer
  - name: bo-tnmt
    authority: ministry
    official_name: Bộ Nông nghiệp và Môi trường
    url: ftp://nuo001@ftp.ministry.example.vn/NUO001
    password: {env: SECRET}
    interval: 60min
"""


def configured(folder: Path, text: str) -> Configuration:
    file = folder / "gateway.yaml"
    file.write_text(text, "utf-8")
    return load(file, {"SECRET": "throw-away"})


def sheet(folder: Path, text: str, journey: Journey) -> Report:
    configuration, database = configured(folder, text), journey.database
    period = usual_period(ReportKind.STATION, configuration, database, NOW_MS)
    assert period is not None
    return build(ReportKind.STATION, configuration, database, period, NOW_MS)


@pytest.fixture
def whole(tmp_path: Path, journey: Journey) -> Report:
    results = CalibrationResults(journey.database)
    older = CalibrationCheck("COD", "mg/L", MIDNIGHT_MS, CheckKind.SPAN, 100.0, 90.0)
    results.add(older, "", "Lan", MIDNIGHT_MS)
    newer = CalibrationCheck("COD", "mg/L", MIDNIGHT_MS + 300 * DAY_MS, CheckKind.SPAN, 100.0, 101.25)
    results.add(newer, "", "Bình", MIDNIGHT_MS + 300 * DAY_MS, ReferenceStandard("CRM-5", date(2027, 1, 1)))
    compared = CalibrationCheck("COD", "mg/L", MIDNIGHT_MS + 330 * DAY_MS, CheckKind.COMPARISON, 48.5, 50.0)
    results.add(compared, "", "An", MIDNIGHT_MS + 330 * DAY_MS)
    return sheet(tmp_path, MOST, journey)


def shown(report: Report, language: Language) -> str:
    """As text, without what differs from machine to machine."""
    facts = tuple(fact for fact in report.facts if fact[0] not in ("box", "gateway_version"))
    sections = tuple(section for section in report.sections if section.key != "versions")
    fixed = Report(report.kind, report.heading, facts, sections)
    return render(fixed, ReportFormat.TEXT, language).decode("utf-8")


@pytest.mark.parametrize("language", list(Language))
def test_the_sheet_of_a_station_with_everything(whole: Report, language: Language) -> None:
    assert shown(whole, language) == (GOLDEN / f"station-most.{language}.txt").read_text("utf-8")


@pytest.mark.parametrize("language", list(Language))
def test_the_sheet_of_a_station_with_nothing(tmp_path: Path, journey: Journey, language: Language) -> None:
    made = sheet(tmp_path, LEAST, journey)
    assert shown(made, language) == (GOLDEN / f"station-least.{language}.txt").read_text("utf-8")


def told(report: Report) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(render(report, ReportFormat.JSON, Language.VIETNAMESE))
    return content


def test_programs_get_dates_numbers_and_codes(whole: Report) -> None:
    content = told(whole)
    assert content["summary"]["gateway_version"] == __version__
    assert content["summary"]["telephone"] == "024 3826 1234"
    assert [one["validity"] for one in content["certificates"]] == ["valid", "ended", "valid", "ending"]
    assert [one["days_left"] for one in content["certificates"]] == [33, -1, 1666, 30]
    assert content["certificates"][1] == {
        "equipment": "cod",
        "proof": "verification",
        "certificate": "KĐ-0456",
        "issued_by": "Trung tâm 1",
        "issued": "2025-12-06",
        "valid_until": "2026-12-06",
        "days_left": -1,
        "validity": "ended",
    }
    ranges = {one["parameter"]: (one["range_from"], one["range_to"]) for one in content["technical_data"]}
    assert (ranges["COD"], ranges["TSS"], ranges["Flow"]) == ((0, 1000.5), (0, 400), (None, None))
    assert {one["parameter"]: one["instrument"] for one in content["sent_parameters"]}["COD_load"] == "computed"
    limited = {one["parameter"]: (one["limit_least"], one["limit_most"]) for one in content["permit_limits"]}
    assert limited == {"pH": (5.5, 9), "COD": (None, 148.5)}
    assert content["permit_limits"][1]["coefficients"] == "kq=0.9 kf=1.1"
    assert [one["measured"] for one in content["newest_calibrations"]] == [101.25, 50]
    assert {one["package"] for one in content["versions"]} >= {"station-gateway", "python", "kernel", "packages"}


def test_csv_has_the_equipment_whatever_else_the_station_has(whole: Report, tmp_path: Path, journey: Journey) -> None:
    least = sheet(tmp_path, LEAST, journey)
    first = [
        render(made, ReportFormat.CSV, Language.VIETNAMESE).decode("utf-8").splitlines() for made in (whole, least)
    ]
    assert first[0][0] == first[1][0] == "number,equipment,equipment_kind,make,model,serial,origin,measures,installed"
    assert (len(first[0]) > 1, len(first[1])) == (True, 1)


def document_text(content: bytes) -> list[str]:
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


@pytest.mark.parametrize("language", list(Language))
def test_document_page_and_workbook_say_what_the_text_says(whole: Report, language: Language) -> None:
    text = shown(whole, language)
    document = document_text(render(whole, ReportFormat.DOCX, language))
    page = render(whole, ReportFormat.HTML, language).decode("utf-8")
    plain = re.sub(r"<[^>]+>", "\n", page).replace("\u00a0", " ")
    words = {word for word in re.findall(r"\w{3,}", text) if len(word) < 30}
    assert len(words) > 150
    assert words - set(re.findall(r"\w{3,}", " ".join(document))) == set()
    assert words - set(re.findall(r"\w{3,}", plain)) == set()
    assert render(whole, ReportFormat.XLSX, language)
    assert "throw-away" not in page
    assert "throw-away" not in " ".join(document)


def test_what_is_written_of_a_device_is_text_whatever_it_looks_like(tmp_path: Path, journey: Journey) -> None:
    row = 'equipment: [{name: odd, kind: other, make: "<b>=1+1</b>", model: "=HYPERLINK(1)", serial: "@SUM(1)"}]\n'
    made = sheet(tmp_path, LEAST + row, journey)
    page = render(made, ReportFormat.HTML, Language.ENGLISH).decode("utf-8")
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in page
    assert "<b>=1+1" not in page
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(render(made, ReportFormat.XLSX, Language.ENGLISH)))
    cells = {cell.value: cell.data_type for row in book["Equipment"].iter_rows() for cell in row}
    assert (cells["=HYPERLINK(1)"], cells["@SUM(1)"]) == ("s", "s")
    table = render(made, ReportFormat.CSV, Language.ENGLISH).decode("utf-8")
    assert "'=HYPERLINK(1)" in table


def test_an_ended_paper_stands_out_and_so_does_one_that_ends_soon(whole: Report) -> None:
    page = render(whole, ReportFormat.HTML, Language.VIETNAMESE).decode("utf-8")
    alarming = re.findall(r"<td class=alarming>([^<]+)</td>", page)
    assert alarming[:2] == ["ĐÃ HẾT HẠN", "sắp hết hạn"]
    assert alarming[2:] == ["không có, không mã hóa", "KHÔNG CÓ"]


@pytest.mark.parametrize("place", ["proc/device-tree/model", "sys/class/dmi/id/product_name"])
def test_the_machine_is_known_by_its_firmware(tmp_path: Path, place: str) -> None:
    assert machine(tmp_path) is None
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    assert machine(tmp_path) == "Raspberry Pi 4 Model B Rev 1.5"
