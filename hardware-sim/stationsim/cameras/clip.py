"""A few seconds of encoded pictures in a file, to be sent round and round: one line of JSON, then the frames' bytes.

Read by the child under Debian's Python, so this needs nothing but the standard library.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from stationsim.cameras.stamp import first_slice


@dataclass(frozen=True, slots=True)
class ClipShape:
    """What was encoded, and how. `gop`: frames from one key frame to the next; `scene`: one of `scenes.SCENES`."""

    codec: str
    width: int
    height: int
    fps: int
    bit_rate: int
    gop: int
    b_frames: int
    scene: str

    @property
    def file_name(self) -> str:
        """Two shapes never share one."""
        return "-".join(str(part) for part in asdict(self).values()) + ".clip"


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """One frame in the order of decoding. The stamp belongs between `head` (parameter sets) and `slices`.

    `shown`: which place it has in the order of showing, counted in frames from the clip's begin.
    """

    head: bytes
    slices: bytes
    is_key: bool
    shown: int


def write_clip(file: Path, shape: ClipShape, frames: Sequence[tuple[bytes, bool, int]]) -> None:
    """Frames as (bytes, is_key, shown). Whoever reads sees the whole file or none."""
    index = {"shape": asdict(shape), "frames": [[len(data), is_key, shown] for data, is_key, shown in frames]}
    with NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as unfinished:
        unfinished.write(json.dumps(index).encode() + b"\n")
        unfinished.writelines(data for data, _, _ in frames)
    Path(unfinished.name).replace(file)


def read_clip(file: Path) -> list[ClipFrame]:
    """
    Raises:
        OSError: no such file.
        ValueError: not a clip.
    """
    with file.open("rb") as opened:
        index = json.loads(opened.readline())
        codec = index["shape"]["codec"]
        frames = []
        for size, is_key, shown in index["frames"]:
            data = opened.read(size)
            begin = first_slice(codec, data)
            frames.append(ClipFrame(data[:begin], data[begin:], is_key, shown))
    return frames
