"""Pictures in the form that a player of a stream takes, from whatever form they came in."""

from __future__ import annotations

import pytest

from gateway.cameras.stream.annex_b import as_annex_b

START = b"\0\0\0\1"
SPS, PPS, IDR, SLICE = b"\x67\x42\xc0\x1e", b"\x68\xce\x38", b"\x65\x88\x84", b"\x41\x9a"
AVCC = b"\x01\x42\xc0\x1e\xff\xe1" + b"\0\x04" + SPS + b"\x01" + b"\0\x03" + PPS
VPS, HEVC_SPS, HEVC_IDR = b"\x40\x01\x0c", b"\x42\x01\x01", b"\x26\x01\xaf"
HVCC = b"\x01" + bytes(20) + b"\x03\x02" + b"\xa0\0\x01\0\x03" + VPS + b"\xa1\0\x01\0\x03" + HEVC_SPS


def lengths(*units: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def starts(*units: bytes) -> bytes:
    return b"".join(START + unit for unit in units)


def test_what_has_start_codes_and_parameter_sets_stays_as_it_is() -> None:
    picture = starts(SPS, PPS, IDR)
    assert as_annex_b("h264", starts(SPS, PPS), picture, is_key=True) is picture


def test_a_key_frame_gets_the_parameter_sets_that_were_told_when_the_stream_was_set_up() -> None:
    assert as_annex_b("h264", starts(SPS, PPS), starts(IDR), is_key=True) == starts(SPS, PPS, IDR)
    assert as_annex_b("h264", starts(SPS, PPS), starts(SLICE), is_key=False) == starts(SLICE)


def test_lengths_become_start_codes() -> None:
    assert as_annex_b("h264", AVCC, lengths(IDR, IDR), is_key=True) == starts(SPS, PPS, IDR, IDR)
    assert as_annex_b("h264", AVCC, lengths(SLICE), is_key=False) == starts(SLICE)
    assert as_annex_b("hevc", HVCC, lengths(HEVC_IDR), is_key=True) == starts(VPS, HEVC_SPS, HEVC_IDR)


def test_parameter_sets_within_stand_once() -> None:
    assert as_annex_b("h264", AVCC, lengths(SPS, PPS, IDR), is_key=True) == starts(SPS, PPS, IDR)
    assert as_annex_b("hevc", HVCC, lengths(VPS, HEVC_SPS, HEVC_IDR), is_key=True) == starts(VPS, HEVC_SPS, HEVC_IDR)


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0\0\5\x41", b"\0\0\0\0", b"\xff" * 9, lengths(SLICE) + b"\0"])
def test_lengths_that_do_not_come_out_even_change_nothing(content: bytes) -> None:
    assert as_annex_b("h264", AVCC, content, is_key=False) == content


@pytest.mark.parametrize("cut", range(1, len(AVCC)))
def test_a_record_that_is_cut_off_brings_no_half_parameter_set(cut: int) -> None:
    whole = as_annex_b("h264", AVCC[:cut], lengths(IDR), is_key=True)
    assert whole in (starts(IDR), starts(SPS, IDR))
