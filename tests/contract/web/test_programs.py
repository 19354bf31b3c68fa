"""What programs get from a running page: metrics that Debian's Prometheus scrapes, the commands' JSON, a document that
holds, and nothing without leave."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.web.tls import OWN_FILE
from tests.support import three_days
from tests.support.journey import Journey
from tests.support.page import Answer, RunningPage, page_yaml, running_page
from tests.support.servers.private import free_port
from tests.support.servers.prometheus import running_prometheus

TOKEN = "0123456789abcdef0123456789abcdef"
DAYS = "from=2026-01-05&to=2026-01-07"


@dataclass(frozen=True, slots=True)
class Station:
    page: RunningPage
    programs_port: int
    file: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """At the programs' address, as whoever has the token, unless another header says otherwise."""
        there = RunningPage(self.programs_port, self.page.pid, self.page.log)
        given = {"Authorization": f"Bearer {TOKEN}"} | headers
        return there.ask(method, path, headers={name: text for name, text in given.items() if text})

    def json(self, path: str) -> Any:
        answer = self.ask(path)
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return json.loads(answer.body)

    def command(self, *arguments: str) -> Any:
        done = CliRunner().invoke(app, [*arguments, "-c", str(self.file), "--json"])
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("station")
    file = three_days.configuration(folder).file
    journey = Journey(folder)
    three_days.fill(journey)
    journey.database.close()
    port, programs_port = free_port(), free_port()
    token = folder / "token"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o600)
    with file.open("a", encoding="utf-8") as text:
        text.write(page_yaml(folder, port))
        text.write(f'metrics: {{listen: "127.0.0.1:{programs_port}", token: {{file: {token}}}}}\n')
    with running_page(file, port) as page:
        yield Station(page, programs_port, file)


def test_prometheus_scrapes_the_station(station: Station, tmp_path: Path) -> None:
    job = (
        f"    authorization: {{credentials: {TOKEN}}}\n"
        f'    static_configs: [{{targets: ["127.0.0.1:{station.programs_port}"]}}]\n'
    )
    with running_prometheus(tmp_path / "prometheus", job) as prometheus:
        [(_, up)] = prometheus.wait_for('up{job="stations"} == 1')
        assert up == 1
        [(labels, _)] = prometheus.wait_for("station_gateway_station_info")
        assert (labels["station"], labels["name"]) == ("NUO001", "Trạm <Ví dụ> & Co")
        pending = prometheus.query('station_gateway_destination_pending_files{destination="so-tnmt"}')
        assert [value for _, value in pending] == [
            one["pending"] for one in station.json("/api/v1/status")["destinations"] if one["name"] == "so-tnmt"
        ]
        families = prometheus.ask("targets/metadata", match_target='{job="stations"}')
        assert {one["type"] for one in families} <= {"gauge", "counter", "histogram"}
        assert all(one["help"] for one in families)


PAIRS = [
    ("/api/v1/limits", ("limits",)),
    ("/api/v1/limits?on=2026-01-05&all=true", ("limits", "--on", "2026-01-05", "--all")),
    (f"/api/v1/events?{DAYS}", ("events", "--from", "2026-01-05", "--to", "2026-01-07")),
    ("/api/v1/events?kind=exceedance&from=2026-01-05", ("events", "--kind", "exceedance", "--from", "2026-01-05")),
    (f"/api/v1/journal?{DAYS}", ("journal", "show", "--from", "2026-01-05", "--to", "2026-01-07")),
    ("/api/v1/journal?kind=start", ("journal", "show", "--kind", "start")),
    (
        f"/api/v1/deliveries/so-tnmt?{DAYS}&late=true&limit=20",
        ("deliveries", "so-tnmt", "--from", "2026-01-05", "--to", "2026-01-07", "--late", "--limit", "20"),
    ),
    ("/api/v1/deliveries/so-tnmt?state=refused", ("deliveries", "so-tnmt", "--state", "refused")),
    ("/api/v1/slots/2026-01-05T10:05", ("explain", "2026-01-05T10:05")),
    ("/api/v1/slots/2026-01-05T10:05?destination=bo-tnmt", ("explain", "2026-01-05T10:05", "bo-tnmt")),
    ("/api/v1/destinations/so-tnmt", ("status", "so-tnmt")),
    ("/api/v1/clock", ("clock",)),
    ("/api/v1/cameras", ("cameras", "list")),
    ("/api/v1/check", ("status", "--check")),
]


@pytest.mark.parametrize(("address", "command"), PAIRS, ids=[address for address, _ in PAIRS])
def test_an_answer_is_what_the_command_prints(station: Station, address: str, command: tuple[str, ...]) -> None:
    assert station.json(address) == station.command(*command)


def test_the_status_is_what_the_command_prints(station: Station) -> None:
    told, printed = station.json("/api/v1/status"), station.command("status")
    for moving in ("time", "box", "disk"):  # the clock goes on, memory and disk are others' too
        assert told.pop(moving).keys() == printed.pop(moving).keys()
    assert told == printed
    assert station.json("/api/v1/ports") == told["ports"]


def test_the_document_holds_and_every_answer_is_as_it_says(station: Station) -> None:
    document = station.json("/api/v1/openapi.json")
    validate(document)
    for schema in document["components"]["schemas"].values():
        schema["additionalProperties"] = False
    filled = {
        "/api/v1/deliveries/{destination}": "/api/v1/deliveries/so-tnmt?from=2026-01-05",
        "/api/v1/destinations/{destination}": "/api/v1/destinations/so-tnmt",
        "/api/v1/slots/{slot}": "/api/v1/slots/2026-01-05T10:05",
        "/api/v1/events": "/api/v1/events?from=2026-01-05",
        "/api/v1/journal": f"/api/v1/journal?{DAYS}",
    }
    assert set(filled) <= set(document["paths"])
    for path, operations in document["paths"].items():
        content = operations["get"]["responses"]["200"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        wrong = list(Draft202012Validator(schema).iter_errors(station.json(filled.get(path, path))))
        assert not wrong, (path, [(list(one.absolute_path), one.message) for one in wrong[:3]])


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/api/v1/nothing", 404, "openapi.json"),
        ("/api/v2/status", 404, "openapi.json"),
        ("/nothing", 404, "openapi.json"),
        ("/api/v1/deliveries/elsewhere", 404, "there are: so-tnmt, bo-tnmt"),
        ("/api/v1/deliveries/so-tnmt?state=lost", 400, "write one of waiting"),
        ("/api/v1/deliveries/so-tnmt?limit=0", 400, "from 1 to"),
        ("/api/v1/deliveries/so-tnmt?late=1", 400, "write one of true, false"),
        ("/api/v1/deliveries/so-tnmt?from=2026-01-07&to=2026-01-05", 400, "lies behind"),
        ("/api/v1/events?from=yesterday", 400, "yesterday"),
        ("/api/v1/events?kind=lost", 400, "write one of"),
        ("/api/v1/status?form=short", 400, "form is nothing that can be asked here"),
        ("/api/v1/slots/2026-01-05", 400, "is a day"),
        ("/api/v1/slots/x%00%0d%0aSet-Cookie:a=b", 404, ""),
        ("/api/v1/limits?on=32", 400, "on=32"),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(station: Station, path: str, status: int, detail: str) -> None:
    answer = station.ask(path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    told = json.loads(answer.body)
    assert told["status"] == status
    assert detail in told.get("detail", "")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \u00e9"])
@pytest.mark.parametrize("path", ["/metrics", "/api/v1/status", "/api/v1/openapi.json"])
def test_without_the_token_nothing_is_told(station: Station, path: str, given: str) -> None:
    answer = station.ask(path, Authorization=given)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert b"NUO001" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/metrics", "/api/v1/status"])
def test_nothing_can_be_changed(station: Station, method: str, path: str) -> None:
    answer = station.ask(path, method)
    assert (answer.status, answer.headers["content-type"]) == (405, "application/problem+json")


def test_a_name_that_is_not_ours_is_refused(station: Station) -> None:
    assert station.ask("/metrics", Host="evil.example").status == 421


def test_the_page_answers_programs_too_but_the_journal_is_for_who_is_logged_in(station: Station) -> None:
    assert json.loads(station.page.get("/api/v1/status").body)["station"]["code"] == "NUO001"
    refused = station.page.get("/api/v1/journal")
    assert (refused.status, refused.headers["content-type"]) == (401, "application/problem+json")
    assert station.page.get("/metrics").status == 404


def test_a_changed_token_counts_at_once(station: Station) -> None:
    token = station.file.with_name("token")
    try:
        token.write_text("another-token")
        assert station.ask("/metrics").status == 401
        assert station.ask("/metrics", Authorization="Bearer another-token").status == 200
        token.write_text("")
        refused = station.ask("/metrics", Authorization="Bearer ")
        assert refused.status == 503
        assert str(token) not in refused.text
    finally:
        token.write_text(TOKEN)


def test_metrics_are_text_for_prometheus(station: Station) -> None:
    answer = station.ask("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "station_gateway_running 0" in answer.text
    connection = http.client.HTTPConnection("127.0.0.1", station.programs_port, timeout=20)
    connection.request("HEAD", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert connection.getresponse().read() == b""
    connection.close()


def test_beyond_loopback_nothing_comes_but_over_tls(tmp_path: Path) -> None:
    file = three_days.configuration(tmp_path).file
    Journey(tmp_path).database.close()
    port, programs_port = free_port(), free_port()
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    with file.open("a", encoding="utf-8") as text:
        text.write(page_yaml(tmp_path, port))
        text.write(f'metrics: {{listen: "0.0.0.0:{programs_port}", token: {{file: {token}}}}}\n')
    with running_page(file, port) as page:
        trusting = ssl.create_default_context()
        whole = (tmp_path / "page" / OWN_FILE).read_text()
        trusting.load_verify_locations(cadata=whole[whole.index(ssl.PEM_HEADER) :])
        connection = http.client.HTTPSConnection("localhost", programs_port, timeout=20, context=trusting)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert b"station_gateway_running 0" in connection.getresponse().read()
        connection.close()
        with pytest.raises((http.client.HTTPException, OSError)):
            RunningPage(programs_port, page.pid, page.log).get("/metrics")
        assert page.get("/system").status == 200  # the page itself stays on loopback, and plain
