"""Addresses and ready instruments that `gateway init` looks for on a line of text, at the far end of a real socket."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.init import found_addresses as looked
from gateway.cli.init import found_profiles
from gateway.cli.init.found_addresses import BAYERN_HESSEN_ADDRESSES, DeviceAddresses, found_addresses
from gateway.cli.init.found_profiles import ProfileTrials
from gateway.config import Language
from gateway.config.interview.question import AnswerForm, Find, InitQuestion
from gateway.instruments.bayern_hessen.telegram import block_check
from gateway.texts import texts_in
from tests.contract.instruments.links import RealClock
from tests.support.modbus_server.scripted import Say, scripted_tcp

ENGLISH = texts_in(Language.ENGLISH)


class Analysers:
    """Several on one line: each answers at its own address."""

    def __init__(self, *addresses: int, noise: bytes = b"") -> None:
        self.addresses, self.noise = addresses, noise
        self.called: list[int] = []

    def hear(self, piece: bytes, say: Say) -> bool:
        say(self.noise)
        for asked in re.findall(rb"\x02DA([0-9]{3})\x03", piece):
            self.called.append(int(asked))
            if int(asked) in self.addresses:
                answer = b"\x02MD01 042 +1234+00 00 00 000 000000 \x03"
                say(answer + block_check(answer))
        return True


def station(port: int, *taken: int) -> dict[str, Any]:
    others = [{"link": "line", "bayern_hessen": {"address": one}} for one in taken]
    link = {"type": "tcp", "host": "127.0.0.1", "port": port}
    return {"links": {"line": link}, "instruments": [*others, {"link": "line"}]}


def question(key: str, *place: str, index: int = 0, **more: Any) -> InitQuestion:
    return InitQuestion(key, ("instruments", index, *place), AnswerForm.WHOLE, **more)


def test_the_address_that_answers_is_offered() -> None:
    devices = Analysers(7)
    with scripted_tcp(devices.hear) as port:
        asked = question("device_address", "bayern_hessen", "address", find=Find.ADDRESSES)
        addresses = DeviceAddresses(RealClock())
        found = found_addresses(asked, station(port), addresses, ENGLISH)
        assert (found.default, found.lines) == (7, ("address 7 answers",))
        devices.called.clear()
        assert found_addresses(asked, station(port), addresses, ENGLISH).default == 7
        assert devices.called == []  # it is known


def test_who_stands_there_already_is_no_answer_for_the_next() -> None:
    devices = Analysers(1, 3)
    with scripted_tcp(devices.hear) as port:
        asked = question("device_address", "bayern_hessen", "address", index=1, find=Find.ADDRESSES)
        found = found_addresses(asked, station(port, 1), DeviceAddresses(RealClock()), ENGLISH)
    assert found.default == 3
    assert 1 not in devices.called


def test_the_search_ends_and_says_what_it_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looked, "_LONGEST_S", 0.1)
    devices = Analysers()
    with scripted_tcp(devices.hear) as port:
        asked = question("device_address", "bayern_hessen", "address", find=Find.ADDRESSES)
        found = found_addresses(asked, station(port), DeviceAddresses(RealClock()), ENGLISH)
    assert found.default is None
    assert "0-16, 20, 30" in found.lines[0]
    assert 0 < len(devices.called) < len(BAYERN_HESSEN_ADDRESSES)


def test_who_is_not_there_is_not_called_again_for_each_ready_instrument(tmp_path: Path) -> None:
    devices, clock = Analysers(noise=b"PM=12.5;ST=0\r\n"), RealClock()
    names = ("teledyne-t200-hessen", "teledyne-t300-hessen", "teledyne-t400-hessen")
    with scripted_tcp(devices.hear) as port:
        asked, addresses = question("profile", "profile", choices=names), DeviceAddresses(clock)
        trials = ProfileTrials(tmp_path / "gateway.yaml", clock, ENGLISH, lambda _: None, addresses)
        for times in (1, 2):
            assert trials.found(asked, station(port)).lines == ("No ready instrument fits what answers.",)
            assert len(devices.called) == 3 * times  # the question asked anew looks anew


def test_who_talks_unasked_answers_nothing_and_is_not_called_for_long() -> None:
    devices = Analysers(noise=b"PM=12.5;ST=0\r\n")
    with scripted_tcp(devices.hear) as port:
        asked = question("device_address", "bayern_hessen", "address", find=Find.ADDRESSES)
        found = found_addresses(asked, station(port), DeviceAddresses(RealClock()), ENGLISH)
    assert found.default is None
    assert len(devices.called) == 3


def test_a_sensor_that_is_alone_on_a_bus_says_its_address() -> None:
    def hear(piece: bytes, say: Say) -> bool:
        if b"?!" in piece:
            say(b"?!7\r\n")  # an adapter echoes
        return True

    with scripted_tcp(hear) as port:
        asked = question("device_address", "sdi12", "address", find=Find.ADDRESSES)
        found = found_addresses(asked, station(port), DeviceAddresses(RealClock()), ENGLISH)
    assert found.default == "7"


@pytest.mark.parametrize(("longest_s", "left_out"), [(30.0, False), (-1.0, True)])
def test_each_ready_instrument_is_tried_where_the_device_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, longest_s: float, left_out: bool
) -> None:
    monkeypatch.setattr(found_profiles, "LONGEST_S", longest_s)
    devices, told = Analysers(30), list[str]()
    with scripted_tcp(devices.hear) as port:
        names = ("teledyne-t300-hessen", "vaisala-wxt520")
        asked = question("profile", "profile", choices=names)
        clock = RealClock()
        trials = ProfileTrials(tmp_path / "gateway.yaml", clock, ENGLISH, told.append, DeviceAddresses(clock))
        found = trials.found(asked, station(port))
    assert any("vaisala-wxt520" in one and "no longer" not in one for one in found.lines) is left_out
    if not left_out:
        assert told == ["  teledyne-t300-hessen (1 of 2) …", "  vaisala-wxt520 (2 of 2) …"]
        assert devices.called[-1] == 30
