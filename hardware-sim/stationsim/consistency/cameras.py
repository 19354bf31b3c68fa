"""Cameras have ports of their own, and faults that show."""

from collections.abc import Iterator

from stationsim.cameras.faults import CameraFaultKind
from stationsim.consistency.problem import Problem
from stationsim.model import Scenario
from stationsim.model.camera import CameraFaultModel, CameraModel


def camera_problems(scenario: Scenario) -> Iterator[Problem]:
    taken: dict[int, str] = {}
    for n, camera in enumerate(scenario.cameras):
        if camera.port in taken:
            yield Problem(("cameras", n, "port"), f"{camera.port} is {taken[camera.port]}'s already")
        if camera.port:
            taken[camera.port] = camera.name
        for number, fault in enumerate(camera.faults):
            for key, text in _misfits(fault, camera):
                yield Problem(("cameras", n, "faults", number, key), text)


def _misfits(fault: CameraFaultModel, camera: CameraModel) -> Iterator[tuple[str, str]]:
    """The key of the fault that does not fit, and why."""
    if fault.kind is CameraFaultKind.WRONG_PASSWORD and not camera.user:
        yield "kind", f"{camera.name} asks nobody for a password"
    if fault.size == camera.size:
        yield "size", f"{camera.name} shows {camera.size} as it is"
    if fault.every is not None and fault.for_ is not None and fault.every >= fault.for_:
        yield "every", "is not shorter than the fault itself"
