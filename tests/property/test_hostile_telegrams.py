"""Our own patterns on what devices and servers send: hostile text as long as any that is looked into takes no time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from gateway.core.errors import InstrumentError
from gateway.instruments.ak import telegram as ak
from gateway.instruments.bayern_hessen import telegram as hessen
from gateway.instruments.lines.text_link import LONGEST_ANSWER
from gateway.instruments.modbus.framing import AsciiFraming
from gateway.instruments.nmea import sentence as nmea
from gateway.instruments.sdi12 import telegram as sdi12
from gateway.uplinks.ftp.data import port_of
from gateway.uplinks.ftp.replies import FtpError, Reply

LONGEST_LINE = 8192
ONE = b" 001 +2578+01 00 00 123 0"
TELEGRAMS = {
    "stx": b"\x02",
    "stx_etx": b"\x02\x03",
    "blanks": b" ",
    "digits": b"1",
    "signs": b" +1",
    "words": b" A",
    "measurements": ONE,
    "measurements_without_filler": ONE[:-2],
    "measurements_far_apart": ONE.replace(b" ", b" " * 20),
    "colons": b":0103",
    "values": b"+1.23-4.5",
    "fields": b",A,1.0",
}
BEGINS = (b"", b"\x02", b"\x02 AKON 0", b"\x02MD99", b":")
ENDS = (b"", b"\x03", b"!\x03", b"\x03zz", b"\r", b"\r\n")


def in_time(understand: Callable[[bytes], object], received: bytes, longest_s: float) -> None:
    began_s = time.process_time()
    with contextlib.suppress(InstrumentError, FtpError):
        understand(received)
    assert time.process_time() - began_s < longest_s


@pytest.mark.parametrize("part", TELEGRAMS.values(), ids=TELEGRAMS.keys())
def test_no_telegram_holds_the_interpreter(part: bytes) -> None:
    for begin in BEGINS:
        for end in ENDS:
            content = begin + part * ((LONGEST_ANSWER - len(begin) - len(end)) // len(part)) + end
            in_time(lambda received: ak.answer_in(received, "AKON", "K0"), content, 0.5)
            in_time(lambda received: hessen.answer_in(received, is_checked=False), content, 0.5)
            checked = content + hessen.block_check(content[content.find(b"\x02") :]) if b"\x03" in end else content
            in_time(lambda received: hessen.answer_in(received, is_checked=True), checked, 0.5)
            in_time(nmea.sentence_in, b"$" + content, 0.5)
            in_time(lambda received: sdi12.values_in(received, b"1D0!", has_crc=False), b"1" + content + b"\n", 0.5)
            in_time(lambda received: AsciiFraming().answer(received, 1, 3), content, 0.5)


@pytest.mark.parametrize("part", ["1,", "1", "(", "|||", "229 (", "227 1,1,1,1,"])
def test_no_reply_of_a_server_does(part: str) -> None:
    for code in ("227 ", "229 ", "229 (|||"):
        text = (code + part * LONGEST_LINE)[:LONGEST_LINE]
        in_time(lambda received: port_of(Reply(received.decode())), text.encode(), 0.5)
