"""What a poller needs around it, under a test's control: instruments that answer as told, notes of what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import InstrumentSilent
from gateway.core.interfaces import Instant
from gateway.core.reading import Parameter, Reading, Readings, Sample, Status
from gateway.instruments.poller import LinkPoller
from tests.support.clock import FakeClock

GOOD = Reading(7.21, Status.MEASURING)


@dataclass(slots=True)
class Device:
    """An instrument whose every read takes `takes_s` and then answers, or fails with `failure`."""

    name: str
    clock: FakeClock
    period_s: float = 1.0
    takes_s: float = 0.02
    failure: Exception | None = None
    parameters: tuple[Parameter, ...] = (Parameter("pH", "-"), Parameter("Temp", "oC"))
    asked: list[Instant] = field(default_factory=list)
    while_asked: Callable[[], object] = lambda: None

    def read(self) -> Readings:
        self.asked.append(self.clock.now())
        self.while_asked()
        self.clock.advance(self.takes_s)
        if self.failure is not None:
            raise self.failure
        return Readings.of([GOOD, GOOD])


@dataclass(slots=True)
class Wire:
    """A link that is up or down."""

    clock: FakeClock
    name: str = "plc"
    is_up: bool = True
    takes_s: float = 1.0
    attempts: list[float] = field(default_factory=list)
    is_interrupted: bool = False
    is_closed: bool = False

    def connect(self) -> None:
        if not self.is_up:
            self.attempts.append(self.clock.mono_s)
            self.clock.advance(self.takes_s)
            raise InstrumentSilent("127.0.0.1:502: cannot connect: Connection refused")

    def interrupt(self) -> None:
        self.is_interrupted = True

    def close(self) -> None:
        self.is_closed = True


@dataclass(slots=True)
class Notes:
    """Sink and board in one: remembers everything."""

    samples: list[Sample] = field(default_factory=list)
    states: dict[tuple[str, str], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def accept(self, sample: Sample) -> None:
        self.samples.append(sample)

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        before = self.states.get((kind, name))
        self.states[kind, name] = state
        if error is not None:
            self.errors.append(error)
        return before != state

    def of(self, device: Device) -> list[Sample]:
        return [sample for sample in self.samples if sample.instrument == device.name]


@dataclass(slots=True)
class Station:
    """A link with its poller, and time that passes only in `live`."""

    clock: FakeClock = field(default_factory=FakeClock)
    notes: Notes = field(default_factory=Notes)
    devices: list[Device] = field(default_factory=list)
    wall_ms_per_s: float = 1000.0
    wire: Wire = field(init=False)
    poller: LinkPoller = field(init=False)
    _lag_ms: float = 0.0

    def __post_init__(self) -> None:
        self.wire = Wire(self.clock)

    def device(self, name: str = "multiprobe", **traits: float) -> Device:
        device = Device(name, self.clock, **traits)  # type: ignore[arg-type]
        self.devices.append(device)
        return device

    def start(self) -> Station:
        self.poller = LinkPoller(self.wire, self.devices, 30.0, self.clock, self.notes, self.notes)
        return self

    def live(self, seconds: float) -> None:
        """The supervisor's loop: step, wait until asked for, step."""
        end_s = self.clock.mono_s + seconds
        while self.clock.mono_s < end_s:
            due_s = self.poller.step(self.clock.now())
            self._pass(min(due_s, end_s) - self.clock.mono_s)

    def _pass(self, seconds: float) -> None:
        if seconds <= 0:
            return
        self.clock.mono_s += seconds
        exact_ms = self._lag_ms + seconds * self.wall_ms_per_s
        self.clock.wall_ms += int(exact_ms)
        self._lag_ms = exact_ms - int(exact_ms)
