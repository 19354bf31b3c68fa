"""The whole scenario."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, ConfigDict, Field

from stationsim.durations import DurationMs
from stationsim.model.authority import AuthorityModel
from stationsim.model.base import Code, Model
from stationsim.model.box import BoxModel
from stationsim.model.camera import CameraModel
from stationsim.model.fault import FaultModel
from stationsim.model.neighbour import NeighbourModel
from stationsim.model.road import RoadModel
from stationsim.model.signal import MeasuredModel
from stationsim.model.time_server import TimeServerModel
from stationsim.profiles import InstrumentModel


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{value!r} is not a time zone; one such as Asia/Ho_Chi_Minh") from None


class StationModel(Model):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    province: Code
    facility: Code
    code: Code
    kind: Literal["wastewater", "surface_water", "groundwater", "emission", "ambient_air", "coach_station"]
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Ho_Chi_Minh")


class Scenario(Model):
    name: str
    seed: int
    slot: Annotated[DurationMs, Field(gt=0)]
    station: StationModel
    instruments: list[InstrumentModel] = []
    authorities: list[AuthorityModel] = []
    road_administrations: list[RoadModel] = []
    time_servers: list[TimeServerModel] = []
    cameras: list[CameraModel] = []
    box: BoxModel | None = None
    neighbours: list[NeighbourModel] = []
    faults: list[FaultModel] = []

    def parameters(self) -> dict[str, MeasuredModel]:
        """All parameters of the station by symbol."""
        return {symbol: parameter for instrument in self.instruments for _, symbol, parameter in instrument.measured()}
