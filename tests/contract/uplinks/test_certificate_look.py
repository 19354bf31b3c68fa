"""A real server's certificate, before anybody has said by what it is to be believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.init.found import AroundTheBox
from gateway.cli.init.found_addresses import DeviceAddresses
from gateway.config import Language
from gateway.config.destinations.url import parse_destination_url
from gateway.config.interview.question import Find, InitQuestion
from gateway.runtime.clock import SystemClock
from gateway.texts import texts_in
from gateway.uplinks.tls_look import is_vouched_for
from tests.support.certificates import Authority
from tests.support.servers import Server, vsftpd
from tests.support.servers.mosquitto import mosquitto

CLOCK = SystemClock()
QUESTION = InitQuestion("trust", ("destinations", 0, "trust"), find=Find.CERTIFICATE)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module", params=["ftps", "mqtts"])
def url(request: pytest.FixtureRequest, office: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    start = vsftpd if request.param == "ftps" else mosquitto
    with start(tmp_path_factory.mktemp("server"), certificate=office.issue("127.0.0.1")) as server:
        assert isinstance(server, Server)
        yield f"{request.param}://{server.user}@{server.host}:{server.port}/files"


def test_who_is_asked_is_told_that_the_system_would_refuse_it(
    url: str, office: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A department's own authority: what is offered first is what works."""
    texts = texts_in(Language.ENGLISH)
    around = AroundTheBox(Path("/etc/station-gateway/gateway.yaml"), CLOCK, texts, print, DeviceAddresses(CLOCK))
    content = {"destinations": [{"url": url}]}
    unknown = around.found(QUESTION, content)
    assert unknown.default == "pin"
    assert texts("init.found.not_vouched_for") in unknown.lines
    monkeypatch.setenv("SSL_CERT_FILE", str(office.file))
    known = around.found(QUESTION, content)
    assert known.default is None
    assert known.lines == unknown.lines[:-1]


def test_where_nothing_answers_nobody_is_judged() -> None:
    assert is_vouched_for(parse_destination_url("ftps://a@127.0.0.1:9/files"), CLOCK) is None
