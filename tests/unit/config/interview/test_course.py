"""The questions of a first configuration, without anybody who asks: whatever is answered, what comes out is sound."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Language, Scheme, StationKind
from gateway.config.file.document import parse_document
from gateway.config.interview.course import Course
from gateway.config.interview.faults import configured, faults_at
from gateway.config.interview.places import usual_places
from gateway.config.interview.progress import Progress
from gateway.config.interview.question import AnswerForm, InitQuestion
from gateway.config.interview.yaml_text import yaml_text
from gateway.config.profiles.shelf import ProfileShelf
from gateway.config.standards.shelf import StandardShelf
from gateway.config.station import MEASURING_KINDS
from gateway.texts import texts_in

FILE = Path("/etc/station-gateway/gateway.yaml")
HOST_KEY = f"SHA256:{'B' * 43}"
SHELF, TABLES = ProfileShelf(None), StandardShelf()
COURSE = Course(
    Language.VIETNAMESE,
    usual_places("station-gateway"),
    "/etc/station-gateway/secrets",
    tuple(SHELF.find(name).profile for name in SHELF.names()),
    tuple(TABLES.standard(name) for name in TABLES.names()),
    date(2026, 11, 30),
)
SYMBOLS = {
    StationKind.WASTEWATER: "COD",
    StationKind.SURFACE_WATER: "DO",
    StationKind.GROUNDWATER: "pH",
    StationKind.EMISSION: "SO2",
    StationKind.AMBIENT_AIR: "O3",
}
PLAIN: dict[str, object] = {
    "station_name": "Trạm thử nghiệm: số 1 #2",
    "province": "HN",
    "facility": "ABCD",
    "code": "NUO001",
    "link_type": "modbus-tcp",
    "link_host": "192.168.1.10",
    "link_port": 4001,
    "serial_device": "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0",
    "look_at_registers": None,
    "register": "holding:0",
    "limit_choice": 0,
    "limit_min": 0,
    "limit_max": 9.5,
    "official_name": "Sở Nông nghiệp và Môi trường Hà Nội",
    "server_host": "ftp.example.vn",
    "server_user": "nuo001",
    "server_path": "NUO001",
    "topic_base": "NUO001",
    "host_key": HOST_KEY,
    "certificate": HOST_KEY,
    "key_file": "/etc/station-gateway/secrets/key",
    "camera_url": "rtsp://192.168.1.31/stream1",
    "webhook": "https://alerts.example.vn/station",
    "mail_server": "smtp.example.vn:587",
    "mail_from": "tram@example.vn",
    "mail_to": ["operator@example.vn"],
    "camera_user": "gw",
    "mail_user": "tram",
    "another_parameter": False,
}


def answer_to(question: InitQuestion, said: Mapping[str, object]) -> object:
    if question.form is AnswerForm.SECRET:
        return {"file": f"/etc/station-gateway/secrets/{question.secret_name}"}
    if question.form is AnswerForm.FOUND:
        return [{"id": "net:eth0", "state": "used", "for": "router"}]
    answer = said[question.key] if question.key in said else PLAIN.get(question.key, question.default)
    if question.key == "limit_choice":
        return question.choices[0] if answer == 0 else answer
    return question.default if answer is None and not question.optional else answer


def walked(said: Mapping[str, object], *, checks: bool = False) -> tuple[dict[str, Any], list[str]]:
    """The configuration, and which questions were asked. `checks`: each answer is sound when it is given."""
    progress, asked = Progress(COURSE.begin, {}), list[str]()
    while (question := progress.question) is not None:
        assert len(asked) < 300
        asked.append(question.key)
        answer = answer_to(question, said)
        assert answer is not None or question.optional, question.id
        if checks and answer is not None and (question.is_kept or question.checked_as is not None):
            place, value, watched = question.placed(answer)
            assert faults_at(progress.with_answer(place, value), watched, FILE) == [], question.id
        progress.answer(answer)
    return progress.content, asked


def sound(content: dict[str, Any]) -> Any:
    text = yaml_text(content)
    assert parse_document("gateway.yaml", text).content == content
    return configured(text, FILE, check_secrets=False)


@pytest.mark.parametrize("kind", MEASURING_KINDS)
def test_every_kind_of_station(kind: StationKind) -> None:
    said = {"station_kind": kind.value, "symbol": SYMBOLS[kind], "special_monitoring": True, "facility_name": "Công ty"}
    content, asked = walked(said, checks=kind is StationKind.WASTEWATER)
    configuration = sound(content)
    assert configuration.station.kind is kind
    assert [one.authority.value for one in configuration.destinations] == ["province", "ministry"]
    assert [one.only_if_special for one in configuration.destinations] == [False, True]
    assert asked.count("official_name") == 2
    assert "limit" in asked


@pytest.mark.parametrize("scheme", [one for one in Scheme if not one.traits.carries_orders])
@pytest.mark.parametrize("trust", ["system", "pin"])
def test_every_way_to_an_authority(scheme: Scheme, trust: str) -> None:
    content, asked = walked({"station_kind": "wastewater", "symbol": "COD", "scheme": scheme.value, "trust": trust})
    (destination,) = sound(content).destinations
    assert destination.url.scheme is scheme
    assert (destination.certificate is not None) == ("certificate" in asked)
    assert ("folder" in asked) != scheme.carries_messages


@pytest.mark.parametrize("way", ["password", "new_key", "key_file"])
def test_every_way_to_log_in(way: str) -> None:
    content, _ = walked({"station_kind": "wastewater", "symbol": "COD", "log_in": way})
    (destination,) = sound(content).destinations
    assert (destination.key is None) == (way == "password")


def fitting() -> list[tuple[str, str]]:
    from gateway.config.profiles.example import link_types

    return [(one.profile, link_types(one)[0]) for one in COURSE.profiles]


@pytest.mark.parametrize(("profile", "link"), fitting())
def test_every_ready_instrument(profile: str, link: str) -> None:
    kind = "ambient_air"
    known = next(one for one in COURSE.profiles if one.profile == profile)
    said: dict[str, object] = {"station_kind": kind, "link_type": link, "profile": profile, "quantity_symbol": None}
    if not known.usual_quantities:
        return
    content, asked = walked(said)
    assert "register" not in asked
    assert sound(content).instruments[0].profile == profile


@pytest.mark.parametrize("by", [*(one.name for one in COURSE.standards if one.lines), "numbers"])
def test_every_table_of_limits(by: str) -> None:
    """For the first parameter of it that such a station may send."""
    table = next((one for one in COURSE.standards if one.name == by), None)
    kind = table.media[0] if table is not None and table.media else "wastewater"
    symbol = table.lines[0].parameter.symbol if table is not None else "COD"
    said = {"station_kind": kind, "symbol": symbol, "limit": by}
    if table is not None:
        said["unit"] = table.lines[0].parameter.unit
    content, _ = walked(said)
    assert sound(content).instruments[0].parameters[0].limits


def test_all_that_is_not_at_every_station() -> None:
    said = {
        "station_kind": "wastewater",
        "symbol": "COD",
        "page": True,
        "cameras": True,
        "relay": True,
        "alerts": "mail",
        "ports": True,
    }
    configuration = sound(walked(said)[0])
    assert configuration.web is not None
    assert len(configuration.cameras.list) == 1
    assert configuration.cameras.relay is not None
    assert configuration.cameras.relay.user == "authority"
    assert configuration.cameras.relay.listen.host == "127.0.0.1"
    assert len(configuration.alerts) == 1
    assert len(configuration.ports) == 1


def test_a_second_station_is_offered_folders_and_addresses_of_its_own() -> None:
    said = {"station_kind": "wastewater", "symbol": "COD", "page": True, "cameras": True, "relay": True}
    course = replace(COURSE, places=usual_places("station-gateway-north"))
    progress = Progress(course.begin, {})
    while progress.question is not None:
        progress.answer(answer_to(progress.question, said))
    configuration = sound(progress.content)
    assert str(configuration.storage.path) == "/var/lib/station-gateway-north"
    assert str(configuration.web.listen) == "127.0.0.1:8081"
    assert str(configuration.web.storage) == "/var/lib/station-gateway-web-north"
    assert str(configuration.cameras.storage.path) == "/var/lib/station-gateway-north/video"
    assert str(configuration.cameras.relay.listen) == "127.0.0.1:8555"


def test_two_links_and_several_instruments() -> None:
    counts = {"another_link": iter([True, False]), "another_instrument": iter([True, True, False])}
    types, registers = iter(["modbus-tcp", "modbus-rtu"]), itertools.count()

    class Said(dict[str, object]):
        def __getitem__(self, key: str) -> object:
            if key in counts:
                return next(counts[key])
            if key == "symbol":
                return f"custom:X{next(registers)}"
            return next(types) if key == "link_type" else super().__getitem__(key)

    keys = dict.fromkeys([*counts, "link_type", "symbol"])
    content, _ = walked(Said({**keys, "station_kind": "wastewater", "unit": "mg/L"}))
    configuration = sound(content)
    assert [one.link for one in configuration.instruments] == ["plc", "bus", "plc"]
    assert [type(one).__name__ for one in configuration.links.values()] == ["ModbusTcpLink", "ModbusRtuLink"]


def test_goes_on_and_back_from_every_question() -> None:
    said = {"station_kind": "emission", "symbol": "SO2", "special_monitoring": True, "alerts": "webhook"}
    whole = Progress(COURSE.begin, {})
    while whole.question is not None:
        whole.answer(answer_to(whole.question, said))
    for count in range(len(whole.answers)):
        resumed = Progress(COURSE.begin, {}, whole.answers[:count])
        assert resumed.question is not None
        assert resumed.question.id == whole.answers[count][0]
        if count:
            assert resumed.go_back()
            assert resumed.question is not None
            assert resumed.question.id == whole.answers[count - 1][0]
            assert resumed.remembered[resumed.question.id] == whole.answers[count - 1][1]
    assert Progress(COURSE.begin, {}, whole.answers).content == whole.content


BEFOREHAND = {"station": {"language": "vi", "facility": "ABCD"}}


@pytest.mark.parametrize(("before", "now"), [({}, BEFOREHAND), (BEFOREHAND, {})], ids=["more", "less"])
def test_whoever_says_more_or_less_beforehand_goes_on_with_what_was_answered(
    before: dict[str, Any], now: dict[str, Any]
) -> None:
    said = {"station_kind": "emission", "symbol": "SO2"}
    first = Progress(COURSE.begin, deepcopy(before))
    while first.question is not None:
        first.answer(answer_to(first.question, said))
    resumed, asked = Progress(COURSE.begin, deepcopy(now), first.answers[:20]), list[str]()
    while (question := resumed.question) is not None and question.id != first.answers[20][0]:
        asked.append(question.id)
        resumed.answer(answer_to(question, said))
    assert asked == ([] if now else ["station.language", "station.facility"])
    assert resumed.question is not None
    assert not resumed.waiting


def test_whoever_goes_back_is_asked_again_what_had_been_answered_further_on() -> None:
    resumed = Progress(COURSE.begin, {}, [("station.language", "vi"), ("station.kind", "emission")])
    assert resumed.question is not None
    assert resumed.question.id == "station.name"
    assert resumed.go_back()
    resumed.answer("vi")
    resumed.answer("Trạm")
    assert resumed.question is not None
    assert resumed.question.id == "station.kind"
    assert resumed.remembered["station.kind"] == "emission"


@pytest.mark.parametrize("language", list(Language))
def test_every_question_has_its_words(language: Language) -> None:
    texts = texts_in(language)
    asked = set[str]()
    for said in (
        {
            "station_kind": "wastewater",
            "symbol": "COD",
            "limit": "QCVN 40:2011",
            "cameras": True,
            "relay": True,
            "alerts": "mail",
        },
        {"station_kind": "emission", "symbol": "SO2", "scheme": "ftps", "trust": "pin", "link_type": "modbus-rtu"},
        {"station_kind": "emission", "symbol": "SO2", "limit": "numbers", "log_in": "new_key", "page": True},
    ):
        asked |= set(walked(said)[1])
    for key in asked:
        assert texts.has(f"init.ask.{key}"), key
