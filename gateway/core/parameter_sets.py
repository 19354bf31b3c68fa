"""What an H.264 or H.265 stream says of itself: its parameter sets, and how large the picture is that they describe.

Pure; ITU-T H.264 7.3.2 and H.265 7.3.2. Reads Annex B (start codes), never a slice, and believes nothing: what cannot
be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

START_CODE = b"\x00\x00\x00\x01"
_H264_HIGH = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})
"""Profiles that tell their chroma format and scaling lists."""
_LONGEST_GOLOMB = 32
_LARGEST = 16_384
"""Pixels: no camera's picture is wider or higher."""


class ParameterSets:
    """The sets of one stream, the newest of each number."""

    def __init__(self, codec: str, extradata: bytes = b"") -> None:
        """`codec`: `h264` or `hevc`. `extradata`: Annex B, as told when the stream was set up; may be empty."""
        self._codec = codec
        self._sets: dict[tuple[int, int], bytes] = {}
        self._last: tuple[bytes, ...] = ()
        self._size: tuple[int, int] | None = None
        self.take(extradata)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of what is shown, in pixels. `None`: no sequence parameter set was understood yet."""
        return self._size

    @property
    def extradata(self) -> bytes:
        """All sets as Annex B, in the order in which a decoder needs them. Empty: none is known."""
        return b"".join(START_CODE + self._sets[key] for key in sorted(self._sets))

    def take(self, picture: bytes) -> bool:
        """Learn what stands before a picture's first slice. Returns whether the stream is another one from here on: a
        set that describes the sequence is new, or is not what it was."""
        found = tuple(_parameter_sets(self._codec, picture))
        if found == self._last:
            return False
        self._last = found
        is_another = False
        for unit in found:
            kind, number = _kind(self._codec, unit), _number(self._codec, unit)
            if number is None:
                continue
            describes_sequence = kind != _PPS[self._codec]
            if describes_sequence and self._sets.get((kind, number)) != unit:
                is_another = True
            self._sets[kind, number] = unit
            if kind == _SPS[self._codec]:
                self._size = _size(self._codec, unit) or self._size
        return is_another


_SPS = {"h264": 7, "hevc": 33}
_PPS = {"h264": 8, "hevc": 34}
_VPS = {"hevc": 32}


def _parameter_sets(codec: str, picture: bytes) -> Iterator[bytes]:
    wanted = {_SPS[codec], _PPS[codec], _VPS.get(codec)}
    for unit in _units(picture):
        kind = _kind(codec, unit)
        if kind in wanted:
            yield unit
        elif (1 <= kind <= 5) if codec == "h264" else kind < 32:
            return  # a slice: whatever follows belongs to this picture


def _units(picture: bytes) -> Iterator[bytes]:
    """Annex B: what stands between start codes, without the zeros that may follow it."""
    begin = picture.find(b"\x00\x00\x01")
    while begin >= 0:
        end = picture.find(b"\x00\x00\x01", begin + 3)
        unit = picture[begin + 3 : end if end >= 0 else len(picture)].rstrip(b"\x00")
        if unit:
            yield unit
        begin = end


def _kind(codec: str, unit: bytes) -> int:
    return unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F


def _number(codec: str, unit: bytes) -> int | None:
    """By which number pictures and other sets refer to it."""
    try:
        if codec == "h264":
            return _Bits(unit[1:]).golomb() if unit[0] & 0x1F == _PPS["h264"] else _h264_sps(unit)[0]
        kind = _kind(codec, unit)
        if kind == _SPS["hevc"]:
            return _hevc_sps(unit)[0]
        bits = _Bits(unit[2:])
        return bits.take(4) if kind == _VPS["hevc"] else bits.golomb()
    except ValueError:
        return None


def _size(codec: str, unit: bytes) -> tuple[int, int] | None:
    try:
        _, width, height = _h264_sps(unit) if codec == "h264" else _hevc_sps(unit)
    except ValueError:
        return None
    return (width, height) if 0 < width <= _LARGEST and 0 < height <= _LARGEST else None


class _Bits:
    """A set's bits in order, without the bytes that keep start codes out of it (7.3.1, emulation prevention)."""

    def __init__(self, escaped: bytes) -> None:
        payload = escaped.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(payload, "big")
        self._left = len(payload) * 8

    def take(self, count: int) -> int:
        """
        Raises:
            ValueError: the set ends before.
        """
        if count > self._left:
            raise ValueError("the parameter set ends too early")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """An Exp-Golomb number without sign (9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _LONGEST_GOLOMB:
                raise ValueError("no number is that long")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def _h264_sps(unit: bytes) -> tuple[int, int, int]:
    """Its number, width, height (7.3.2.1.1)."""
    bits = _Bits(unit[1:])
    profile = bits.take(8)
    bits.take(16)
    number = bits.golomb()
    chroma, is_separate = 1, 0
    if profile in _H264_HIGH:
        chroma = bits.golomb()
        is_separate = bits.take(1) if chroma == 3 else 0
        bits.golomb(), bits.golomb(), bits.take(1)
        if bits.take(1):
            _skip_scaling_lists(bits, 12 if chroma == 3 else 8)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1), bits.golomb(), bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()
    bits.golomb(), bits.take(1)
    width, height = (bits.golomb() + 1) * 16, (bits.golomb() + 1) * 16
    is_frames_only = bits.take(1)
    if not is_frames_only:
        bits.take(1)
        height *= 2
    bits.take(1)
    if bits.take(1):
        across, down = _chroma_step(0 if is_separate else chroma)
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= (left + right) * across
        height -= (top + bottom) * down * (2 - is_frames_only)
    return number, width, height


def _skip_scaling_lists(bits: _Bits, count: int) -> None:
    for index in range(count):
        if not bits.take(1):
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.signed_golomb()) % 256
            last = following or last


def _hevc_sps(unit: bytes) -> tuple[int, int, int]:
    """Its number, width, height (7.3.2.2)."""
    bits = _Bits(unit[2:])
    bits.take(4)
    sub_layers = bits.take(3)
    bits.take(1 + 88 + 8)
    has_parts = [(bits.take(1), bits.take(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.take(2 * (8 - sub_layers))
    for has_profile, has_level in has_parts:
        bits.take(88 * has_profile + 8 * has_level)
    number, chroma = bits.golomb(), bits.golomb()
    is_separate = bits.take(1) if chroma == 3 else 0
    width, height = bits.golomb(), bits.golomb()
    if bits.take(1):
        across, down = _chroma_step(0 if is_separate else chroma)
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= (left + right) * across
        height -= (top + bottom) * down
    return number, width, height


def _chroma_step(chroma: int) -> tuple[int, int]:
    """What one unit of cropping is in pixels, across and down."""
    return (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1)
