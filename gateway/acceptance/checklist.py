"""The steps in their order: what can be seen without anybody's help first, what disturbs the station most last."""

from __future__ import annotations

from gateway.acceptance.site import Site
from gateway.acceptance.step import AcceptanceStep, Person
from gateway.acceptance.steps.cameras import CamerasStep
from gateway.acceptance.steps.clock import ClockStep
from gateway.acceptance.steps.displays import DisplaysStep
from gateway.acceptance.steps.files import FilesStep
from gateway.acceptance.steps.handover import HandoverStep
from gateway.acceptance.steps.limits import LimitsStep
from gateway.acceptance.steps.line import LineStep
from gateway.acceptance.steps.measuring import MeasuringStep
from gateway.acceptance.steps.ports import PortsStep
from gateway.acceptance.steps.power import PowerStep
from gateway.acceptance.steps.retention import RetentionStep
from gateway.acceptance.steps.running import RunningStep
from gateway.acceptance.steps.statuses import CalibratingStep, FaultStep
from gateway.acceptance.steps.timeliness import TimelinessStep
from gateway.core.acceptance import StepName

_STEPS: tuple[type[AcceptanceStep], ...] = (
    RunningStep,
    ClockStep,
    PortsStep,
    CamerasStep,
    LimitsStep,
    RetentionStep,
    DisplaysStep,
    CalibratingStep,
    FaultStep,
    FilesStep,
    TimelinessStep,
    LineStep,
    PowerStep,
    HandoverStep,
    MeasuringStep,
)


def checklist(site: Site, person: Person) -> dict[StepName, AcceptanceStep]:
    return {step.name: step(site, person) for step in _STEPS}
