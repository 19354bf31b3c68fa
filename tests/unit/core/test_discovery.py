"""What an answer to the question for cameras says, whoever answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.discovery import FoundCamera, probe, read_answer

ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">
<s:Header><a:RelatesTo>{relates}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/C%E1%BB%ADa%20x%E1%BA%A3
 onvif://www.onvif.org/hardware/DS-2CD</d:Scopes><d:XAddrs>{addresses}</d:XAddrs>
</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""
MINE = "http://192.168.1.31/onvif/device_service"
ID = "0a1b"


def answer(addresses: str = MINE, relates: str = f"urn:uuid:{ID}") -> bytes:
    return ANSWER.format(addresses=addresses, relates=relates).encode()


def read(content: bytes) -> list[FoundCamera]:
    return read_answer(content, "192.168.1.31", ID)


def test_an_answer_names_the_camera() -> None:
    assert read(answer()) == [FoundCamera("192.168.1.31", MINE, "Cửa xả", "DS-2CD")]
    assert read(answer(relates=f"uuid:{ID}"))


def test_of_several_addresses_that_is_taken_which_answered() -> None:
    others = "http://169.254.7.7/onvif/device_service http://[fe80::1]/onvif/device_service"
    assert read(answer(f"{others} {MINE}"))[0].url == MINE
    assert read(answer(others))[0].address == "169.254.7.7"


@pytest.mark.parametrize(
    "addresses",
    [
        "",
        "192.168.1.31",
        "ftp://192.168.1.31/",
        "http://",
        "http://gw:secret@192.168.1.31/",
        "http://x:99999/",
        "http://[",
    ],
)
def test_a_camera_without_an_address_that_could_be_asked_is_none(addresses: str) -> None:
    assert read(answer(addresses)) == []


def test_an_answer_to_somebody_elses_question_is_none() -> None:
    assert read(answer(relates="urn:uuid:ffff")) == []


def test_an_answer_that_would_unfold_to_gigabytes_is_not_read() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    assert read(bomb) == []


@given(st.binary(max_size=200), st.integers(0, 900))
def test_nothing_that_somebody_sends_does_any_harm(noise: bytes, at: int) -> None:
    content = answer()
    for one in (noise, content[:at] + noise + content[at + len(noise) :]):
        for found in read(one):
            assert found.url.startswith(("http://", "https://"))
            assert found.address


def test_the_question_has_its_number() -> None:
    assert b"urn:uuid:0a1b</w:MessageID>" in probe(ID)
