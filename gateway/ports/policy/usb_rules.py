"""The plan as rules of udev, for whatever is plugged in later: pure."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ports.policy.plan import ClosingPlan

RULES = "run/udev/rules.d/61-station-gateway-ports.rules"
"""Where it is, below the box's root."""
_HUB = 'ATTR{bDeviceClass}=="09"'


def usb_rules(plan: ClosingPlan) -> str:
    """A file for `rules.d`. A device comes unauthorised where the host was told so, and is let in by the rule of its
    socket; the kernel knows its vendor and product by then, and nothing else of it."""
    return "".join(f"{line}\n" for line in _lines(plan))


def _lines(plan: ClosingPlan) -> Iterator[str]:
    yield "# Station Gateway: which USB sockets are in use. Made anew at each start."
    yield 'SUBSYSTEM!="usb", GOTO="station_gateway_ports_end"'
    yield 'ENV{DEVTYPE}!="usb_device", GOTO="station_gateway_ports_end"'
    yield 'ACTION!="add", GOTO="station_gateway_ports_end"'
    if plan.closes_undeclared:
        yield 'KERNEL=="usb[0-9]*", ATTR{authorized_default}="0"'
    else:
        for place in plan.closed_sockets:
            yield f'KERNEL=="{place}|{place}.*", ATTR{{authorized}}="0"'
    for place in _hubs(plan):
        yield f'KERNEL=="{place}", {_HUB}, ATTR{{authorized}}="1"'
    for socket in plan.open_sockets:
        yield from _open(socket.place, socket.device, plan.closes_undeclared)
    yield 'LABEL="station_gateway_ports_end"'


def _hubs(plan: ClosingPlan) -> list[str]:
    """The sockets on the way to those in use, each hub before those behind it."""
    steps = [socket.place.split(".") for socket in plan.open_sockets]
    return sorted({".".join(parts[:count]) for parts in steps for count in range(1, len(parts))})


def _open(place: str, device: str | None, closes_undeclared: bool) -> Iterator[str]:
    if device is None:
        yield f'KERNEL=="{place}", ATTR{{authorized}}="1"'
        return
    vendor, _, product = device.partition(":")
    if not closes_undeclared:  # there it has been let in already
        yield f'KERNEL=="{place}", ATTR{{idVendor}}!="{vendor}", ATTR{{authorized}}="0"'
        yield f'KERNEL=="{place}", ATTR{{idProduct}}!="{product}", ATTR{{authorized}}="0"'
    yield f'KERNEL=="{place}", ATTR{{idVendor}}=="{vendor}", ATTR{{idProduct}}=="{product}", ATTR{{authorized}}="1"'
