"""An RTSP camera, what it shows, and what goes wrong with it when."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from stationsim.cameras.clip import ClipShape
from stationsim.cameras.faults import CameraFaultKind
from stationsim.durations import DurationMs
from stationsim.model.base import Model, Name, Port
from stationsim.model.onvif import OnvifModel


def _even(size: str) -> str:
    if any(int(side) % 2 for side in size.split("x")):
        raise ValueError(f"sides are even numbers, as encoders want them; {size} is not")
    return size


Size = Annotated[str, Field(pattern=r"^[1-9]\d{1,3}x[1-9]\d{1,3}$"), AfterValidator(_even)]

_NEEDED = {CameraFaultKind.RESOLUTION: "size"}
_OWN = {
    "size": (CameraFaultKind.RESOLUTION,),
    "every": (CameraFaultKind.CUT,),
    "by": (CameraFaultKind.BACKWARD,),
    "share": (CameraFaultKind.LOSS,),
}


class CameraFaultModel(Model):
    """Holds during [at, at + for) after the start of the run, without `for` until its end; with a `chance`, drawn once
    a second, for a second or for `for`."""

    kind: CameraFaultKind
    at: DurationMs | None = None
    for_: Annotated[DurationMs, Field(gt=0)] | None = Field(alias="for", default=None)
    chance: Annotated[float, Field(gt=0, le=1)] | None = None
    size: Size | None = None
    every: Annotated[DurationMs, Field(gt=0)] | None = None
    by: Annotated[DurationMs, Field(gt=0)] | None = None
    share: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _has_its_time(self) -> Self:
        if (self.at is None) == (self.chance is None):
            raise ValueError("when? give at, or a chance in each second")
        return self

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        for key, kinds in _OWN.items():
            if getattr(self, key) is not None and self.kind not in kinds:
                raise ValueError(f"{self.kind.value} has no {key}; it belongs to {kinds[0].value}")
        needed = _NEEDED.get(self.kind)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"{self.kind.value} needs a {needed}, such as 640x480")
        return self


def _as_onvif(given: object) -> object:
    """`onvif: true`: as a camera is by default."""
    return {} if given is True else given


class CameraModel(Model):
    """`gop`: so often a whole picture (key frame) comes. `connections`: so many viewers at once, others get 453."""

    name: Name
    codec: Literal["h264", "h265"] = "h264"
    size: Size = "1280x720"
    fps: Annotated[int, Field(ge=1, le=60)] = 15
    bit_rate: Annotated[int, Field(ge=10_000, le=50_000_000)] = 1_000_000
    gop: Annotated[DurationMs, Field(gt=0)] = 1_000
    b_frames: Annotated[int, Field(ge=0, le=4)] = 0
    audio: Literal["none", "alaw", "aac"] = "none"
    user: Annotated[str, Field(pattern=r"^[^:]*$")] = ""
    password: str = ""
    auth: Literal["digest", "basic"] = "digest"
    path: Annotated[str, Field(pattern=r"^/\S+$")] = "/stream1"
    port: Port = 0  # the system picks
    connections: Annotated[int, Field(ge=1)] | None = None
    drift: Annotated[int, Field(ge=-100_000, le=100_000)] = 0  # so many millionths its own clock is too fast
    faults: list[CameraFaultModel] = []
    onvif: Annotated[OnvifModel | None, BeforeValidator(_as_onvif)] = None

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password belong together")
        return self

    def clip_shape(self, scene: str = "moving", size: str | None = None) -> ClipShape:
        """What must be encoded to show this."""
        width, height = map(int, (size or self.size).split("x"))
        key_frame_every = max(1, round(self.gop * self.fps / 1000))
        return ClipShape(self.codec, width, height, self.fps, self.bit_rate, key_frame_every, self.b_frames, scene)
