"""Clips, encoded once with x264 or x265 and kept: the next start of the simulator finds them there.

The only room that loads PyAV (`pip install 'stationsim[cameras]'`).
"""

import os
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from stationsim.cameras.clip import ClipShape, write_clip
from stationsim.cameras.sound import LEVEL, PITCH_HZ, write_aac

_LEAST_FRAMES = 40
_SOUND_RATE = 16_000
_SOUND_FRAMES = 64
_ENCODERS = {"h264": "libx264", "h265": "libx265"}


def cache_folder() -> Path:
    """Where clips are kept: the user's cache, or a folder of his below /tmp where he has none that he may write to.

    Raises:
        OSError: neither.
    """
    own = Path(os.environ.get("XDG_CACHE_HOME") or (Path.home() / ".cache")) / "station-sim"
    try:
        own.mkdir(parents=True, exist_ok=True)
    except OSError:
        pass  # somebody without a home
    if os.access(own, os.W_OK | os.X_OK):
        return own
    folder = Path(tempfile.gettempdir()) / f"station-sim-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def clip_file(shape: ClipShape, folder: Path) -> Path:
    """The clip of this shape, encoded now if it is not there yet.

    Raises:
        ImportError: PyAV or numpy is missing.
        OSError: the folder cannot be written.
    """
    file = folder / shape.file_name
    if not file.exists():
        write_clip(file, shape, list(_frames(shape)))
    return file


def sound_file(folder: Path) -> Path:
    """Some seconds of a tone in AAC, encoded now if they are not there yet. Raises as `clip_file`."""
    file = folder / f"tone-{_SOUND_RATE}.aac"
    if not file.exists():
        import av
        import numpy as np

        encoder = av.CodecContext.create("aac", "w")
        if not isinstance(encoder, av.AudioCodecContext):
            raise ImportError("this PyAV has no AAC", name="av")
        encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = _SOUND_RATE, "mono", "fltp", 32_000
        encoder.open()
        wave = np.sin(np.arange(_SOUND_FRAMES * encoder.frame_size) * (2 * np.pi * PITCH_HZ / _SOUND_RATE))
        frames = []
        for part in np.split((wave * (LEVEL / 32768)).astype(np.float32), _SOUND_FRAMES):
            heard = av.AudioFrame.from_ndarray(part[np.newaxis], format="fltp", layout="mono")
            heard.sample_rate = _SOUND_RATE
            frames += [bytes(packet) for packet in encoder.encode(heard)]
        write_aac(file, _SOUND_RATE, encoder.frame_size, bytes(encoder.extradata or b""), frames[1:])
    return file


def _frames(shape: ClipShape) -> Iterator[tuple[bytes, bool, int]]:
    """Whole groups of pictures, as (bytes with start codes, is_key, shown), in the order of decoding."""
    import av

    from stationsim.cameras.scenes import picture

    encoder = av.CodecContext.create(_ENCODERS[shape.codec], "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise ImportError(f"this PyAV has no {_ENCODERS[shape.codec]}", name="av")
    encoder.width, encoder.height, encoder.pix_fmt = shape.width, shape.height, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(shape.fps), Fraction(1, shape.fps)
    encoder.bit_rate, encoder.gop_size, encoder.max_b_frames = shape.bit_rate, shape.gop, shape.b_frames
    encoder.options = _options(shape)
    for number in range(_length(shape)):
        grey = picture(shape.scene, shape.width, shape.height, number)
        frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
        frame.pts = number
        yield from ((bytes(p), p.is_keyframe, int(p.pts or 0)) for p in encoder.encode(frame))
    yield from ((bytes(p), p.is_keyframe, int(p.pts or 0)) for p in encoder.encode(None))


def _length(shape: ClipShape) -> int:
    """A frozen picture is the same group again and again, to the byte."""
    if shape.scene == "frozen":
        return shape.gop
    return shape.gop * max(1, -(-_LEAST_FRAMES // shape.gop))


def _options(shape: ClipShape) -> dict[str, str]:
    """Key frames exactly every `gop` frames, each with its parameter sets, nothing that refers across them."""
    kilobits = shape.bit_rate // 1000
    if shape.codec == "h264":
        return {
            "preset": "veryfast",
            "x264-params": f"keyint={shape.gop}:min-keyint={shape.gop}:scenecut=0:open-gop=0:repeat-headers=1:aud=0"
            f":bframes={shape.b_frames}:b-adapt=0:vbv-maxrate={kilobits}:vbv-bufsize={kilobits}:threads=1",
        }
    return {
        "preset": "ultrafast",
        "x265-params": f"keyint={shape.gop}:min-keyint={shape.gop}:scenecut=0:open-gop=0:repeat-headers=1"
        f":bframes={shape.b_frames}:b-adapt=0:info=0:log-level=none:pools=1:frame-threads=1",
    }
