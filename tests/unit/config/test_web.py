"""`web`: who may look from where is decided when it is loaded, and what would let in everybody is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.web import LogInFor, WebSettings
from tests.unit.config.wording import STATION, faults, load_text

TLS = "certificate: /etc/ssl/web.pem, key: {file: /etc/ssl/web.key}"


def page(keys: str, folder: Path) -> WebSettings:
    loaded = load_text(f"{STATION}web: {{{keys}}}\n", folder).web
    assert loaded is not None
    return loaded


@pytest.mark.parametrize(
    ("keys", "login", "is_encrypted"),
    [
        ("", LogInFor.ACTS, False),
        ('listen: "[::1]:8080"', LogInFor.ACTS, False),
        ('listen: "localhost:8080", login: always', LogInFor.ALWAYS, False),
        (TLS, LogInFor.ACTS, True),
        ('listen: "0.0.0.0:8443"', LogInFor.ALWAYS, True),
        ('listen: "192.168.1.5:8443", login: always', LogInFor.ALWAYS, True),
    ],
)
def test_from_elsewhere_one_logs_in_over_tls(keys: str, login: LogInFor, is_encrypted: bool, tmp_path: Path) -> None:
    settings = page(keys, tmp_path)
    assert (settings.login, settings.is_encrypted) == (login, is_encrypted)


def test_without_the_section_there_is_no_page(tmp_path: Path) -> None:
    assert load_text(STATION, tmp_path).web is None


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ('listen: "0.0.0.0:8443", login: acts', "web.login: lets everybody in the network look; write always, or"),
        ("listen: 8080", 'web.listen: is not an address with a port; write it as "127.0.0.1:PORT"'),
        ('listen: "127.0.0.1:70000"', "web.listen: is not an address with a port"),
        ("certificate: /etc/ssl/web.pem", "web.key: is missing; add certificate: /… and key:"),
        ("key: {file: /etc/ssl/web.key}", "web.key: has no certificate beside it"),
        ("names: [https://tram.example.vn]", "names[0]: "),
        ("login: never", "web.login: "),
        ("storage: page", "web.storage: "),
        ("port: 8080", "web.port: is an unknown key"),
    ],
)
def test_a_mistake_is_told_with_its_line(keys: str, wrong: str, tmp_path: Path) -> None:
    (found,) = faults(f"{STATION}web: {{{keys}}}\n", tmp_path)
    line = STATION.count("\n") + 1
    assert found.startswith(f"gateway.yaml:{line}: web")
    assert wrong in found
