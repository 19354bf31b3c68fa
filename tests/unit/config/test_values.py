"""What the texts of the configuration become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from gateway.config import (
    Destination,
    DestinationUrl,
    ModbusMeasured,
    ModbusRtuLink,
    ModbusTcpLink,
    RegisterAddress,
    RegisterType,
    Scheme,
    Secret,
    Station,
    StationKind,
    Table,
)
from gateway.config.destinations.url import parse_destination_url
from gateway.config.instruments.registers import parse_register
from gateway.config.units import parse_duration, show_duration
from gateway.core.averaging import Averaging
from gateway.core.reading import Parameter
from gateway.core.record import Aggregation
from tests.unit.config.wording import edited, load_text

MEASURED = {"symbol": "COD", "unit": "mg/L"}


@pytest.mark.parametrize(
    ("text", "seconds", "shown"),
    [
        ("500ms", 0.5, "500ms"),
        ("5s", 5, "5s"),
        ("0.5s", 0.5, "500ms"),
        ("5min", 300, "5min"),
        ("60 min", 3600, "1h"),
        ("90d", 7_776_000, "90d"),
        ("0s", 0, "0ms"),
    ],
)
def test_duration(text: str, seconds: float, shown: str) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert show_duration(parse_duration(text)) == shown


def test_every_layout_of_the_receiver_is_accepted_by_its_name(tmp_path: Path) -> None:
    """The list of receiver.md, each as the slot of 2026-03-07 has it."""
    day = datetime(2026, 3, 7, tzinfo=UTC)
    places = {
        "/YYYY/MM/DD": "2026/03/07",
        "/YYYY/ThangMM/NgayDD": "2026/Thang03/Ngay07",
        "/YYYYMMDD": "20260307",
        "YYYY/ThangMM/YYYYMMDD": "2026/Thang03/20260307",
        "/YYYY-MM-DD": "2026-03-07",
        "/YYYY/ThangMM/DDMMYYYY": "2026/Thang03/07032026",
        "/YYYY_MM_DD": "2026_03_07",
        "/YYYY/MM/DDMMYYYY": "2026/03/07032026",
    }
    for layout, place in places.items():
        text = edited(("    password:", f"    folder: {layout}\n    password:"))
        assert day.strftime(load_text(text, tmp_path).destinations[0].folder) == place


def test_a_line_has_the_symbol_its_name_or_a_suffix_gives_it(tmp_path: Path) -> None:
    cod = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
    flow = '{symbol: Flow, unit: m3/h, register: "input:0", type: float32}'
    text = edited(
        (cod, cod.replace("COD,", "COD, suffix: _1,")),
        (flow, flow.replace("Flow, unit: m3/h", "COD, name: CODra, unit: mg/L")),
    )
    lines = [measured.parameter for one in load_text(text, tmp_path).instruments for measured in one.parameters]
    assert lines == [Parameter("pH", "-"), Parameter("COD_1", "mg/L"), Parameter("CODra", "mg/L")]


def test_an_authority_has_its_own_symbols_and_none_for_what_it_does_not_want(tmp_path: Path) -> None:
    text = edited(("    password:", '    symbols: {COD: "COD(mg/L)", Flow: omit}\n    password:'))
    assert load_text(text, tmp_path).destinations[0].renamed == (("COD", "COD(mg/L)"), ("Flow", ""))


def test_how_values_become_one_is_the_catalogues_the_stations_and_the_neighbours_word(tmp_path: Path) -> None:
    flow = '{symbol: Flow, unit: m3/h, register: "input:0", type: float32}'

    def aggregations(*parameters: str) -> dict[str, Aggregation]:
        lines = "\n      - ".join(
            f"{{{one}, register: 'input:{20 + 2 * place}', type: float32}}" for place, one in enumerate(parameters)
        )
        found = load_text(edited((flow, lines)), tmp_path).aggregations
        return {parameter.symbol: aggregation for parameter, aggregation in found.items()}

    wind, speed, rain = "symbol: WD, unit: degree", "symbol: WS, unit: m/s", "symbol: Rain, unit: mm"
    assert aggregations(wind, rain + ", counter: since_read") == {"Rain": Aggregation(Averaging.SUM)}
    assert aggregations(wind, speed) == {"WD": Aggregation(Averaging.VECTOR, "WS")}
    assert aggregations(wind + ", weight: none", speed) == {}
    assert aggregations(wind + ", weight: WS_top", speed + ", suffix: _top") == {
        "WD": Aggregation(Averaging.VECTOR, "WS_top")
    }
    assert aggregations(wind + ", average: last", speed) == {"WD": Aggregation(Averaging.LAST)}
    assert aggregations(rain + ", average: max") == {"Rain": Aggregation(Averaging.MAX)}


def test_a_direction_is_weighed_by_the_speed_of_whichever_instrument_measures_it(tmp_path: Path) -> None:
    cod = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
    vane = '{symbol: WD, unit: degree, register: "input:2", type: uint16}'
    flow, speed = "symbol: Flow, unit: m3/h", "symbol: WS, unit: m/s"
    wind = Parameter("WD", "degree")
    assert load_text(edited((cod, vane), (flow, speed)), tmp_path).aggregations == {
        wind: Aggregation(Averaging.VECTOR, "WS")
    }
    assert load_text(edited((cod, vane)), tmp_path).aggregations == {}
    named = vane.replace("WD,", "WD, weight: WS_top,")
    top = edited((cod, named), (flow, f"{speed}, suffix: _top"))
    assert load_text(top, tmp_path).aggregations == {wind: Aggregation(Averaging.VECTOR, "WS_top")}


def test_an_alias_is_the_symbol_that_it_means_unless_it_is_custom(tmp_path: Path) -> None:
    cod = "symbol: COD,"
    assert load_text(edited((cod, "symbol: SS,")), tmp_path).instruments[0].parameters[1].line == "TSS"
    assert load_text(edited((cod, "symbol: SS, custom: true,")), tmp_path).instruments[0].parameters[1].line == "SS"


@pytest.mark.parametrize(
    ("text", "address", "shown"),
    [
        ("holding:0", RegisterAddress(Table.HOLDING, 0), "holding:0"),
        ("input:65535", RegisterAddress(Table.INPUT, 65535), "input:65535"),
        ("coil:5", RegisterAddress(Table.COIL, 5), "coil:5"),
        ("discrete:7", RegisterAddress(Table.DISCRETE, 7), "discrete:7"),
        ("holding:10.3", RegisterAddress(Table.HOLDING, 10, 3), "holding:10.3"),
        ("4x:40001", RegisterAddress(Table.HOLDING, 0), "holding:0"),
        ("4x:49999", RegisterAddress(Table.HOLDING, 9998), "holding:9998"),
        ("4x:400001", RegisterAddress(Table.HOLDING, 0), "holding:0"),
        ("4x:465536", RegisterAddress(Table.HOLDING, 65535), "holding:65535"),
        ("4x:40011.15", RegisterAddress(Table.HOLDING, 10, 15), "holding:10.15"),
        ("3x:30001", RegisterAddress(Table.INPUT, 0), "input:0"),
        ("1x:10001", RegisterAddress(Table.DISCRETE, 0), "discrete:0"),
        ("0x:00001", RegisterAddress(Table.COIL, 0), "coil:0"),
        ("0x:000100", RegisterAddress(Table.COIL, 99), "coil:99"),
    ],
)
def test_register(text: str, address: RegisterAddress, shown: str) -> None:
    assert parse_register(text) == address
    assert str(address) == shown


@pytest.mark.parametrize(
    ("kind", "registers", "is_integer"),
    [
        (RegisterType.BOOL, 1, False),
        (RegisterType.INT16, 1, True),
        (RegisterType.UINT32, 2, True),
        (RegisterType.UINT64, 4, True),
        (RegisterType.FLOAT32, 2, False),
        (RegisterType.FLOAT64, 4, False),
        (RegisterType.BCD16, 1, True),
        (RegisterType.BCD32, 2, True),
    ],
)
def test_register_type(kind: RegisterType, registers: int, is_integer: bool) -> None:
    assert (kind.registers, kind.is_integer) == (registers, is_integer)


@pytest.mark.parametrize("register", ["coil:5", "discrete:5", "holding:5.0"])
def test_a_bit_is_bool_without_saying_so(register: str) -> None:
    assert ModbusMeasured.model_validate({**MEASURED, "register": register}).type is RegisterType.BOOL


@pytest.mark.parametrize(
    ("url", "expected", "shown"),
    [
        (
            "sftp://nuo001@ftp.example.vn/NUO001/",
            DestinationUrl(Scheme.SFTP, "nuo001", "ftp.example.vn", 22, "/NUO001"),
            "sftp://nuo001@ftp.example.vn:22/NUO001",
        ),
        (
            "ftps://u@10.0.0.1:2121",
            DestinationUrl(Scheme.FTPS, "u", "10.0.0.1", 2121, ""),
            "ftps://u@10.0.0.1:2121",
        ),
        ("ftps-implicit://u@h", DestinationUrl(Scheme.FTPS_IMPLICIT, "u", "h", 990, ""), "ftps-implicit://u@h:990"),
        ("ftp://u%40x@h/a%20b", DestinationUrl(Scheme.FTP, "u@x", "h", 21, "/a b"), "ftp://u@x@h:21/a b"),
        ("sftp://u@[::1]:2222/", DestinationUrl(Scheme.SFTP, "u", "::1", 2222, ""), "sftp://u@[::1]:2222"),
    ],
)
def test_url(url: str, expected: DestinationUrl, shown: str) -> None:
    assert parse_destination_url(url) == expected
    assert str(expected) == shown


@pytest.mark.parametrize("text", ["0.1", "0.001", "1e-3", "-2.5", "3", "123456.789"])
def test_scale_is_what_the_text_says_not_the_nearest_binary_number(text: str, tmp_path: Path) -> None:
    configuration = load_text(edited(("scale: 0.1", f"scale: {text}")), tmp_path)
    assert configuration.instruments[0].parameters[1].scale == Decimal(text)


def test_decimals_are_three_unless_said_otherwise() -> None:
    read = {**MEASURED, "register": "input:0", "type": "uint16"}
    assert ModbusMeasured.model_validate(read).shown_decimals == 3
    assert ModbusMeasured.model_validate({**read, "decimals": 0}).shown_decimals == 0


def test_links_become_what_their_type_says(tmp_path: Path) -> None:
    links = load_text(edited(), tmp_path).links
    assert links["plc"] == ModbusTcpLink(type="modbus-tcp", host="192.168.1.10", port=502, timeout=timedelta(seconds=1))
    assert links["bus"] == ModbusRtuLink(type="modbus-rtu", device="/dev/serial/by-id/usb-port0")


def test_left_out_sections_have_the_regulations_values(tmp_path: Path) -> None:
    configuration = load_text(edited(("reporting: {slot: 5min}\n", "")), tmp_path)
    assert configuration.reporting.slot == timedelta(minutes=5)
    assert configuration.reporting.missing_value == "NULL"
    assert configuration.storage.path == Path("/var/lib/station-gateway")
    assert configuration.storage.readings >= timedelta(days=60)
    assert configuration.station.zone == ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("edits", "interval"),
    [
        ([], timedelta(minutes=5)),
        ([("slot: 5min", "slot: 10s")], timedelta(seconds=10)),
        ([("authority: province", "authority: province\n    interval: 60min")], timedelta(hours=1)),
    ],
)
def test_a_destination_gets_every_slot_unless_it_says_otherwise(
    edits: list[tuple[str, str]], interval: timedelta, tmp_path: Path
) -> None:
    [destination] = load_text(edited(*edits), tmp_path).destinations
    assert destination.interval_length == interval


@pytest.mark.parametrize(("special", "active"), [("true", ["so-tnmt", "bo-tnmt"]), ("false", ["so-tnmt"])])
def test_the_ministry_gets_files_of_specially_monitored_sources_only(
    special: str, active: list[str], tmp_path: Path
) -> None:
    ministry = (
        "  - {name: bo-tnmt, authority: ministry, only_if_special: true, url: 'ftps://u@h', password: {env: SO_TNMT}}"
    )
    text = edited(("kind: wastewater", f"kind: wastewater\n  special_monitoring: {special}")) + ministry
    assert [destination.name for destination in load_text(text, tmp_path).active_destinations] == active


def test_sections_never_change() -> None:
    station = Station(name="x", province="HN", facility="A", code="B", kind=StationKind.EMISSION)
    with pytest.raises(ValidationError, match="frozen"):
        station.code = "C"  # type: ignore[misc]


def test_models_are_built_by_hand_too() -> None:
    destination = Destination(
        name="so-tnmt",
        authority="province",
        url=DestinationUrl(Scheme.FTPS, "u", "h", 21, ""),
        password=Secret(env="NOT_LOOKED_UP"),
        ca=Path("/nowhere"),
    )
    assert destination.interval_length == timedelta(minutes=5)
