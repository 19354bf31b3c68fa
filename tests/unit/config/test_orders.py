"""Transport orders in the configuration: what a coach station needs, what contradicts itself, what is only odd."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.config import Authority, Configuration, SignatureAlgorithm, StationKind, load
from gateway.core.errors import ConfigError

COACH = """\
station: {name: Bến xe, province: HN, facility: BXGB, code: BX2901, kind: coach_station}
clock: {servers: [a.example, b.example, c.example]}
orders:
  sign: [{role: station, key: {file: /k}, certificate: {file: /c}}]
destinations:
  - name: cuc-dbvn
    authority: road
    url: https://nhaxe01@api.example.vn:8443/v1
    password: {file: /pw}
"""
MEASURING = """\
links: {plc: {type: modbus-tcp, host: 10.0.0.5}}
instruments:
  - name: probe
    link: plc
    unit: 1
    poll: 5s
    parameters: [{symbol: pH, unit: "-", register: "holding:0", type: uint16, scale: 0.01, decimals: 2}]
"""


def loaded(tmp_path: Path, text: str) -> Configuration:
    file = tmp_path / "gateway.yaml"
    file.write_text(text, "utf-8")
    return load(file, check_secrets=False)


def faults(tmp_path: Path, *changes: tuple[str, str], text: str = COACH) -> list[str]:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    return [f"{one.path}: {one.wrong}" for one in refused.value.problems]


def test_a_coach_station_needs_nothing_of_the_environment(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, COACH)
    assert configuration.station.kind is StationKind.COACH_STATION
    assert (configuration.links, configuration.instruments, configuration.active_destinations) == ({}, (), ())
    assert [str(one) for one in configuration.warnings] == []
    destination = configuration.order_destination
    assert destination is not None
    assert destination.authority is Authority.ROAD
    assert destination.url.path == "/v1"


def test_the_profile_that_is_not_written_is_the_contracts(tmp_path: Path) -> None:
    destination, orders = loaded(tmp_path, COACH).order_destination, loaded(tmp_path, COACH).orders
    assert destination is not None
    assert orders is not None
    profile = destination.order_profile
    assert profile.model_dump(mode="json") == {
        "login": {
            "path": "/api/login",
            "body": {"username": "{user}", "password": "{password}"},
            "token": "/data/token",
            "expires": "/data/expires_in",
        },
        "submit": {
            "path": "/api/orders",
            "list": "/orders",
            "result": "/results",
            "result_id": "id",
            "result_code": "code",
            "accepted": [0],
        },
        "header": "Bearer {token}",
        "headers": {},
        "timeout": "45s",
        "batch": "10MB",
        "image": "2MB",
        "source": None,
    }
    assert orders.spool == Path("/var/lib/station-gateway/orders")
    assert (orders.listen, orders.token, orders.structure) == (None, None, None)
    assert orders.sign[0].algorithm is SignatureAlgorithm.RS256
    assert orders.keep == timedelta(days=60)


def test_a_station_that_measures_may_sign_orders_too(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, COACH.replace("coach_station", "surface_water") + MEASURING)
    assert configuration.order_destination is not None
    assert configuration.active_destinations == ()


SIGN = "{role: station, key: {file: /k}, certificate: {file: /c}}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("orders:\n  sign: [" + SIGN + "]\n", "")], ["destinations.cuc-dbvn.authority", "orders"]),
        ([("clock:", MEASURING + "clock:")], ["instruments", "links"]),
        ([("clock:", "reporting: {slot: 5min}\nclock:")], ["reporting"]),
        ([("coach_station", "surface_water")], ["instruments", "links"]),
        ([("https://", "sftp://")], ["destinations.cuc-dbvn.url"]),
        ([("road", "province")], ["destinations.cuc-dbvn.authority", "destinations.cuc-dbvn.url"]),
        ([("    password", "    folder: YYYYMMDD\n    password")], ["destinations.cuc-dbvn.folder"]),
        ([("    password", "    mqtt: {}\n    password")], ["destinations.cuc-dbvn.mqtt"]),
        ([("    password: {file: /pw}", "")], ["destinations.cuc-dbvn.password"]),
        ([("  sign", "  listen: 127.0.0.1:8089\n  sign")], ["orders.token"]),
        ([("  sign", "  token: {file: /t}\n  sign")], ["orders.token"]),
        ([("  sign", "  listen: 0.0.0.0:8089\n  token: {file: /t}\n  sign")], ["orders.listen"]),
        (
            [("  sign", "  listen: 127.0.0.1:8080\n  token: {file: /t}\n  sign"), ("clock", "web: {}\nclock")],
            ["orders.listen"],
        ),
        ([(SIGN, "")], ["orders.sign"]),
        ([(SIGN, f"{SIGN}, {SIGN}")], ["orders.sign"]),
        ([("key: {file: /k}, ", "")], ["orders.sign[0].key"]),
        (
            [("role: station", 'role: station, pkcs11: "pkcs11:token=a;object=b"')],
            ["orders.sign[0].key", "orders.sign[0].pin"],
        ),
        ([("key: {file: /k}", "pkcs11: nothing")], ["orders.sign[0].pkcs11"]),
        (
            [("key: {file: /k}", 'pkcs11: "pkcs11:token=a;object=b?pin-value=1", pin: {file: /p}')],
            ["orders.sign[0].pkcs11"],
        ),
        ([("certificate: {file: /c}", "certificate: {file: /c}, algorithm: HS256")], ["orders.sign[0].algorithm"]),
        ([("  sign", "  schema: here.json\n  sign")], ["orders.schema"]),
        ([("    password", "    orders: {timeout: 2min}\n    password")], ["destinations.cuc-dbvn.orders.timeout"]),
        ([("    password", "    orders: {batch: 11MB}\n    password")], ["destinations.cuc-dbvn.orders.batch"]),
        ([("    password", "    orders: {image: 3MB}\n    password")], ["destinations.cuc-dbvn.orders.image"]),
        ([("    password", "    orders: {header: Bearer}\n    password")], ["destinations.cuc-dbvn.orders.header"]),
        (
            [("    password", "    orders: {headers: {Host: x}}\n    password")],
            ["destinations.cuc-dbvn.orders.headers"],
        ),
        (
            [("    password", "    orders: {submit: {list: orders}}\n    password")],
            ["destinations.cuc-dbvn.orders.submit.list"],
        ),
        ([("    password", "    orders: {source: eth0}\n    password")], ["destinations.cuc-dbvn.orders.source"]),
    ],
)
def test_what_cannot_be_is_a_fault_at_its_place(
    tmp_path: Path, changes: list[tuple[str, str]], expected: list[str]
) -> None:
    found = faults(tmp_path, *changes)
    assert sorted({one.split(": ")[0] for one in found}) == expected, found


def test_orders_go_to_one_authority(tmp_path: Path) -> None:
    second = COACH.split("destinations:\n")[1].replace("cuc-dbvn", "other")
    assert faults(tmp_path, text=COACH + second) == [
        "destinations.other.authority: is road, as that of cuc-dbvn: an order goes to one authority"
    ]


def test_a_key_in_a_token_has_a_pin_and_no_file(tmp_path: Path) -> None:
    token = 'pkcs11: "pkcs11:token=tram;object=key%201", pin: {file: /pin}'
    orders = loaded(tmp_path, COACH.replace("key: {file: /k}", token)).orders
    assert orders is not None
    assert orders.sign[0].key is None


def test_orders_that_nobody_gets_and_a_short_time_out_are_warned_of(tmp_path: Path) -> None:
    nobody = loaded(tmp_path, COACH.split("destinations:")[0])
    assert any(one.path == "orders" for one in nobody.warnings)
    hasty = loaded(tmp_path, COACH + "    orders: {timeout: 5s}\n")
    assert [one.path for one in hasty.warnings] == ["destinations.cuc-dbvn.orders.timeout"]


def test_people_are_told_of_orders_where_there_is_no_sampler(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, f"{COACH}alerts: [{{command: [/usr/bin/true], on: [order]}}]\n")
    assert [str(kind) for kind in configuration.alerts[0].on] == ["order"]
