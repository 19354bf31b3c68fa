"""Parameter sets of real encoders (libx264, libx265), and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.parameter_sets import ParameterSets

H264_640 = bytes.fromhex("000000016742c016da0280bfe584000003000400000300783c58ba800000000168ce0fc8")
HEVC_640 = bytes.fromhex(
    "0000000140010c01ffff01600000030090000003000003003fba02400000000142010101600000030090000003000003003fa005020171"
    "f2e5ba4a4c2e68080000030008000003007840000000014401c073c189"
)
H264_SLICE = bytes.fromhex("00000001419a202abc291400c5")


def test_the_picture_is_as_large_as_its_sets_say() -> None:
    assert ParameterSets("h264", H264_640).size == (640, 360)
    assert ParameterSets("hevc", HEVC_640).size == (640, 360)


@pytest.mark.parametrize(("codec", "sets"), [("h264", H264_640), ("hevc", HEVC_640)])
def test_the_same_sets_again_are_no_other_stream(codec: str, sets: bytes) -> None:
    known = ParameterSets(codec, sets)
    assert not known.take(sets)
    assert known.extradata == ParameterSets(codec, known.extradata).extradata


def test_sets_that_come_with_the_first_key_frame_only_are_learnt_from_it() -> None:
    known = ParameterSets("h264")
    assert known.size is None
    assert not known.take(H264_SLICE)
    assert known.take(H264_640 + H264_SLICE)
    assert known.extradata == H264_640


def test_another_sequence_is_another_stream_and_another_picture_set_is_not() -> None:
    known = ParameterSets("h264", H264_640)
    assert not known.take(H264_640[:-1] + b"\xc9")
    assert known.extradata.endswith(b"\xc9")
    assert known.take(H264_640.replace(b"\x42\xc0\x16", b"\x42\xc0\x1e"))


def test_what_stands_behind_a_slice_belongs_to_no_key_frame() -> None:
    known = ParameterSets("h264")
    assert not known.take(H264_SLICE + H264_640)


@given(st.sampled_from(["h264", "hevc"]), st.binary(max_size=80), st.binary(max_size=40))
def test_nonsense_is_left_out(codec: str, nonsense: bytes, more: bytes) -> None:
    first = {"h264": b"\x67", "hevc": b"\x42\x01"}[codec]
    known = ParameterSets(codec)
    known.take(b"\x00\x00\x01" + first + nonsense + b"\x00\x00\x01" + more)
    assert known.size is None or min(known.size) > 0
