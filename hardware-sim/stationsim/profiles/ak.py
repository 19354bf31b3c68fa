"""`ak`: a gas analyser that speaks the AK protocol."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stationsim.condition import Condition
from stationsim.display import Display
from stationsim.model.base import Number
from stationsim.profiles.text_device import TextDeviceModel, TextParameterModel
from stationsim.text.ak import AkAnalyser, Channel


class ChannelModel(TextParameterModel):
    range_end: Number = 1000  # what AMBE tells, engineering units


class AkModel(TextDeviceModel):
    """A gas analyser; its parameters are the channels K1, K2, … in their order."""

    type: Literal["ak"]
    parameters: Annotated[dict[str, ChannelModel], Field(min_length=1, max_length=99)]
    dont_care: Annotated[str, Field(pattern=r"^[\x04-\x7e]$")] = " "
    device: Annotated[str, Field(pattern=r"^[!-~]+$")] = "SIM-700"  # what AKEN tells
    serial: Annotated[str, Field(pattern=r"^[!-~]+$")] = "0000001"

    fault_codes: ClassVar[tuple[int, int]] = (1, 9)

    def responder(self, condition: Condition, show: Display) -> AkAnalyser:
        channels = {symbol: Channel(it.decimals, it.range_end) for symbol, it in self.parameters.items()}
        words = {"dont_care": self.dont_care, "device": self.device, "serial": self.serial}
        return AkAnalyser(self.name, channels, condition, show, **words)
