"""What the simulated camera answers to each question. Pure but for its clock, which whoever asks may set."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from stationsim.model.camera import CameraModel
from stationsim.model.onvif import OnvifModel
from stationsim.onvif.soap import Request, envelope, fault, is_right, text

_FREE = {"GetSystemDateAndTime", "GetServices", "GetCapabilities"}
"""What everybody may ask (ONVIF core, 5.9.4: access class PRE_AUTH)."""


@dataclass
class CameraClock:
    """Ahead of the machine's by that much."""

    ahead: timedelta
    source: str

    def now(self, machine: datetime) -> datetime:
        return machine + self.ahead


class Answers:
    """`rtsp_url` and `http_url`: where the stream and this service are."""

    def __init__(self, camera: CameraModel, model: OnvifModel, rtsp_url: str, http_url: str) -> None:
        self.clock = CameraClock(timedelta(milliseconds=model.clock_offset), model.time_source)
        self._camera = camera
        self._model = model
        self._rtsp_url = rtsp_url
        self._http_url = http_url

    def to(self, request: Request, machine: datetime) -> tuple[int, bytes]:
        """HTTP's status, and the body."""
        now = self.clock.now(machine)
        is_known = not self._camera.user or is_right(request.token, self._camera.user, self._camera.password, now)
        if request.action not in _FREE and not is_known:
            return 400, fault("Sender", "ter:NotAuthorized", "Sender not authorized")
        make = getattr(self, f"_{request.action}", None)
        if make is None:
            return 500, fault("Receiver", "ter:ActionNotSupported", f"{request.action} is not implemented")
        answer = make(request, machine)
        return (200, envelope(answer)) if isinstance(answer, str) else (400, answer)

    def _GetSystemDateAndTime(self, _request: Request, machine: datetime) -> str:
        now = self.clock.now(machine).astimezone(UTC)
        zone = self._model.time_zone
        source = {"ntp": "NTP", "manual": "Manual"}[self.clock.source]
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            f"<tt:DateTimeType>{source}</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
            f"<tt:TimeZone><tt:TZ>{escape(zone)}</tt:TZ></tt:TimeZone>"
            f"<tt:UTCDateTime>{_moment(now)}</tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _SetSystemDateAndTime(self, request: Request, machine: datetime) -> str | bytes:
        try:
            year, month, day, hour, minute, second = (
                int(text(request.body, name)) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
            )
            told = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return fault("Sender", "ter:InvalidDateTime", "no such time")
        self.clock = CameraClock(told - machine, text(request.body, "DateTimeType").lower())
        return "<tds:SetSystemDateAndTimeResponse/>"

    def _GetDeviceInformation(self, _request: Request, _machine: datetime) -> str:
        return (
            f"<tds:GetDeviceInformationResponse><tds:Manufacturer>{escape(self._model.maker)}</tds:Manufacturer>"
            f"<tds:Model>{escape(self._model.hardware)}</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion>"
            f"<tds:SerialNumber>{escape(self._camera.name)}</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>"
            "</tds:GetDeviceInformationResponse>"
        )

    def _GetServices(self, _request: Request, _machine: datetime) -> str:
        spaces = ("http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl")
        services = "".join(
            f"<tds:Service><tds:Namespace>{space}</tds:Namespace><tds:XAddr>{self._http_url}</tds:XAddr>"
            "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
            for space in spaces
        )
        return f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>"

    def _GetCapabilities(self, _request: Request, _machine: datetime) -> str:
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities>"
            f"<tt:Device><tt:XAddr>{self._http_url}</tt:XAddr></tt:Device>"
            f"<tt:Media><tt:XAddr>{self._http_url}</tt:XAddr><tt:StreamingCapabilities/></tt:Media>"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _GetProfiles(self, _request: Request, _machine: datetime) -> str:
        width, height = self._camera.size.split("x")
        return (
            '<trt:GetProfilesResponse><trt:Profiles token="main" fixed="true"><tt:Name>main</tt:Name>'
            '<tt:VideoEncoderConfiguration token="v"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount>'
            f"<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
            "</tt:Resolution><tt:Quality>1</tt:Quality><tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type></tt:Address>"
            "<tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
            "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration></trt:Profiles>"
            "</trt:GetProfilesResponse>"
        )

    def _GetStreamUri(self, request: Request, _machine: datetime) -> str | bytes:
        if text(request.body, "ProfileToken") != "main":
            return fault("Sender", "ter:NoProfile", "no such profile")
        return (
            f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{escape(self._rtsp_url)}</tt:Uri>"
            "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
            "<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>"
        )


def _moment(at: datetime) -> str:
    return (
        f"<tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute><tt:Second>{at.second}</tt:Second>"
        f"</tt:Time><tt:Date><tt:Year>{at.year}</tt:Year><tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day>"
        "</tt:Date>"
    )
