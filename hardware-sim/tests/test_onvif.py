"""The simulated camera's ONVIF service, asked with bytes that are written here: no library in between."""

import base64
import hashlib
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stationsim.model.camera import CameraModel
from stationsim.onvif.device import OnvifDevice

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
RTSP = "rtsp://127.0.0.1:8554/stream1"


@pytest.fixture
def device() -> Iterator[Callable[..., OnvifDevice]]:
    started = []

    def start(**onvif: Any) -> OnvifDevice:
        model = CameraModel.model_validate({"name": "outlet", "user": "gw", "password": "s", "onvif": onvif or True})
        assert model.onvif is not None
        started.append(OnvifDevice(model, model.onvif, RTSP))
        return started[-1]

    yield start
    for one in started:
        one.close()


def ask(device: OnvifDevice, question: str, *, password: str | None = None, at: datetime | None = None) -> str:
    """The answer's text, whatever HTTP says of it."""
    header = "" if password is None else token(password, at or datetime.now(UTC))
    content = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:t="http://www.onvif.org/ver10/schema">'
        f"<s:Header>{header}</s:Header><s:Body>{question}</s:Body></s:Envelope>"
    ).encode()
    try:
        with urllib.request.urlopen(device.url, content, timeout=10) as answer:  # noqa: S310  # http, to loopback
            return str(answer.read(), "utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read(), "utf-8")


def token(password: str, at: datetime) -> str:
    created = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    digest = hashlib.sha1(b"nonce" + created.encode() + password.encode(), usedforsecurity=False).digest()
    return (
        f'<w:Security xmlns:w="{WSSE}" xmlns:u="{WSU}"><w:UsernameToken><w:Username>gw</w:Username>'
        f"<w:Password>{base64.b64encode(digest).decode()}</w:Password>"
        f"<w:Nonce>{base64.b64encode(b'nonce').decode()}</w:Nonce><u:Created>{created}</u:Created>"
        "</w:UsernameToken></w:Security>"
    )


def test_everybody_may_ask_for_the_time_which_is_the_cameras_own(device: Callable[..., OnvifDevice]) -> None:
    answer = ask(device(clock_offset="-30d"), "<GetSystemDateAndTime/>")
    then = datetime.now(UTC) - timedelta(days=30)
    assert f"<tt:Month>{then.month}</tt:Month><tt:Day>{then.day}</tt:Day>" in answer


def test_whoever_proves_the_password_by_the_cameras_clock_hears_where_the_stream_is(
    device: Callable[..., OnvifDevice],
) -> None:
    camera = device(clock_offset="2h")
    question = "<GetStreamUri><ProfileToken>main</ProfileToken></GetStreamUri>"
    assert "NotAuthorized" in ask(camera, question)
    assert "NotAuthorized" in ask(camera, question, password="s")
    there = datetime.now(UTC) + timedelta(hours=2)
    assert "NotAuthorized" in ask(camera, question, password="wrong", at=there)
    assert RTSP in ask(camera, question, password="s", at=there)


def test_its_clock_can_be_set_and_is_then_by_hand(device: Callable[..., OnvifDevice]) -> None:
    camera = device(time_source="ntp")
    at = datetime.now(UTC) + timedelta(seconds=90)
    question = (
        "<SetSystemDateAndTime><DateTimeType>Manual</DateTimeType><UTCDateTime>"
        f"<t:Time><t:Hour>{at.hour}</t:Hour><t:Minute>{at.minute}</t:Minute><t:Second>{at.second}</t:Second></t:Time>"
        f"<t:Date><t:Year>{at.year}</t:Year><t:Month>{at.month}</t:Month><t:Day>{at.day}</t:Day></t:Date>"
        "</UTCDateTime></SetSystemDateAndTime>"
    )
    assert "Response" in ask(camera, question, password="s")
    assert camera.clock_offset.total_seconds() == pytest.approx(89.5, abs=2)
    assert camera.time_source == "manual"


def test_nonsense_is_answered_and_ends_nothing(device: Callable[..., OnvifDevice]) -> None:
    camera = device()
    assert ask(camera, "<unclosed>")
    assert "ActionNotSupported" in ask(camera, "<Reboot/>", password="s")
    assert "InvalidDateTime" in ask(camera, "<SetSystemDateAndTime><Year>x</Year></SetSystemDateAndTime>", password="s")
    assert "GetSystemDateAndTimeResponse" in ask(camera, "<GetSystemDateAndTime/>")


def test_whoever_looks_for_cameras_is_answered(device: Callable[..., OnvifDevice]) -> None:
    camera = device(hardware="SIM 4K")
    probe = (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
        b' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"><e:Header>'
        b"<w:MessageID>urn:uuid:7</w:MessageID><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>"
        b"</e:Header><e:Body/></e:Envelope>"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(10)
        for content in (b"\xff" * 40, probe):  # noise is not answered
            asker.sendto(content, ("127.0.0.1", camera.discovery_port))
        answer = asker.recv(65_535).decode()
    assert "urn:uuid:7" in answer
    assert camera.url in answer
    assert "hardware/SIM%204K" in answer
