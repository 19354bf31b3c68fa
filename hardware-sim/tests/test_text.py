"""Instruments that speak in characters, byte by byte as the manuals of such instruments print it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationsim.condition import Condition, Moment
from stationsim.faults import Fault, FaultKind, FaultPlan
from stationsim.lines.responder import Reply
from stationsim.text.ak import AkAnalyser, Channel
from stationsim.text.bayern_hessen import Analyser, BayernHessenLine
from stationsim.text.checksums import checksum, spoiled
from stationsim.text.meter import Meter, Wording
from stationsim.text.numbers import exponential, fixed
from stationsim.truth import Shown

VALUES = {"PM": 12.34, "SO2": 25.78, "NOx": 5.681, "CO": -0.04}


class HeldClock:
    def wall_ms(self) -> int:
        return 1_000

    def monotonic_s(self) -> float:
        return 50.0


def condition(*kinds: FaultKind, code: int | None = None) -> Condition:
    plan = FaultPlan([Fault(kind, "it", code=code) for kind in kinds])
    return Condition("it", plan, HeldClock())


def show(symbol: str, _: Moment) -> float:
    return VALUES[symbol]


def meter(*kinds: FaultKind, check: str = "none", code: int | None = None) -> Meter:
    words = Wording(
        request=b"R\r",
        every_ms=2_000,
        response="PM={PM:>7};ST={status}",
        terminator=b"\r\n",
        checksum=check,
        checksum_mark=b"*",
        checksum_skip=0,
        measuring="0",
        calibrating="1",
        fault="2",
        decimals={"PM": 1},
    )
    return Meter("it", words, condition(*kinds, code=code), show)


def ak(*kinds: FaultKind, code: int | None = None) -> AkAnalyser:
    channels = {"SO2": Channel(1, 1500), "NOx": Channel(2, 500)}
    words = {"dont_care": " ", "device": "SIM-700", "serial": "4711"}
    return AkAnalyser("it", channels, condition(*kinds, code=code), show, **words)


def gases(*kinds: FaultKind, filler: str = "000000", alone: bool = True) -> BayernHessenLine:
    one = Analyser(("SO2", "NOx"), "123", filler, 0x04, 0x01)
    other = Analyser(("CO",), "000", "000000", 0x04, 0x01)
    return BayernHessenLine("it", {97: one} if alone else {97: one, 14: other}, condition(*kinds), show)


def replies(responder: Meter | AkAnalyser | BayernHessenLine, heard: bytes) -> list[Reply]:
    buffer = bytearray(heard)
    return list(responder.answer(buffer))


def said(responder: Meter | AkAnalyser | BayernHessenLine, heard: bytes) -> list[bytes]:
    return [reply.content for reply in replies(responder, heard)]


@pytest.mark.parametrize(
    ("value", "text", "meaning"),
    [
        (25.78, "+2578+01", "25.78"),  # Thermo 42i, appendix D
        (5.681, "+5681+00", "5.681"),
        (-5384000.0, "-5384+06", "-5384000"),
        (0.04567, "+4567-02", "0.04567"),
        (0.0, "+0000+00", "0"),
        (9.9996, "+1000+01", "10.00"),
        (12345.0, "+1234+04", "12340"),  # half to even
        (1e-120, "+0000+00", "0"),
        (-1e120, "-9999+99", "-9999" + "0" * 96),
    ],
)
def test_exponential_numbers(value: float, text: str, meaning: str) -> None:
    written = exponential(value)
    assert (written.text, written.value) == (text, meaning)


@given(st.floats(-1e90, 1e90))
def test_an_exponential_number_means_what_it_says_and_is_near_the_value(value: float) -> None:
    written = exponential(value)
    assert Decimal(written.value) == Decimal(int(written.text[:5])).scaleb(int(written.text[5:]) - 3)
    if written.value != "0":
        assert float(written.value) == pytest.approx(value, rel=5.1e-4)


def test_fixed_numbers_are_never_minus_zero() -> None:
    assert [fixed(value, 1).text for value in (12.34, 12.35, -0.04, 7.0)] == ["12.3", "12.4", "0.0", "7.0"]
    assert fixed(7.5, 0).value == "8"


def test_checksums() -> None:
    assert checksum("xor", b"PM=12.3;ST=0") == b"0F"
    assert checksum("sum", b"PM=12.3;ST=0") == b"ED"
    assert checksum("crc16", b"123456789") == b"4B37"  # the catalogue's check value of CRC-16/MODBUS
    assert checksum("none", b"PM") == b""
    assert (spoiled(b"3C"), spoiled(b"4B37")) == (b"C3", b"B4C8")


@pytest.mark.parametrize(
    ("check", "line"),
    [
        ("none", b"PM=   12.3;ST=0\r\n"),
        ("xor", b"PM=   12.3;ST=0*2F\r\n"),
        ("sum", b"PM=   12.3;ST=0*4D\r\n"),
    ],
)
def test_a_meter_answers_its_request_and_says_the_same_unasked(check: str, line: bytes) -> None:
    asked = meter(check=check)
    assert said(asked, b"noiseR\rR\rR") == [line, line]
    assert asked.unsolicited is not None
    assert asked.unsolicited.every_s == 2
    assert asked.unsolicited.make().content == line
    (reply,) = replies(asked, b"R\r")
    assert reply.shown == (Shown(1_000, "it", None, {"PM": "12.3"}, "0"),)


def test_a_meter_shows_its_state_and_a_wrong_checksum() -> None:
    assert said(meter(FaultKind.CALIBRATING), b"R\r") == [b"PM=   12.3;ST=1\r\n"]
    assert said(meter(FaultKind.FAULT, code=9), b"R\r") == [b"PM=   12.3;ST=9\r\n"]
    (reply,) = replies(meter(FaultKind.BAD_CHECKSUM, check="xor"), b"R\r")
    assert reply.content == b"PM=   12.3;ST=0*D0\r\n"
    assert reply.shown == (Shown(1_000, "it", None, {}, "0", fault="bad_checksum"),)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"\x02 AKON K0\x03", b"\x02 AKON 0 25.8 5.68\x03"),
        (b"\x02_AKON K2\x03", b"\x02 AKON 0 5.68\x03"),
        (b"\x02 ASTZ K0\x03", b"\x02 ASTZ 0 SREM SMGA\x03"),
        (b"\x02 ASTF K0\x03", b"\x02 ASTF 0\x03"),
        (b"\x02 AEMB K1\x03", b"\x02 AEMB 0 M1\x03"),
        (b"\x02 AMBE K1 M1\x03", b"\x02 AMBE 0 M1 1500\x03"),
        (b"\x02 AKEN K0\x03", b"\x02 AKEN 0 SIM-700 4711\x03"),
        (b"\x02 ATEM K0\x03", b"\x02 ATEM 0 313.2\x03"),
        (b"\x02 AKON K3\x03", b"\x02 AKON 0 K3 NA\x03"),
        (b"\x02 AKON\x03", b"\x02 AKON 0 SE\x03"),
        (b"\x02 AKON K0 ABC\x03", b"\x02 AKON 0 SE\x03"),
        (b"\x02 QQQQ K0\x03", b"\x02 ???? 0\x03"),
        (b"\x02 AK\x02 ASTF K0\x03", b"\x02 ASTF 0\x03"),  # broken off, and asked again
    ],
)
def test_ak(request_: bytes, answer: bytes) -> None:
    assert said(ak(), b"noise" + request_) == [answer]


def test_ak_does_not_answer_what_is_no_request() -> None:
    assert said(ak(), b" AKON K0\x03\x02AKO\x03\x02\x03") == []


def test_ak_goes_from_remote_to_manual_and_back() -> None:
    analyser = ak()
    asked = b"\x02 SMAN K0\x03\x02 ASTZ K0\x03\x02 SREM K0\x03\x02 ASTZ K0\x03"
    assert said(analyser, asked) == [
        b"\x02 SMAN 0\x03",
        b"\x02 ASTZ 0 SMAN SMGA\x03",
        b"\x02 SREM 0\x03",
        b"\x02 ASTZ 0 SREM SMGA\x03",
    ]


def test_ak_calibrating_is_zero_gas_and_a_fault_marks_every_value() -> None:
    assert said(ak(FaultKind.CALIBRATING), b"\x02 ASTZ K0\x03") == [b"\x02 ASTZ 0 SREM SNGA\x03"]
    broken = ak(FaultKind.FAULT, code=3)
    assert said(broken, b"\x02 ASTF K0\x03") == [b"\x02 ASTF 3 3\x03"]
    (reply,) = replies(broken, b"\x02 AKON K0\x03")
    assert (reply.content, reply.shown) == (b"\x02 AKON 3 #25.8 #5.68\x03", ())


def test_ak_tells_the_truth_of_the_channels_that_it_showed() -> None:
    (reply,) = replies(ak(), b"\x02 AKON K2\x03")
    assert reply.shown == (Shown(1_000, "it", None, {"NOx": "5.68"}, "SMGA 0"),)


BOTH = b"MD02 097 +2578+01 00 00 123 000000 098 +5681+00 00 00 123 000000 "


@pytest.mark.parametrize(
    "query",
    [b"\x02DA097\x033A", b"\x02DA097\x033a", b"\x02DA\x0304", b"\x02DA 97\x032A"],  # 3A: Acoem Serinus, appendix C
)
def test_bayern_hessen_with_a_block_check(query: bytes) -> None:
    (answer,) = said(gases(), b"noise" + query)
    assert answer == b"\x02" + BOTH + b"\x0326"


@pytest.mark.parametrize("query", [b"\x02DA\r", b"\x02DA097\r", b"\x02DA 97\r", b"\x02D\x02DA097  \r"])
def test_bayern_hessen_without_one(query: bytes) -> None:
    assert said(gases(), query) == [b"\x02" + BOTH + b"\r"]


def test_the_serial_may_be_followed_by_the_next_gas_at_once() -> None:
    """As Thermo writes it: ten digits that begin with the serial number."""
    line = BayernHessenLine("it", {1: Analyser(("CO",), "1230000000", "", 4, 1)}, condition(), show)
    assert said(line, b"\x02DA\r") == [b"\x02MD01 001 -4000-02 00 00 1230000000 \r"]


@pytest.mark.parametrize("query", [b"\x02DA096\r", b"\x02DA097\x033B", b"\x02DAX\r", b"DA097\r", b"\x02ST097 N\r"])
def test_bayern_hessen_does_not_answer_for_others_or_what_is_broken(query: bytes) -> None:
    assert said(gases(), query) == []


def test_of_several_on_a_line_only_the_one_that_is_asked_answers() -> None:
    line = gases(alone=False)
    assert said(line, b"\x02DA\r") == []
    assert said(line, b"\x02DA014\r") == [b"\x02MD01 014 -4000-02 00 00 000 000000 \r"]


def test_bayern_hessen_states_and_faults() -> None:
    assert b" 04 00 123 " in said(gases(FaultKind.CALIBRATING), b"\x02DA\r")[0]
    assert b" 00 01 123 " in said(gases(FaultKind.FAULT), b"\x02DA\r")[0]
    (other,) = said(gases(FaultKind.WRONG_UNIT), b"\x02DA\x0304")
    assert other.startswith(b"\x02MD02 098 +2578+01")
    (wrong,) = replies(gases(FaultKind.BAD_CHECKSUM), b"\x02DA\x0304")
    assert wrong.content == b"\x02" + BOTH + b"\x03D9"
    assert wrong.shown == (Shown(1_000, "it", 97, {}, "00 00", fault="bad_checksum"),)
    (unchecked,) = replies(gases(FaultKind.BAD_CHECKSUM), b"\x02DA\r")
    assert unchecked.shown == (Shown(1_000, "it", 97, {"SO2": "25.78", "NOx": "5.681"}, "00 00"),)


@given(st.binary(max_size=60))
def test_whatever_is_heard_nobody_stumbles(heard: bytes) -> None:
    for responder in (meter(), ak(), gases()):
        buffer = bytearray(heard + b"\x02\x03\r\n")
        for reply in responder.answer(buffer):
            assert reply.content
        list(responder.after_silence(buffer))
        assert not buffer
