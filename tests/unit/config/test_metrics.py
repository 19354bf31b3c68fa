"""`metrics`: open to nobody in the network, and at a port of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.listen import ListenAddress
from tests.unit.config.wording import STATION, faults, load_text, warnings


def with_metrics(text: str, more: str = "") -> str:
    return f"{STATION}web: {{}}\nmetrics: {text}\n{more}"


def test_on_loopback_anybody_may_fetch_them_and_elsewhere_who_has_the_token(tmp_path: Path) -> None:
    assert load_text(STATION, tmp_path).metrics is None
    near = load_text(with_metrics("{}"), tmp_path).metrics
    assert near is not None
    assert (near.listen, near.token, near.is_encrypted) == (ListenAddress("127.0.0.1", 9108), None, False)
    far = load_text(with_metrics('{listen: "0.0.0.0:9108", token: {env: SO_TNMT}}'), tmp_path).metrics
    assert far is not None
    assert far.is_encrypted
    assert far.token is not None
    assert far.token.reveal() == "throw-away"


@pytest.mark.parametrize(
    ("text", "more", "wrong"),
    [
        ('{listen: "0.0.0.0:9108"}', "", "metrics.token: is missing, and everybody in the network could read"),
        ('{listen: "10.0.0.5:9108"}', "", "metrics.token: is missing, and everybody in the network could read"),
        ("{listen: 9108}", "", "metrics.listen: is not an address with a port"),
        ("{token: abc}", "", "metrics.token: is written out"),
        ("{path: /m}", "", "metrics.path"),
        ('{listen: "127.0.0.1:8080"}', "", "metrics.listen: 127.0.0.1:8080 is where the page listens"),
        (
            '{listen: "0.0.0.0:8080", token: {env: SO_TNMT}}',
            "",
            "metrics.listen: 0.0.0.0:8080 is where the page listens, at 127.0.0.1:8080",
        ),
        (
            "{}",
            'ports:\n  - {id: "listen:tcp:9108", state: locked}\n',
            "is locked, and metrics needs it",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place(tmp_path: Path, text: str, more: str, wrong: str) -> None:
    found = faults(with_metrics(text, more), tmp_path)
    assert any(wrong in one for one in found), found


def test_another_port_or_another_address_is_no_conflict(tmp_path: Path) -> None:
    assert faults(with_metrics('{listen: "127.0.0.2:8080"}'), tmp_path) == []


def test_a_token_that_is_not_there_yet_is_a_warning(tmp_path: Path) -> None:
    text = with_metrics("{token: {file: /nowhere/token}}")
    assert any("/nowhere/token does not exist" in one for one in warnings(text, tmp_path))


def test_metrics_want_a_process_that_serves_them(tmp_path: Path) -> None:
    assert any(
        "metrics: is served by the page's process" in one for one in faults(f"{STATION}metrics: {{}}\n", tmp_path)
    )
