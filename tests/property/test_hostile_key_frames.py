"""Whatever a camera sends as a key frame: there is a picture in it, or it is garbled. Nothing else ever comes of it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cameras.pictures.key_frame import KeyFrame, decode
from gateway.core.errors import CameraGarbled
from gateway.core.interfaces import Instant
from gateway.core.picture_rules import HEIGHT, WIDTH
from tests.support import scenes
from tests.support.examples import examples
from tests.support.key_frames import key_frame

CODECS = ("h264", "hevc")
WHOLE = {codec: key_frame(scenes.night(1), codec, 320, 180) for codec in CODECS}
_PLACE = st.one_of(st.integers(0, 200), st.integers(0, 20_000))  # parameter sets and headers, and the rest
_CHANGES = st.lists(st.tuples(_PLACE, st.integers(0, 60), st.binary(max_size=60)), min_size=1, max_size=8)


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=examples(150), deadline=None)
@given(changes=_CHANGES, knows_parameters=st.booleans())
def test_a_spoilt_key_frame_is_a_picture_or_garbled(
    codec: str, changes: list[tuple[int, int, bytes]], knows_parameters: bool
) -> None:
    content = WHOLE[codec]
    for place, removed, put in changes:
        place %= len(content) + 1
        content = content[:place] + put + content[place + removed :]
    extradata = WHOLE[codec][:100] if knows_parameters else b""
    with contextlib.suppress(CameraGarbled):
        picture = decode(KeyFrame(content, codec, extradata, Instant(0, 0.0)))
        assert picture.grey().shape == (HEIGHT, WIDTH)
        assert picture.colour().shape[2] == 3


@pytest.mark.parametrize("codec", CODECS)
@given(content=st.binary(max_size=2000))
def test_noise_is_garbled(codec: str, content: bytes) -> None:
    with pytest.raises(CameraGarbled):
        decode(KeyFrame(content, codec, b"", Instant(0, 0.0)))
