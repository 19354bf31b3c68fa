"""The road administration of the real command, asked by an independent client whose orders openssl has signed."""

import base64
import hashlib
import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from stationsim.clock import SystemClock
from stationsim.model.road import RoadModel
from stationsim.road.administration import SimulatedRoadAdministration
from stationsim.road.canonical import canonical, number
from stationsim.scenario_file import ScenarioError, load

NOW_MS = SystemClock().wall_ms()


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


@dataclass
class Signer:
    role: str
    algorithm: str
    key: Path
    certificate: Path

    def sign(self, order: dict[str, Any]) -> dict[str, Any]:
        value = openssl("dgst", "-sha256", "-sign", str(self.key), stdin=canonical(order))
        der = openssl("x509", "-in", str(self.certificate), "-outform", "DER")
        shown = {"role": self.role, "algorithm": self.algorithm, "certificate": base64.b64encode(der).decode()}
        return order | {"signatures": [shown | {"value": base64.b64encode(value).decode()}]}


@pytest.fixture(scope="session")
def signers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Signer]:
    folder = tmp_path_factory.mktemp("signers")
    made = {}
    for algorithm, kind in (("RS256", ["rsa:2048"]), ("ES256", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])):
        key, certificate = folder / f"{algorithm}.key", folder / f"{algorithm}.pem"
        to = ("-keyout", str(key), "-out", str(certificate))
        openssl("req", "-x509", "-newkey", *kind, "-noenc", *to, "-subj", "/CN=Bến xe", "-days", "30", "-utf8")
        made[algorithm] = Signer("station", algorithm, key, certificate)
    return made


def order(order_id: str = "ORD-1", **members: Any) -> dict[str, Any]:
    image = b"\xff\xd8 a picture"
    shown = {
        "name": "front.jpg",
        "sha256": hashlib.sha256(image).hexdigest(),
        "content": base64.b64encode(image).decode(),
    }
    return {
        "id": order_id,
        "issued_ms": NOW_MS,
        "departure_ms": NOW_MS + 600_000,
        "plate": "30E12345",
        "operator": "Nhà xe Đất Việt",
        "station": "BXMYDINH",
        "department": "01",
        "route": "2901.1511.A",
        "position": {"lat": 21.02, "lon": 105.85},
        "images": [shown],
    } | members


class Client:
    """One kept connection."""

    def __init__(self, access: dict[str, Any]) -> None:
        self.access = access
        context = ssl.create_default_context(cafile=access["ca"])
        self.line = http.client.HTTPSConnection(access["host"], access["port"], context=context, timeout=10)
        self.token = ""

    def post(self, path: str, asked: Any, **headers: str) -> tuple[int, Any]:
        spoken = {"Content-Type": "application/json", "Accept": "application/json"}
        spoken |= {"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        body = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
        self.line.request("POST", path, body, spoken)
        answer = self.line.getresponse()
        return answer.status, json.loads(answer.read())

    def log_in(self) -> None:
        words = {"username": self.access["user"], "password": self.access["password"]}
        status, said = self.post("/api/login", words)
        assert (status, said["code"]) == (200, 0)
        self.token = said["data"]["token"]

    def submit(self, *orders: Any) -> tuple[int, Any]:
        return self.post("/api/orders", {"orders": list(orders)})


Start = Callable[..., tuple[SimulatedRoadAdministration, Client]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts administrations, each with a client that is logged in."""
    started = []

    def start(**settings: Any) -> tuple[SimulatedRoadAdministration, Client]:
        model = RoadModel.model_validate({"name": "road", "user": "nhaxe01", "password": "secret", **settings})
        for place in ("root", "keys"):
            (tmp_path / place).mkdir(exist_ok=True)
        road = SimulatedRoadAdministration(model, tmp_path / "root", tmp_path / "keys", SystemClock())
        client = Client(road.access)
        started.append((road, client))
        client.log_in()
        return road, client

    yield start
    for road, client in started:
        client.line.close()
        road.close()


# Numbers from RFC 8785, appendix B.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992, "9007199254740992"),
        (295147905179352830000, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (999999999999999700000, "999999999999999700000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (333333333.33333343, "333333333.33333343"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"),
        (1424953923781206.2, "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_standard_says(value: float, text: str) -> None:
    assert number(float(value)) == text


def test_the_standards_example_is_written_as_the_standard_says() -> None:
    # RFC 8785, section 3.2.2 to 3.2.4.
    example = json.loads(
        r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        r'"string": "€$\u000f\nA'
        r"'"
        r'B\"\\\\\"\/", "literals": [null, true, false]}'
    )
    wanted = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(example).decode() == wanted
    assert canonical({"\U0001f600": 1, "\ufb33": 2, "€": 3}).decode() == '{"€":3,"\U0001f600":1,"\ufb33":2}'


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_signed_order_is_taken_once_in_effect(start: Start, signers: dict[str, Signer], algorithm: str) -> None:
    road, client = start()
    signed = signers[algorithm].sign(order())
    for _ in range(2):
        assert client.submit(signed) == (200, client_said(("ORD-1", 0, "accepted")))
    score = road.look()
    assert (score.accepted, score.duplicates, score.altered, score.refused) == (1, 1, 0, {})
    assert (score.logins, score.connections, score.requests) == (1, 1, 3)
    assert json.loads((Path(road.access["root"]) / "orders" / "ORD-1.json").read_text()) == signed


def client_said(*results: tuple[str, int, str]) -> dict[str, Any]:
    told = [{"id": order_id, "code": code, "message": message} for order_id, code, message in results]
    return {"code": 0, "message": "done", "results": told}


def test_a_changed_order_is_noticed_wherever_it_was_changed(start: Start, signers: dict[str, Signer]) -> None:
    road, client = start()
    signed = signers["RS256"].sign(order())
    changed = [signed | {"plate": "30E12346"}, signed | {"position": {"lat": 21.03, "lon": 105.85}}]
    changed.append({name: value for name, value in signed.items() if name != "route"})
    for one in changed:
        assert client.submit(one)[1]["results"][0]["code"] == 20004
    other = signers["RS256"].sign(order(plate="30E12346"))
    client.submit(signed)
    assert client.submit(other)[1]["results"][0]["code"] == 400
    score = road.look()
    assert (score.accepted, score.altered, score.refused) == (1, 1, {"20004": 3, "400": 1})


def test_signatures_that_are_missing_unknown_or_expired(
    start: Start, signers: dict[str, Signer], tmp_path: Path
) -> None:
    _, client = start(roles=["station", "operator"])
    assert client.submit(signers["RS256"].sign(order()))[1]["results"][0]["code"] == 20007
    assert client.submit(order() | {"signatures": "none"})[1]["results"][0]["code"] == 20007
    _, client = start(certificates=[str(signers["ES256"].certificate)])
    assert client.submit(signers["RS256"].sign(order()))[1]["results"][0]["code"] == 20005
    old = tmp_path / "old.pem"
    old.write_bytes(expired_certificate(signers["RS256"].key.read_bytes()))
    _, client = start()
    expired = Signer("station", "RS256", signers["RS256"].key, old)
    assert client.submit(expired.sign(order()))[1]["results"][0]["code"] == 20006


def expired_certificate(key: bytes) -> bytes:
    private = serialization.load_pem_private_key(key, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "old")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, private.public_key(), 7, begin, begin + timedelta(days=1))
    return made.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_what_is_not_registered_has_its_code(start: Start, signers: dict[str, Signer]) -> None:
    _, client = start(operators=["x"], window="15min")
    assert client.submit(signers["RS256"].sign(order()))[1]["results"][0]["code"] == 30001
    late = signers["RS256"].sign(order(issued_ms=NOW_MS - 3_600_000))
    assert client.submit(late)[1]["results"][0] == {
        "id": "ORD-1",
        "code": 400,
        "message": "time error: issued_ms is too far from the server's clock",
    }
    for member, code in (("departments", 30004), ("stations", 30005), ("routes", 30006)):
        _, client = start(**{member: ["x"]})
        assert client.submit(signers["RS256"].sign(order()))[1]["results"][0]["code"] == code


def test_one_bad_order_harms_no_other_unless_the_server_is_that_strict(
    start: Start, signers: dict[str, Signer]
) -> None:
    good, bad = signers["RS256"].sign(order()), signers["RS256"].sign(order("ORD-2", images=[{"name": "x"}]))
    road, client = start(whole=True)
    status, said = client.submit(good, bad)
    assert (status, said["code"], road.look().accepted) == (400, 400, 0)
    road, client = start()
    assert [one["code"] for one in client.submit(good, bad)[1]["results"]] == [0, 400]
    assert road.look().accepted == 1


def test_requests_that_are_no_requests(start: Start) -> None:
    road, client = start(body=2_000)
    assert client.post("/api/nothing", {})[0] == 404
    assert client.post("/api/orders", {}, Content_Type="text/plain")[0] == 415
    assert client.post("/api/orders", {}, Accept="text/html")[0] == 415
    assert client.post("/api/orders", b"[" * 1_999)[0] == 400
    assert client.post("/api/orders", b" " * 2_001)[0] == 413
    client.line.request("GET", "/api/orders")
    assert client.line.getresponse().status == 405
    client.line.close()
    client.token = "x.y.z"
    assert client.submit(order())[0] == 401
    assert road.look().accepted == 0


def test_who_may_log_in_and_for_how_long(start: Start) -> None:
    road, client = start(token_life="1ms")
    assert client.submit(order())[0] == 401
    status, said = client.post("/api/login", {"username": "nhaxe01", "password": "wrong"})
    assert (status, said["code"]) == (401, 20001)
    assert client.post("/api/login", [1])[0] == 401
    assert (road.look().logins, road.look().refused_logins) == (1, 2)
    road, client = start()
    road.restart()
    client.line.close()
    assert client.submit(order())[0] == 401


def test_an_address_that_was_not_registered_is_told_so(tmp_path: Path) -> None:
    settings = {"name": "road", "user": "nhaxe01", "password": "secret", "sources": ["203.0.113.7"]}
    road = SimulatedRoadAdministration(RoadModel.model_validate(settings), tmp_path, tmp_path, SystemClock())
    words = {"username": "nhaxe01", "password": "secret"}
    client = Client(road.access)
    status, said = client.post("/api/login", words)
    client.line.close()
    road.close()
    assert (status, said["code"]) == (403, 20003)


def test_faults_come_as_often_as_they_are_told(start: Start, signers: dict[str, Signer]) -> None:
    road, client = start(verify=False)
    signed = order() | {"signatures": []}
    road.fail(kind="status", status=503, times=1)
    assert client.submit(signed)[0] == 503
    road.fail(kind="status", status=400, code=20002, times=1)
    assert client.submit(signed) == (400, {"code": 20002, "message": "on demand"})
    road.fail(kind="code", code=30006, orders=["ORD-2"], times=1)
    assert [one["code"] for one in client.submit(signed, signed | {"id": "ORD-2"})[1]["results"]] == [0, 30006]
    road.fail(kind="partial", times=1)
    assert len(client.submit(signed, signed | {"id": "ORD-3"})[1]["results"]) == 1
    assert road.look().accepted == 2
    road.fail(kind="expired", times=1)
    assert client.submit(signed)[0] == 401
    road.fail(kind="redirect", times=1)
    assert client.submit(signed)[0] == 307
    assert client.submit(signed)[0] == 200


@pytest.mark.parametrize(
    ("fault", "failure", "accepted"),
    [
        ({"kind": "unheard"}, http.client.RemoteDisconnected, 0),
        ({"kind": "cut", "bytes": 10}, http.client.IncompleteRead, 1),
        ({"kind": "no_json"}, json.JSONDecodeError, 1),
        ({"kind": "nested"}, RecursionError, 1),
    ],
)
def test_answers_that_are_spoilt(start: Start, fault: dict[str, Any], failure: type[Exception], accepted: int) -> None:
    road, client = start(verify=False)
    road.fail(**fault)
    with pytest.raises(failure):
        client.submit(order() | {"signatures": []})
    client.line.close()
    assert road.look().accepted == accepted
    road.heal()
    assert client.submit(order() | {"signatures": []})[0] == 200


def test_what_was_taken_is_known_to_the_next_run(start: Start) -> None:
    _, client = start(verify=False, keep=False)
    client.submit(order() | {"signatures": []})
    road, client = start(verify=False, keep=False)
    client.submit(order() | {"signatures": []})
    assert (road.look().accepted, road.look().duplicates) == (1, 1)


def test_the_command_runs_it_alone(start_station: Any, signers: dict[str, Signer]) -> None:
    station = start_station("coach-station", bundled=True)
    client = Client(station.ready["road_administrations"]["cuc-dbvn"])
    client.log_in()
    assert client.submit(signers["ES256"].sign(order(issued_ms=NOW_MS - 200_000)))[0] == 200
    score = station.score("cuc-dbvn", lambda score: score["accepted"] == 1)
    assert (score["late"], score["newest"]) == (1, "ORD-1")
    command = [sys.executable, "-m", "stationsim", "act", str(station.out), "cut", "cuc-dbvn"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises((OSError, http.client.HTTPException)):
        client.submit(order())
    client.line.close()
    assert station.stop()[0] == 0


def test_a_scenario_without_a_code_is_told(tmp_path: Path) -> None:
    scenario = tmp_path / "bad.yaml"
    scenario.write_text(
        "name: x\nseed: 1\nslot: 5min\nstation: {province: HN, facility: A, code: B, kind: coach_station}\n"
        "road_administrations:\n  - name: r\n    user: u\n    password: p\n    faults: [{kind: code}]\n"
    )
    with pytest.raises(ScenarioError, match="which code"):
        load(scenario)
