"""What needs a person: of each thing that may be the matter, and of what mends itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Configuration, Language, load
from gateway.core.box_rules import BoxKind, BoxLook
from gateway.core.clock_trust import TrustState
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.episode import Episode
from gateway.core.findings import CALIBRATION_KINDS, Finding, Topic
from gateway.core.interfaces import Instant
from gateway.core.lateness import DelayCause
from gateway.core.limits import Level, Limit
from gateway.core.permit_limit import PermitLimit
from gateway.core.ports import ViolationKind
from gateway.core.quality import QualityFlag
from gateway.core.reading import Reading, Status
from gateway.core.reason import Cause, Reason
from gateway.core.validity import ValidityKind
from gateway.core.video import CameraEvent, CameraEventKind, RecordingState
from gateway.db import open_database
from gateway.db.board import Component
from gateway.db.damage import SetAsideKind
from gateway.files.store import DamagedRecords
from gateway.readings.calibrations import BY_ITSELF, Calibration
from gateway.readings.parameter_state import ParameterState
from gateway.reports.box import BoxReport
from gateway.reports.camera_report import unknown_camera
from gateway.reports.cameras import CamerasReport
from gateway.reports.need import Need, NeedKind
from gateway.reports.needs import needs
from gateway.reports.needs_words import check_code, need_words, needs_to_json
from gateway.reports.ports import PortViolation
from gateway.reports.set_aside import OpenMatter
from gateway.reports.status import StationStatus, collect
from gateway.texts import Wording, texts_in
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, PH, SLOT_MS, Journey

NOW_MS = MIDNIGHT_MS + 12 * HOUR_MS
MINUTE_MS = 60_000
YAML = """
station: {{name: Trạm Ví dụ, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {storage}}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1}}
instruments:
  - name: multiprobe
    link: plc
    unit: 1
    poll: 5s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32}}
      - {{symbol: COD, unit: mg/L, register: "holding:2", type: float32}}
destinations:
  - name: so-tnmt
    authority: province
    url: ftps://nuo001@ftp.example.vn/NUO001
    password: {{env: PASSWORD}}
equipment:
  - {{name: probe, kind: analyser, make: Hach, model: X, instrument: multiprobe, verified: {{until: 2026-01-31}}}}
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(storage=tmp_path), "utf-8")
    return load(file, {"PASSWORD": "secret"})


@pytest.fixture
def well(journey: Journey, configuration: Configuration) -> StationStatus:
    """It runs, and nothing is the matter with it."""
    reader = open_database(journey.file, read_only=True)
    status = collect(configuration, reader, Instant(NOW_MS, 0.0))
    reader.close()
    return replace(
        status,
        running=True,
        since_ms=MIDNIGHT_MS - DAY_MS,
        newest_slot_ms=NOW_MS,
        free_bytes=50_000_000_000,
        clock=replace(status.clock, state=TrustState.TRUSTED),
        links=(("plc", component(ComponentKind.LINK, "plc", ComponentState.UP)),),
        box=BoxReport(BoxLook(), ()),
    )


def component(kind: ComponentKind, name: str, state: ComponentState, ago_ms: int = DAY_MS) -> Component:
    return Component(kind, name, state, NOW_MS - ago_ms, "it said so", NOW_MS)


def with_link(status: StationStatus, ago_ms: int) -> StationStatus:
    return replace(status, links=(("plc", component(ComponentKind.LINK, "plc", ComponentState.DOWN, ago_ms)),))


def with_instrument(status: StationStatus, state: ComponentState, ago_ms: int) -> StationStatus:
    dead = component(ComponentKind.INSTRUMENT, "multiprobe", state, ago_ms)
    return replace(status, instruments=(replace(status.instruments[0], component=dead),))


def with_destination(status: StationStatus, **changed: Any) -> StationStatus:
    return replace(status, destinations=(replace(status.destinations[0], **changed),))


def with_counts(status: StationStatus, **changed: int) -> StationStatus:
    return with_destination(status, counts=replace(status.destinations[0].counts, **changed))


def with_parameters(status: StationStatus, **changed: Any) -> StationStatus:
    return replace(status, parameters=tuple(replace(one, **changed) for one in status.parameters))


def at_fault(status: StationStatus, ago_ms: int) -> StationStatus:
    reason = Reason(Cause.DEVICE_FAULT, "status holding:100 is 2")
    began_ms = NOW_MS - ago_ms
    state = ParameterState(
        PH, "multiprobe", Status.FAULT, reason, began_ms, began_ms, NOW_MS, 9, None, "2026-01-01", 9, 7.0, began_ms
    )
    return with_parameters(status, reading=Reading(None, Status.FAULT), reason=reason, state=state)


def with_finding(status: StationStatus, kind: str, topic: Topic, ago_ms: int, detail: Any = "") -> StationStatus:
    episode = Episode(kind, NOW_MS - ago_ms, NOW_MS, 3, 9.5)
    lasting = (Finding("pH", episode, topic, detail),)
    return replace(status, parameters=(replace(status.parameters[0], lasting=lasting), *status.parameters[1:]))


def with_camera(status: StationStatus, *, is_running: bool = True, ago_ms: int = DAY_MS) -> StationStatus:
    camera = replace(unknown_camera("outlet"), state=RecordingState.REFUSED, since_ms=NOW_MS - ago_ms, detail="401")
    return replace(status, cameras=CamerasReport(NOW_MS, is_running, (camera,)))


LIMIT = PermitLimit(Limit(None, 9.0), "-")
OUTAGE = Finding("so-tnmt", Episode("outage", NOW_MS - DAY_MS, NOW_MS, 1, None), Topic.OUTAGE, "", DelayCause.LINE)
CASES: dict[str, tuple[Callable[[StationStatus], StationStatus], list[tuple[str, str]]]] = {
    "nothing": (lambda one: one, []),
    "stopped": (lambda one: with_link(replace(one, running=False), DAY_MS), [("not_running", "")]),
    "clock unknown": (lambda one: replace(one, clock=replace(one.clock, state=TrustState.UNTRUSTED)), [("clock", "")]),
    "clock unknown at the start": (
        lambda one: replace(one, since_ms=NOW_MS - MINUTE_MS, clock=replace(one.clock, state=TrustState.UNTRUSTED)),
        [],
    ),
    "clock wrong": (lambda one: replace(one, clock=replace(one.clock, state=TrustState.DRIFTING)), [("clock", "")]),
    "no slots": (lambda one: replace(one, newest_slot_ms=NOW_MS - 4 * SLOT_MS), [("standstill", "")]),
    "one slot late": (lambda one: replace(one, newest_slot_ms=NOW_MS - 2 * SLOT_MS), []),
    "stage": (
        lambda one: replace(one, stages=(component(ComponentKind.STAGE, "filer", ComponentState.FAILING),)),
        [("stage", "filer")],
    ),
    "slow card": (
        lambda one: replace(one, storage=component(ComponentKind.STORAGE, "commits", ComponentState.SLOW)),
        [("storage", "")],
    ),
    "full card": (lambda one: replace(one, free_bytes=1_000_000), [("disk", "")]),
    "hot box": (
        lambda one: replace(
            one,
            box=BoxReport(BoxLook(), (Finding("box", Episode(BoxKind.HOT, 1, 2, 1, 91.0), Topic.BOX, "91 °C"),)),
        ),
        [("box", "box")],
    ),
    "rows set aside": (
        lambda one: replace(
            one, set_aside=tuple(OpenMatter(n, SetAsideKind.ROW, f"record {n}", n, "bad", False) for n in range(9))
        ),
        [("set_aside", "")],
    ),
    "database set aside": (
        lambda one: replace(one, set_aside=(OpenMatter(1, SetAsideKind.DATABASE, "x", 1, "malformed", False, "x"),)),
        [("set_aside", "x")],
    ),
    "damaged records": (lambda one: replace(one, damaged=DamagedRecords(2, NOW_MS)), [("records", "")]),
    "rejected": (
        lambda one: with_destination(
            one, component=component(ComponentKind.DESTINATION, "so-tnmt", ComponentState.REJECTED, MINUTE_MS)
        ),
        [("rejected", "so-tnmt")],
    ),
    "away for a while": (
        lambda one: with_destination(
            one, component=component(ComponentKind.DESTINATION, "so-tnmt", ComponentState.DOWN, 11 * HOUR_MS)
        ),
        [],
    ),
    "long outage": (lambda one: with_destination(one, outage=OUTAGE), [("outage", "so-tnmt")]),
    "refused": (lambda one: with_counts(one, refused=3), [("refused", "so-tnmt")]),
    "unproven": (lambda one: with_counts(one, pending=3, held=3), [("unproven", "so-tnmt")]),
    "certificate": (
        lambda one: with_destination(
            one, certificate=component(ComponentKind.CERTIFICATE, "so-tnmt", ComponentState.ENDING)
        ),
        [("certificate", "so-tnmt")],
    ),
    "not configured any more": (
        lambda one: with_destination(with_counts(one, pending=2), configured=False, in_use=False),
        [("destination_gone", "so-tnmt")],
    ),
    "link": (lambda one: at_fault(with_link(one, HOUR_MS), DAY_MS), [("link", "plc")]),
    "link for minutes": (lambda one: with_link(one, HOUR_MS - 1), []),
    "instrument": (
        lambda one: at_fault(with_instrument(one, ComponentState.SILENT, HOUR_MS), DAY_MS),
        [("instrument", "multiprobe")],
    ),
    "instrument for minutes": (lambda one: with_instrument(one, ComponentState.SILENT, HOUR_MS - 1), []),
    "another device": (
        lambda one: with_instrument(one, ComponentState.WRONG_DEVICE, MINUTE_MS),
        [("instrument", "multiprobe")],
    ),
    "parameters": (lambda one: at_fault(one, HOUR_MS), [("parameter", "pH, COD")]),
    "parameters for minutes": (lambda one: at_fault(one, HOUR_MS - 1), []),
    "exceeded": (lambda one: with_finding(one, "exceeded", Topic.EXCEEDANCE, 0, LIMIT), [("exceeded", "pH")]),
    "about to exceed": (lambda one: with_finding(one, "preparing", Topic.EXCEEDANCE, DAY_MS, LIMIT), []),
    "flat": (lambda one: with_finding(one, "flatline", Topic.QUALITY, HOUR_MS), [("quality", "pH")]),
    "flat for minutes": (lambda one: with_finding(one, "flatline", Topic.QUALITY, MINUTE_MS), []),
    "valve": (lambda one: with_finding(one, "valve_not_closed", Topic.QUALITY, 0), [("quality", "pH")]),
    "few readings": (lambda one: with_finding(one, "low_coverage", Topic.QUALITY, DAY_MS), []),
    "forgotten calibration": (
        lambda one: with_parameters(
            one, calibration=Calibration(1, "pH", NOW_MS - DAY_MS, None, None, "buffer", "an", None)
        ),
        [("calibration", "pH"), ("calibration", "COD")],
    ),
    "calibration by the gateway": (
        lambda one: with_parameters(
            one, calibration=Calibration(1, "pH", NOW_MS - DAY_MS, None, None, "gas", BY_ITSELF, None)
        ),
        [],
    ),
    "camera": (with_camera, [("camera", "outlet")]),
    "camera for minutes": (lambda one: with_camera(one, ago_ms=MINUTE_MS), []),
    "recorder": (lambda one: with_camera(one, is_running=False), [("camera", "")]),
    "port": (
        lambda one: replace(one, violations=(PortViolation("usb:1-2", "undeclared-device", NOW_MS, "a stick"),)),
        [("port", "usb:1-2")],
    ),
    "seal": (lambda one: replace(one, seals=("usb:1-2 …",)), [("seal", "")]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_person_is_needed_for_what_does_not_mend_itself(well: StationStatus, case: str) -> None:
    change, wanted = CASES[case]
    found = needs(change(well))
    assert [(one.kind.value, one.subject) for one in found] == wanted
    assert check_code(found) == (2 if case == "stopped" else 1 if wanted else 0)
    for language in Language:
        for one in found:
            words = need_words(one, Wording.of(language), "Asia/Ho_Chi_Minh")
            assert words
            assert one.subject in words


def test_a_sentence_has_subject_since_and_what_was_said(well: StationStatus) -> None:
    change, _ = CASES["parameters"]
    [one] = needs(change(well))
    assert need_words(one, Wording.of(Language.ENGLISH), "Asia/Ho_Chi_Minh") == (
        "pH, COD: at fault, no value is sent (02) since 2026-01-01 11:00:"
        " the instrument reports a fault (status holding:100 is 2)"
    )
    [shown] = needs_to_json([one], Wording.of(Language.ENGLISH), "Asia/Ho_Chi_Minh")
    assert (shown["kind"], shown["what"], shown["since"]) == (
        "parameter", "parameter", "2026-01-01T11:00:00.000+07:00"
    )  # fmt: skip
    [one] = needs(CASES["exceeded"][0](well))
    assert need_words(one, Wording.of(Language.VIETNAMESE), "Asia/Ho_Chi_Minh").endswith(": không quá 9")


def test_what_we_say_ourselves_is_said_in_the_readers_language(well: StationStatus) -> None:
    vietnamese, english = Wording.of(Language.VIETNAMESE), Wording.of(Language.ENGLISH)
    stage = Need(NeedKind.STAGE, "ports", "need.stage", detail="/etc/a.yaml: does not exist; put it back")
    assert need_words(stage, english, "Asia/Ho_Chi_Minh").endswith(": /etc/a.yaml: does not exist; put it back")
    assert need_words(stage, vietnamese, "Asia/Ho_Chi_Minh").endswith(": /etc/a.yaml: không tồn tại; hãy đặt lại tệp")
    [outage] = needs(CASES["long outage"][0](well))
    assert need_words(outage, english, "Asia/Ho_Chi_Minh").endswith(": the receiving server could not be reached")
    assert "line" not in need_words(outage, vietnamese, "Asia/Ho_Chi_Minh")
    [certificate] = needs(CASES["certificate"][0](well))
    assert need_words(certificate, english, "Asia/Ho_Chi_Minh").endswith(": it said so")
    assert "it said so" not in need_words(certificate, vietnamese, "Asia/Ho_Chi_Minh")
    last_day = replace(well, at_ms=MIDNIGHT_MS + 31 * DAY_MS, newest_slot_ms=MIDNIGHT_MS + 31 * DAY_MS)
    [paper] = needs(last_day)
    assert need_words(paper, vietnamese, "Asia/Ho_Chi_Minh").endswith(": 31/01/2026")


def test_the_gravest_comes_first(well: StationStatus) -> None:
    troubled = replace(with_counts(with_link(well, DAY_MS), refused=1), free_bytes=0, running=True)
    assert [one.kind for one in needs(troubled)] == [NeedKind.DISK, NeedKind.REFUSED, NeedKind.LINK]


def test_a_thousand_damaged_rows_are_one_line(well: StationStatus) -> None:
    [one] = needs(CASES["rows set aside"][0](well))
    assert one.count == 9
    assert "9" in need_words(one, Wording.of(Language.ENGLISH), "Asia/Ho_Chi_Minh")


def test_video_of_a_camera_that_was_moved_needs_a_person(well: StationStatus) -> None:
    moved = CameraEvent(1, "outlet", CameraEventKind.MOVED, "40 px", NOW_MS - HOUR_MS, NOW_MS)
    camera = replace(unknown_camera("outlet"), is_recording=True, findings=(moved,))
    [one] = needs(replace(well, cameras=CamerasReport(NOW_MS, True, (camera,))))
    assert (one.kind, one.key) == (NeedKind.CAMERA, "term.noted_moved")


def test_a_paper_needs_a_person_once_it_has_ended(well: StationStatus) -> None:
    last_day = replace(well, at_ms=MIDNIGHT_MS + 31 * DAY_MS - 1, newest_slot_ms=MIDNIGHT_MS + 31 * DAY_MS - 1)
    assert needs(last_day) == ()
    [one] = needs(replace(last_day, at_ms=last_day.at_ms + 1))
    assert (one.kind, one.subject, one.key) == (NeedKind.EQUIPMENT, "probe", "term.noted_verification_ended")


@pytest.mark.parametrize(
    "key",
    [
        *(f"need.clock_{state}" for state in TrustState if state is not TrustState.TRUSTED),
        *(f"need.box_{kind}" for kind in BoxKind),
        *(f"need.set_aside_{kind}" for kind in SetAsideKind),
        *(f"term.noted_{kind}" for kind in (*QualityFlag, *CALIBRATION_KINDS, *CameraEventKind, Level.EXCEEDED)),
        *(f"term.violation_{kind}" for kind in ViolationKind),
        *(f"term.noted_{kind}_ended" for kind in ValidityKind),
        *(f"term.reason_{state}" for state in ("silent", "garbled", "refused", "wrong-device")),
    ],
)
def test_whatever_may_need_a_person_has_words(key: str) -> None:
    assert texts_in(Language.ENGLISH).has(key)
