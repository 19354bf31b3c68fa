"""`gateway check --online` at destinations: what their servers show, what becomes of a probe, what is advised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.uplinks.test_tls import pin
from tests.support.certificates import Authority, ServerCertificate
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command
from tests.support.odd_ftp import FtpOddities, odd_ftp
from tests.support.odd_storage import Takes
from tests.support.servers import Server as Broker
from tests.support.servers.mosquitto import mosquitto
from tests.support.servers.proftpd import proftpd

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 1}, "bus": {"device": "/dev/no-such-port"}}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[Broker, ServerCertificate]]:
    """One under TLS that asks for our certificate, and that certificate."""
    offices = Authority(tmp_path / "servers"), Authority(tmp_path / "clients")
    shown = offices[0].issue("127.0.0.1")
    asks = f"cafile {offices[1].file}\nrequire_certificate true"
    with mosquitto(tmp_path / "broker", certificate=shown, ca=offices[0].file, extra=asks) as running:
        yield running, offices[1].issue("station", for_clients=True)


def test_a_broker_that_asks_for_our_certificate(tmp_path: Path, broker: tuple[Broker, ServerCertificate]) -> None:
    server, ours = broker
    at = Server("mqtts", "127.0.0.1", server.port, server.user, server.password, str(server.ca))
    file = write(tmp_path, INSTRUMENTS, [Wanted("broker", at)])
    checked = command("check", "--online", "--config", file)
    assert "wants a certificate of ours" in checked.stderr
    pair = f"client: {{certificate: {{file: {ours.certificate}}}, key: {{file: {ours.key}}}}}"
    file.write_text(f"{file.read_text().rstrip()}\n    {pair}\n")
    checked = command("check", "--online", "--config", file)
    assert "destination broker: lets us in; no message was sent" in checked.stdout
    assert "shows the certificate SHA256:" in checked.stdout
    assert "destinations.broker.client.certificate: the certificate of CN=station ends on" in checked.stderr


def test_a_receiver_that_takes_files_away_and_a_certificate_with_another_name(tmp_path: Path) -> None:
    certificate = Authority(tmp_path / "authority", "Sở TNMT").issue("ftp.elsewhere.example")
    other = Authority(tmp_path / "other")
    taking = odd_ftp(FtpOddities(takes=Takes.AFTER_RENAME))
    with taking as receiver, proftpd(tmp_path / "proftpd", certificate=certificate) as server:
        wanted = [
            Wanted(
                "taking", Server("ftp", "127.0.0.1", receiver.port, receiver.user, receiver.password, "", "/NUO001")
            ),
            Wanted(
                "unknown",
                Server("ftps", "127.0.0.1", server.port, server.user, server.password, str(other.file), "/files"),
            ),
        ]
        file = write(tmp_path, INSTRUMENTS, wanted)
        checked = command("check", "--online", "--config", file)
        assert checked.returncode == 1
        assert "Traceback" not in checked.stderr
        assert "destination taking: takes files" in checked.stdout
        assert "advice: write proof: answer; what it took was gone at once" in checked.stdout
        assert "destination unknown: ftps 127.0.0.1" in checked.stderr
        assert f"shows the certificate {pin(certificate)}" in checked.stdout
        assert "for ftp.elsewhere.example, until" in checked.stdout
        assert f'write certificate: "{pin(certificate)}"' in checked.stdout

        file.write_text(file.read_text().replace(f"ca: {other.file}", f'certificate: "{pin(certificate)}"'))
        shown = json.loads(command("check", "--online", "--config", file, "--json").stdout)
        taking_json, pinned = shown["online"]["destinations"]
        assert taking_json["error"] is None
        assert taking_json["probe"]["taken_away"]
        assert taking_json["proof"]["advised"] == "answer"
        assert pinned["error"] is None
        assert pinned["certificate_advised"] is None
        assert pinned["proof"]["advised"] == "present"
        assert pinned["shows"]["certificate"]["names"] == ["ftp.elsewhere.example"]
        assert list(server.root.iterdir()) == []
        assert receiver.storage.files == {}


def test_a_wrong_password_is_said_once_for_all_destinations_of_an_account(tmp_path: Path) -> None:
    with odd_ftp(FtpOddities(says={"PASS": b"530 Login incorrect.\r\n"})) as server:
        at = Server("ftp", "127.0.0.1", server.port, server.user, "wrong", "", "/NUO001")
        elsewhere = Server("ftp", "127.0.0.1", server.port, server.user, "wrong", "", "/NUO002")
        file = write(tmp_path, INSTRUMENTS, [Wanted("one", at), Wanted("two", elsewhere)])
        checked = command("check", "--online", "--config", file)
        assert "destination one: ftp 127.0.0.1" in checked.stderr
        assert "destination two: not tried: it logs in as one does" in checked.stderr
        assert server.verbs().count("PASS") == 1
