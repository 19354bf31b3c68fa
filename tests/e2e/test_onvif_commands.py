"""`gateway cameras discover` and `set-time`, beside simulated cameras that speak ONVIF over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cameras.onvif import question
from gateway.cli.cameras import cameras
from gateway.core.errors import GatewayError
from stationsim.model.camera import CameraModel
from stationsim.onvif.answers import Answers
from stationsim.onvif.device import OnvifDevice
from tests.support.live.configuration import Server, Wanted, write

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
RTSP = "rtsp://127.0.0.1:8554/stream1"
Start = Callable[..., OnvifDevice]
_MEDIA_AT_NO_ADDRESS = (
    "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>"
    "<tds:XAddr>http://[fe80</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version>"
    "</tds:Service></tds:GetServicesResponse>"
)


def _profiles(*tokens: str) -> str:
    profiles = "".join(f'<trt:Profiles token="{one}"><tt:Name>{one}</tt:Name></trt:Profiles>' for one in tokens)
    return f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>"


@pytest.fixture
def camera() -> Iterator[Start]:
    started: list[OnvifDevice] = []

    def start(name: str = "outlet", **onvif: Any) -> OnvifDevice:
        model = CameraModel.model_validate({"name": name, "user": "gw", "password": "right", "onvif": onvif or True})
        assert model.onvif is not None
        started.append(OnvifDevice(model, model.onvif, RTSP))
        return started[-1]

    yield start
    for one in started:
        one.close()


def configured(
    folder: Path, *urls: str, held: str = "right", clock: str = "{trust: assume}", names: tuple[str, ...] = ()
) -> Path:
    """A station with a camera for each device."""
    secret = folder / "camera-password"
    secret.write_text(held)
    secret.chmod(0o600)
    (folder / "storage").mkdir(exist_ok=True)
    configuration = write(folder, INSTRUMENTS, [PROVINCE], clock=clock)
    lines = [
        f'    - {{name: {name}, url: "rtsp://127.0.0.1:{port}/1", onvif: "{url}", user: gw,'
        f" password: {{file: {secret}}}}}"
        for port, (name, url) in enumerate(zip(names or ("outlet", "inlet"), urls, strict=False), 8554)
    ]
    text = "\n".join(["cameras:", f"  storage: {{path: {folder / 'video'}}}", "  list:", *lines, ""])
    configuration.write_text(configuration.read_text("utf-8") + text, encoding="utf-8")
    return configuration


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(cameras, [str(word) for word in words])


def told(done: Result) -> list[dict[str, Any]]:
    return list(json.loads(done.stdout))


def test_a_wrong_clock_is_set_and_the_password_proven_by_it(camera: Start, tmp_path: Path) -> None:
    outlet = camera(clock_offset="-2h")
    station = configured(tmp_path, outlet.url)
    tried = typed("set-time", "outlet", "--dry-run", "-c", station)
    assert (tried.exit_code, "2 h behind" in tried.output) == (0, True)
    assert "SetSystemDateAndTime" not in outlet.asked
    (done,) = told(typed("set-time", "outlet", "--json", "-c", station))
    assert done["offset_s"] == pytest.approx(-7200, abs=3)
    assert done["is_set"] is True
    assert done["problem"] is None
    assert abs(outlet.clock_offset.total_seconds()) < 1.5
    assert "left as it is" in typed("set-time", "outlet", "-c", station).output
    assert outlet.asked.count("SetSystemDateAndTime") == 1


def test_all_are_set_and_one_that_does_not_answer_harms_no_other(camera: Start, tmp_path: Path) -> None:
    outlet, gone = camera(clock_offset="400d"), camera("inlet")
    station = configured(tmp_path, gone.url, outlet.url, names=("inlet", "outlet"))
    gone.close()
    done = typed("set-time", "--all", "--json", "-c", station)
    inlet, outlet_told = told(done)
    assert done.exit_code == 1
    assert "nothing answers" in inlet["problem"]
    assert outlet_told["is_set"] is True
    assert abs(outlet.clock_offset.total_seconds()) < 1.5


def test_a_wrong_password_is_called_one(camera: Start, tmp_path: Path) -> None:
    outlet = camera(clock_offset="2h")
    done = typed("set-time", "outlet", "-c", configured(tmp_path, outlet.url, held="wrong"))
    assert done.exit_code == 1
    assert "does not take this user and password" in done.output
    assert "wrong" not in done.output
    assert outlet.clock_offset.total_seconds() == 7200


def test_a_clock_that_nobody_vouches_for_sets_no_camera(
    camera: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.app.camera_clock.kernel_vouches", lambda: lambda: False)
    outlet = camera(clock_offset="2h")
    station = configured(tmp_path, outlet.url, clock="{trust: wait}")
    assert "nobody vouches" in str(typed("set-time", "outlet", "-c", station).exception)
    tried = typed("set-time", "outlet", "--dry-run", "-c", station)
    assert (tried.exit_code, "2 h ahead" in tried.output) == (0, True)
    assert "SetSystemDateAndTime" not in outlet.asked


def test_a_camera_that_asks_a_time_server_is_set_only_if_that_is_wanted(camera: Start, tmp_path: Path) -> None:
    outlet = camera(clock_offset="1h", time_source="ntp")
    station = configured(tmp_path, outlet.url)
    done = typed("set-time", "outlet", "-c", station)
    assert (done.exit_code, "--stop-ntp" in done.output) == (1, True)
    assert outlet.time_source == "ntp"
    assert typed("set-time", "outlet", "--stop-ntp", "-c", station).exit_code == 0
    assert outlet.time_source == "manual"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("garbage", "does not speak ONVIF"),
        ("not_found", "does not speak ONVIF"),
        ("busy", "too busy"),
        ("silent", "no answer within"),
        ("bomb", "does not speak ONVIF"),
    ],
)
def test_whatever_answers_there_is_named_and_never_a_traceback(
    fault: str, words: str, camera: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question, "QUESTION_S", 1.0)
    done = typed("set-time", "outlet", "-c", configured(tmp_path, camera(fault=fault).url))
    assert done.exit_code == 1
    assert words in done.output


@pytest.mark.parametrize(
    ("asked", "answer", "streams", "problem"),
    [
        ("GetServices", _MEDIA_AT_NO_ADDRESS, [], "no address"),
        ("GetStreamUri", "<trt:GetStreamUriResponse/>", [""], None),
        ("GetProfiles", "<trt:GetProfilesResponse/>", [], None),
        ("GetProfiles", _profiles("unfinished", "main"), [RTSP], None),
        ("GetProfiles", _profiles("unfinished"), [], "it declines: no such profile"),
    ],
)
def test_an_answer_with_something_missing_is_no_traceback_and_hides_no_other_stream(
    asked: str,
    answer: str,
    streams: list[str],
    problem: str | None,
    camera: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Answers, f"_{asked}", lambda *_: answer)
    outlet = camera()
    station = configured(tmp_path, outlet.url)
    (found,) = told(typed("discover", "--seconds", "1", "--port", str(outlet.discovery_port), "--json", "-c", station))
    assert [stream["url"] for stream in found["streams"]] == streams
    assert found["problem"] is None if problem is None else problem in found["problem"]


def test_cameras_are_found_and_a_configured_one_tells_its_stream(camera: Start, tmp_path: Path) -> None:
    outlet = camera(hardware="SIM-4K", clock_offset="-3d")
    station = configured(tmp_path, outlet.url)
    done = typed("discover", "--seconds", "1", "--port", str(outlet.discovery_port), "--json", "-c", station)
    (found,) = told(done)
    assert done.exit_code == 0
    assert (found["address"], found["name"], found["hardware"]) == ("127.0.0.1", "outlet", "SIM-4K")
    assert (found["configured"], found["onvif"], found["problem"]) == ("outlet", outlet.url, None)
    assert [stream["url"] for stream in found["streams"]] == [RTSP]


def test_one_address_can_be_asked_with_a_password_of_its_own(camera: Start, tmp_path: Path) -> None:
    outlet = camera()
    secret = tmp_path / "password"
    secret.write_text("right\n")
    secret.chmod(0o600)
    where = [
        "--host",
        "127.0.0.1",
        "--seconds",
        "1",
        "--port",
        str(outlet.discovery_port),
        "-c",
        tmp_path / "none.yaml",
    ]
    done = typed("discover", *where, "--user", "gw", "--password-file", secret)
    assert f"url: {RTSP}" in done.output
    assert "--user" in typed("discover", *where).output
    secret.write_text("wrong\n")
    assert "does not take this user" in typed("discover", *where, "--user", "gw", "--password-file", secret).output


def test_nobody_there_is_said(tmp_path: Path, camera: Start) -> None:
    outlet = camera()
    outlet.close()
    done = typed(
        "discover",
        "--seconds",
        "0.3",
        "--port",
        str(outlet.url.split(":")[2].split("/")[0]),
        "-c",
        tmp_path / "no.yaml",
    )
    assert (done.exit_code, "no camera answers" in done.output) == (1, True)


def test_who_may_not_see_the_configuration_finds_cameras_all_the_same(
    camera: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(_file: Path) -> bool:
        raise PermissionError

    outlet = camera()
    monkeypatch.setattr(Path, "exists", hidden)
    done = typed("discover", "--seconds", "0.5", "--port", str(outlet.discovery_port))
    assert (done.exit_code, outlet.url in done.output) == (0, True)


def test_a_host_that_is_none_is_said() -> None:
    done = typed("discover", "--host", "no-such-host.invalid", "--seconds", "0.5", "-c", "/no/such.yaml")
    assert "cannot be sent" in str(done.exception)


def test_without_the_extra_the_command_says_what_to_install(
    camera: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = camera()
    station = configured(tmp_path, outlet.url)
    monkeypatch.setattr("gateway.cli.cameras.credentials.find_spec", lambda _name: None)
    failed = typed("set-time", "outlet", "-c", station).exception
    assert isinstance(failed, GatewayError)
    assert "station-gateway[onvif]" in str(failed)
    found = typed("discover", "--seconds", "1", "--port", str(outlet.discovery_port), "-c", station)
    assert (found.exit_code, "station-gateway[onvif]" in found.output) == (0, True)
