"""`gateway ports draft`: a section `ports` of what is there now, to be edited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import say
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.ports import PortId
    from gateway.reports.port_draft import UsedPort


def draft(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print a section `ports` of what is there now, with what the links use. Run it as root, on the day of the
    hand-over: only root is told which programs listen. Then look through each line."""
    import os

    say(*drafted(load_configuration(config)))
    if os.geteuid() != 0:
        say(Phrase("gateway: as root, it would also say which programs listen"), err=True)


def drafted(configuration: Configuration) -> list[str]:
    """The section's lines."""
    from gateway.app.port_wiring import inventory_of
    from gateway.reports.port_draft import draft_lines

    look = inventory_of(configuration).look()
    return draft_lines(look, list(_used(configuration)), dict(_neighbours(configuration)))


def _used(configuration: Configuration) -> Iterator[UsedPort]:
    """Where the links' serial devices are plugged in."""
    from gateway.config.links.ends import SerialEnd
    from gateway.ports.inventory.serial_ports import port_of_device
    from gateway.reports.port_draft import UsedPort

    for name, link in configuration.links.items():
        port = port_of_device(configuration.ports_policy.root, link.device) if isinstance(link, SerialEnd) else None
        if port is not None:
            yield UsedPort(port, f"link {name}")


def _neighbours(configuration: Configuration) -> Iterator[tuple[PortId, str]]:
    """The doors at which links knock, and by which link."""
    from gateway.config.links.ends import TcpEnd
    from gateway.core.ports import PortId, PortKind

    for name, link in configuration.links.items():
        if isinstance(link, TcpEnd):
            host = f"[{link.host}]" if ":" in link.host else link.host
            yield PortId(PortKind.DOOR, f"{host}:{link.port}"), name
