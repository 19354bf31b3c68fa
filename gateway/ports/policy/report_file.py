"""What root found when it read the policy back, left for the daemon, who may not ask the kernel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.config.file.form_error import FormError
from gateway.config.ports.port_name import parse_port_id
from gateway.ports.policy.read_back import Deviation
from gateway.ports.policy.state_folder import StateFolder, read_checked, write_checked

_NAME = "report.json"


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """`boot_id`, `mono_s`: when, by the machine's own counting. `sha256`: of the plan that was held against the kernel;
    `None`: nothing is to be closed."""

    boot_id: str
    mono_s: float
    at_ms: int
    sha256: str | None
    deviations: tuple[Deviation, ...]


def write_report(folder: StateFolder, report: PolicyReport) -> None:
    """Raises GatewayError: it cannot be written."""
    write_checked(
        folder.volatile / _NAME,
        {
            "boot_id": report.boot_id,
            "mono_s": report.mono_s,
            "at_ms": report.at_ms,
            "sha256": report.sha256,
            "deviations": [{"id": str(one.id), "detail": one.detail} for one in report.deviations],
        },
    )


def read_report(folder: StateFolder) -> PolicyReport | None:
    """`None`: there is none, or none that can be read."""
    content = read_checked(folder.volatile / _NAME)
    try:
        return (
            None
            if content is None
            else PolicyReport(
                str(content["boot_id"]),
                float(content["mono_s"]),
                int(content["at_ms"]),
                None if content["sha256"] is None else str(content["sha256"]),
                tuple(_deviations(content["deviations"])),
            )
        )
    except (ValueError, TypeError, KeyError, AttributeError, FormError):
        return None


def _deviations(found: Iterable[dict[str, str]]) -> Iterable[Deviation]:
    return [Deviation(parse_port_id(one["id"]), str(one["detail"])) for one in found]
