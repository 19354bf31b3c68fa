"""What is refused, warned of and understood about destinations that take messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.config import Format, Mqtt, MqttVersion, Unheard
from tests.unit.config.wording import STATION, edited, faults, load_text, warnings

HOST_KEY = '    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"\n'
URL = "sftp://nuo001@ftp.example.vn/NUO001"
BROKER = "mqtts://nuo001@broker.example.vn/NUO001"


def with_broker(*lines: str, url: str = BROKER) -> str:
    return edited((URL, url), (HOST_KEY, "".join(f"    {line}\n" for line in lines)))


FAULTS = {
    "topic_with_wildcard": (
        ['mqtt: {topic: "{base}/#"}'],
        "28: destinations.so-tnmt.mqtt.topic: '{base}/#' is not a topic to publish on; write parts joined by single "
        "slashes, without + and #, such as {base}/{station}/data",
    ),
    "topic_with_empty_part": (
        ['mqtt: {topic: "a//b"}'],
        "28: destinations.so-tnmt.mqtt.topic: 'a//b' is not a topic to publish on; write parts joined by single "
        "slashes, without + and #, such as {base}/{station}/data",
    ),
    "topic_with_unknown_part": (
        ['mqtt: {topic: "{base}/{code}"}'],
        "28: destinations.so-tnmt.mqtt.topic: '{base}/{code}' has an unknown {placeholder}; use {base}, {station} and "
        "{lane} (live or backlog)",
    ),
    "qos_that_proves_nothing": (
        ["mqtt: {qos: 0}"],
        "28: destinations.so-tnmt.mqtt.qos: is none of the choices; write 1",
    ),
    "client_id_with_space": (
        ["mqtt: {client_id: a b}"],
        "28: destinations.so-tnmt.mqtt.client_id: 'a b' is not usable as a client id; write letters, digits, '-', '_' "
        "and '.', no spaces",
    ),
    "key_misspelt": (
        ["mqtt: {topik: a}"],
        "28: destinations.so-tnmt.mqtt.topik: is an unknown key; did you mean topic?",
    ),
    "folder": (
        ['folder: "%Y"'],
        "28: destinations.so-tnmt.folder: means nothing to mqtts; remove it: messages have a topic, see mqtt: "
        "{topic: …}",
    ),
    "template_with_unknown_placeholder": (
        ['template: {station: "{sation}"}'],
        "28: destinations.so-tnmt.template: has an unknown placeholder {sation}; did you mean station?",
    ),
    "template_with_a_parameter_nowhere": (
        ['template: {v: "{value}"}'],
        "28: destinations.so-tnmt.template: has {value} where no parameter is meant; write it in a list of one item, "
        "or below a member whose name has {symbol} in it",
    ),
    "template_that_takes_our_word": (
        ["template: {historical: false}"],
        "28: destinations.so-tnmt.template: has a member historical; remove it: the gateway adds it to every message "
        "by itself",
    ),
    "template_that_is_text": (
        ['template: "{station}"'],
        "28: destinations.so-tnmt.template: is not a section; write the shape of the message, such as "
        '{station: "{station}", …}',
    ),
    "template_of_text": (
        ["format: tt10", 'template: {station: "{station}"}'],
        "29: destinations.so-tnmt.template: means nothing to tt10; remove it, or write format: json",
    ),
    "base_where_the_url_has_it": (
        ["mqtt: {base: NUO001}"],
        "28: destinations.so-tnmt.mqtt: has a base, which means nothing to mqtts; write it as the url's path: that is "
        "the base of the topics",
    ),
    "format_unknown": (
        ["format: jsn"],
        "28: destinations.so-tnmt.format: is none of the choices; write 'tt10' or 'json'; did you mean json?",
    ),
}


@pytest.mark.parametrize(("lines", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(lines: list[str], expected: str, tmp_path: Path) -> None:
    assert faults(with_broker(*lines), tmp_path) == [f"gateway.yaml:{expected}"]


def test_a_topic_in_the_url_is_one_to_publish_below(tmp_path: Path) -> None:
    (fault,) = faults(with_broker(url="mqtts://nuo001@broker.example.vn/a/%23"), tmp_path)
    assert "has a + or # in its topic" in fault


def test_topics_mean_nothing_to_a_server_of_files(tmp_path: Path) -> None:
    (fault,) = faults(STATION + "    mqtt: {retain: true}\n", tmp_path)
    assert fault == (
        "gateway.yaml:29: destinations.so-tnmt.mqtt: means nothing to sftp; remove it: it is for mqtt, mqtts, ws "
        "and wss"
    )


def test_what_holds_where_nothing_is_written(tmp_path: Path) -> None:
    (destination,) = load_text(with_broker(), tmp_path).destinations
    assert destination.url.port == 8883
    assert destination.form is Format.JSON
    assert destination.template is None
    options = destination.publication
    assert options == Mqtt(version=MqttVersion.V5, unheard=Unheard.WAIT, qos=1, retain=False, client_id=None)
    topic = options.topic_of(options.topic, base="NUO001", station="KHI002", lane="live")
    assert topic == "NUO001/KHI002/data"
    assert options.topic_of(options.status, base="", station="KHI002", lane="live") == "KHI002/status"


@pytest.mark.parametrize(
    ("lines", "topic"), [([], "NUO001/data"), (["mqtt: {base: authority/water}"], "authority/water/NUO001/data")]
)
def test_the_path_of_a_web_socket_is_no_topic(lines: list[str], topic: str, tmp_path: Path) -> None:
    text = with_broker(*lines, url="wss://nuo001@broker.example.vn/a+b")
    (destination,) = load_text(text, tmp_path).destinations
    assert (destination.url.port, destination.url.path) == (443, "/a+b")
    options = destination.publication
    assert options.topic_of(options.topic, base=destination.topic_base, station="NUO001", lane="live") == topic


def test_a_base_has_no_wildcard(tmp_path: Path) -> None:
    for base in ("a/#", "/a", "{station}"):
        text = with_broker(f'mqtt: {{base: "{base}"}}', url="wss://nuo001@broker.example.vn/mqtt")
        (fault,) = faults(text, tmp_path)
        assert "destinations.so-tnmt.mqtt.base: " in fault


def test_web_sockets_without_tls_are_warned_of(tmp_path: Path) -> None:
    assert warnings(with_broker(url="ws://nuo001@broker.example.vn/mqtt"), tmp_path) == [
        "gateway.yaml:26: destinations.so-tnmt.url: password and data cross the network readable; ask the authority "
        "for wss"
    ]


def test_a_template_is_kept_as_it_stands(tmp_path: Path) -> None:
    text = with_broker('template: {ts: "{time_ms}", values: {"{symbol}": "{value}"}, list: [{s: "{symbol}"}], n: 1}')
    (destination,) = load_text(text, tmp_path).destinations
    assert json.loads(destination.template or "") == {
        "ts": "{time_ms}",
        "values": {"{symbol}": "{value}"},
        "list": [{"s": "{symbol}"}],
        "n": 1,
    }


def test_a_server_of_files_may_get_objects(tmp_path: Path) -> None:
    (destination,) = load_text(STATION + "    format: json\n", tmp_path).destinations
    assert destination.form is Format.JSON


def test_a_sound_broker_is_not_warned_of(tmp_path: Path) -> None:
    assert warnings(with_broker(), tmp_path) == []


def test_warns_of_what_can_be_read_or_lost_on_the_way(tmp_path: Path) -> None:
    text = with_broker("format: tt10", "mqtt: {version: v3.1.1}", url="mqtt://nuo001@broker.example.vn/NUO001")
    assert warnings(text, tmp_path) == [
        "gateway.yaml:26: destinations.so-tnmt.url: password and data cross the network readable; ask the authority "
        "for mqtts",
        "gateway.yaml:29: destinations.so-tnmt.mqtt.topic: the receiver cannot tell late files from live ones; put "
        "{lane} into the topic, or use format: json or v5",
        "gateway.yaml:29: destinations.so-tnmt.mqtt.version: v3.1.1 acknowledges messages that are thrown away, too; "
        "use v5, unless the broker does not speak it",
    ]
