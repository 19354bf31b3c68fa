"""People are told of orders by a real web server and a real mail server, both over TLS: one is set aside and released,
some are late, and none is any more."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from gateway.config import load
from gateway.core.instants import MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.transport_order import OrderWay
from gateway.orders.opening import open_intake, open_order_store
from gateway.runtime.clock import SystemClock
from tests.support.certificates import Authority
from tests.support.coach_station import CoachStation, coach_configuration
from tests.support.live.gateway import RunningGateway, command
from tests.support.mail_server import MailRules, mail_server
from tests.support.new_database import new_database
from tests.support.road import open_road
from tests.support.servers.private import free_port
from tests.support.webhook_server import WebhookServer, status, webhook_server

PASSWORD = "mật-khẩu 8472"


class FourMinutesAgo:
    def now(self) -> Instant:
        at = SystemClock().now()
        return Instant(at.wall_ms - 4 * MINUTE_MS, at.mono_s)


def submitted_four_minutes_ago(station: CoachStation, name: str) -> None:
    """By a gateway that was off since then."""
    configuration = load(station.configuration)
    assert configuration.orders is not None
    picture = station.folder / "spool" / "late.png"
    picture.parent.mkdir(exist_ok=True)
    _, content = station.order("late.png", name)
    configuration.storage.path.mkdir()
    with closing(new_database(configuration.storage.path / "gateway.db")) as database:
        store = open_order_store(configuration.orders, database)
        intake = open_intake(configuration, store, FourMinutesAgo(), lambda now: True)
        intake.submit(content, lambda _: station.picture, OrderWay.SPOOL, "")
        intake.close()


def told(server: WebhookServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [json.loads(one.body) for one in server.taken]
    return found


def test_people_are_told_of_what_is_late_or_refused_and_when_it_has_ended(tmp_path: Path) -> None:
    road, authority = open_road(tmp_path / "road"), Authority(tmp_path / "authority")
    certificate = authority.issue("127.0.0.1")
    mails = MailRules(certificate, users={"gw": PASSWORD})
    file, log = coach_configuration(tmp_path, road.access, free_port()), tmp_path / "gateway.log"
    station = CoachStation(tmp_path, file, 0)
    for name, secret in (("hook", "geheim-8472"), ("mail", PASSWORD)):
        (tmp_path / f"{name}.secret").touch(mode=0o600)
        (tmp_path / f"{name}.secret").write_text(secret, "utf-8")
    with webhook_server(certificate, status("204 No Content")) as hook, mail_server(mails) as office:
        account = f"server: '127.0.0.1:{office.port}', tls: starttls, user: gw, from: benxe@example.vn"
        file.write_text(
            f"""{file.read_text("utf-8")}
alerts:
  - name: hook
    webhook: https://127.0.0.1:{hook.port}/benxe
    secret: {{file: {tmp_path / "hook.secret"}}}
    ca: {authority.file}
    on: [order]
  - name: office
    mail: {{{account}, to: [dieuhanh@example.vn], password: {{file: {tmp_path / "mail.secret"}}}, ca: {authority.file}}}
    on: [order]
""",
            "utf-8",
        )
        submitted_four_minutes_ago(station, "L-LATE")
        road.cut()
        gateway = RunningGateway(file, log)
        try:

            def wait(what: Callable[[], bool], saying: str) -> None:
                until_s = time.monotonic() + 120.0
                while not what():
                    gateway.check()
                    assert time.monotonic() < until_s, f"{saying}: {told(hook)}"
                    time.sleep(0.05)

            wait(lambda: len(told(hook)) == len(office.mails) == 1, "orders are late")
            road.restore()
            wait(lambda: len(told(hook)) == len(office.mails) == 2, "none is late any more")
            road.fail(kind="code", code=30006, orders=["L-BAD"])
            station.move_in("L-BAD")
            wait(lambda: len(told(hook)) == len(office.mails) == 3, "one is set aside")
            road.heal()
            released = command("orders", "release", "L-BAD", "-c", file)
            assert released.returncode == 0, released.stderr
            wait(lambda: len(told(hook)) == len(office.mails) == 4, "it is released")
            wait(lambda: station.is_settled(), "it is accepted")
        finally:
            gateway.kill()
            road.close()
    said = told(hook)
    assert [(one["kind"], one["state"]) for one in said[:2]] == [("order", "began"), ("order", "ended")]
    assert {one["kind"] for one in said} == {"order"}
    assert "L-BAD" in said[2]["text"]
    assert "30006" in said[2]["text"]
    for number, mail in enumerate(office.mails):
        assert said[number]["text"].split("\n")[0] in mail.get_content()
    assert office.recipients == [["dieuhanh@example.vn"]] * 4
