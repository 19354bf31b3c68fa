"""Time servers: the packets by the letter of RFC 5905, and the faults at their times."""

import socket
import struct

import pytest

from stationsim.model.time_server import TimeServerModel
from stationsim.ntp.answer import answer

NONCE = bytes(range(8))
REQUEST = bytes([0 << 6 | 4 << 3 | 3]) + bytes(39) + NONCE
NOW_MS = 1_767_225_600_000  # 2026-01-01 UTC


def said(elapsed_ms: float = 0, **keys: object) -> bytes | None:
    model = TimeServerModel.model_validate({"name": "a", **keys})
    return answer(model, REQUEST, NOW_MS, NOW_MS + 1, elapsed_ms)


def test_a_right_server_answers_by_the_letter() -> None:
    packet = said()
    assert packet is not None
    assert len(packet) == 48
    assert packet[0] == 0b00_100_100
    assert packet[1] == 2
    assert packet[24:32] == NONCE
    seconds, fraction = struct.unpack("!II", packet[40:48])
    assert seconds == NOW_MS // 1000 + 2_208_988_800
    assert fraction / 2**32 == pytest.approx(0.001, abs=1e-6)


def test_a_clock_may_be_ahead_or_behind_and_in_the_next_era() -> None:
    for text, by_s in (("90s", 90), ("-1h", -3600), ("7300d", 7300 * 86_400)):
        packet = said(offset=text)
        assert packet is not None
        (seconds,) = struct.unpack("!I", packet[40:44])
        assert seconds == (NOW_MS // 1000 + 2_208_988_800 + by_s) % 2**32


def test_faults_hold_at_their_times() -> None:
    faults = [
        {"kind": "silent", "at": "1s", "for": "1s"},
        {"kind": "kiss", "at": "2s", "for": "1s", "code": "RATE"},
        {"kind": "wrong_originate", "at": "3s", "for": "1s"},
        {"kind": "unsynchronised", "at": "4s", "for": "1s"},
        {"kind": "garbage", "at": "5s", "for": "1s"},
        {"kind": "offset", "at": "6s", "by": "1h"},
    ]
    at = [said(second * 1000 + 500, faults=faults) for second in range(8)]
    assert at[1] is None
    assert at[2] is not None
    assert (at[2][1], at[2][12:16]) == (0, b"RATE")
    assert at[3] is not None
    assert at[3][24:32] != NONCE
    assert at[4] is not None
    assert (at[4][0] >> 6, at[4][1]) == (3, 16)
    assert at[5] is not None
    assert len(at[5]) < 48
    assert at[0] is not None
    assert at[7] is not None
    assert struct.unpack("!I", at[7][40:44])[0] - struct.unpack("!I", at[0][40:44])[0] == 3600


@pytest.mark.parametrize("request_", [b"", REQUEST[:40], bytes([4 << 3 | 4]) + REQUEST[1:]])
def test_what_is_no_question_gets_no_answer(request_: bytes) -> None:
    assert answer(TimeServerModel(name="a"), request_, NOW_MS, NOW_MS, 0) is None


def test_it_stands_in_the_ready_line_and_answers(start_station, small_scenario: str) -> None:  # type: ignore[no-untyped-def]
    station = start_station(small_scenario + "time_servers:\n  - {name: right}\n  - {name: fast, offset: 90s}\n")
    shown = station.ready["time_servers"]
    assert shown.keys() == {"right", "fast"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(5)
        channel.sendto(REQUEST, (shown["fast"]["host"], shown["fast"]["port"]))
        assert channel.recv(100)[24:32] == NONCE
