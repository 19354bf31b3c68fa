"""What a camera hears: a soft tone, in A-law (G.711) or AAC. Needs nothing but the standard library."""

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

PITCH_HZ = 440
LEVEL = 4000
_A_LAW_RATE = 8000
_DESCRIBING_S = 0.02


class Sound(Protocol):
    """`caps` and `payloader` as GStreamer calls them; `first`: a piece without which it cannot be described."""

    rate: int
    caps: str
    payloader: str
    first: bytes

    def pieces(self, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """What is heard from one sample to another, as (bytes, first sample, samples); what is not whole yet, later."""


class ALaw:
    """Eight bits a sample, 8000 samples a second."""

    rate = _A_LAW_RATE
    caps = f"audio/x-alaw,rate={_A_LAW_RATE},channels=1"
    payloader = "rtppcmapay name=pay1 pt=8"

    def __init__(self) -> None:
        wave = (round(LEVEL * math.sin(2 * math.pi * PITCH_HZ * n / self.rate)) for n in range(self.rate))
        self._second = bytes(map(a_law, wave))
        self.first = self._second[: round(self.rate * _DESCRIBING_S)]

    def pieces(self, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        at = begin % self.rate
        yield (self._second * ((at + end - begin) // self.rate + 1))[at : at + end - begin], begin, end - begin


class Aac:
    """Encoded once, kept in a file, heard round and round."""

    payloader = "rtpmp4gpay name=pay1 pt=97"

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            index = json.loads(opened.readline())
            self._frames = [opened.read(size) for size in index["frames"]]
        self.rate = int(index["rate"])
        self._samples = int(index["samples"])
        form = f"audio/mpeg,mpegversion=4,stream-format=raw,rate={self.rate},channels=1"
        self.caps = f"{form},codec_data=(buffer){index['codec_data']}"
        self.first = self._frames[0]

    def pieces(self, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        while begin + self._samples <= end:
            yield self._frames[begin // self._samples % len(self._frames)], begin, self._samples
            begin += self._samples


def write_aac(file: Path, rate: int, samples: int, codec_data: bytes, frames: Sequence[bytes]) -> None:
    """`samples` in each frame. Whoever reads sees the whole file or none."""
    index = {"rate": rate, "samples": samples, "codec_data": codec_data.hex(), "frames": [len(one) for one in frames]}
    with NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as unfinished:
        unfinished.write(json.dumps(index).encode() + b"\n")
        unfinished.writelines(frames)
    Path(unfinished.name).replace(file)


def a_law(sample: int) -> int:
    """One sample of 16 bits as G.711 has it."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(sample if sample >= 0 else -sample - 1, 32767)
    exponent = max(magnitude.bit_length() - 8, 0)
    mantissa = magnitude >> (exponent + 3 if exponent else 4) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
