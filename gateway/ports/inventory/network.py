"""Wired network interfaces, `net:eth1`, and radios, `radio:wlan0` and `radio:hci0`."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import link_name, names_in, names_told, phrases, read_number, read_text

_INTERFACES = "sys/class/net"
_ADAPTERS = "sys/class/bluetooth"
_SWITCHES = "sys/class/rfkill"
_LOOPBACK = 772
"""`type`: ARPHRD_LOOPBACK (linux/if_arp.h)."""
_IS_UP = 1
"""`flags`: IFF_UP."""
_LINKED = {"up": True, "down": False, "lowerlayerdown": False, "notpresent": False}
_ADAPTER = re.compile(r"hci[0-9]+", re.ASCII)
_OF_A_RADIO = re.compile(r"(phy|hci)[0-9]+", re.ASCII)


def interfaces(root: Path) -> list[FoundPort]:
    """Every interface that leads out of the box by wire, or through a tunnel. Not those that only lead on to others
    that are listed: bridges, bonds, VLANs, the ends of containers.

    Raises:
        OSError: nobody can tell.
    """
    folder = root / _INTERFACES
    names = [name for name in names_in(folder) if (folder / name).is_dir()]
    return [_interface(folder / name) for name in names if not _is_radio(folder / name) and _leads_out(folder / name)]


def radios(root: Path) -> list[FoundPort]:
    """Every one that the kernel knows, switched off or not.

    Raises:
        OSError: nobody can tell.
    """
    folder, switches = root / _INTERFACES, _blocked_by(root)
    found = []
    for name in names_in(folder):
        if _is_radio(folder / name):
            chip = link_name(folder / name / "phy80211") or read_text(folder / name / "phy80211" / "name") or name
            found.append(_radio(name, switches.get(chip, switches.get("wlan")), is_up=_is_up(folder / name)))
    adapters = [name for name in names_in(root / _ADAPTERS) if _ADAPTER.fullmatch(name)]
    return found + [_radio(name, switches.get(name, switches.get("bluetooth")), is_up=True) for name in adapters]


def _is_radio(interface: Path) -> bool:
    return (interface / "phy80211").exists() or (interface / "wireless").exists()


def _leads_out(interface: Path) -> bool:
    if read_number(interface / "type") == _LOOPBACK or interface.name == "lo":
        return False
    if (interface / "device").exists():
        return True
    beneath = any(name.startswith("lower_") or name in ("bridge", "bonding") for name in names_told(interface))
    return not beneath and not (interface / "brport").exists() and _is_up(interface)


def _is_up(interface: Path) -> bool:
    return bool((read_number(interface / "flags", 16) or 0) & _IS_UP)


def _interface(interface: Path) -> FoundPort:
    """`carrier` tells only while the interface is up; while it is down there is no link."""
    carrier = read_text(interface / "carrier")
    state = read_text(interface / "operstate")
    linked = {"0": False, "1": True}.get(carrier or "", _LINKED.get(state or ""))
    speed = read_number(interface / "speed") if linked else None
    detail = phrases(
        (
            f"{speed} Mbit/s" if speed is not None and speed > 0 else None,
            read_text(interface / "address") if (interface / "device").exists() else Phrase("no hardware"),
            link_name(interface / "device" / "driver"),
        )
    )
    return FoundPort(PortId(PortKind.NET, interface.name), linked, None, detail)


def _radio(name: str, blocked: str | None, *, is_up: bool) -> FoundPort:
    """What blocks it: words; empty: nothing does; `None`: nothing can, so that it sends while it is up."""
    port = PortId(PortKind.RADIO, name)
    if blocked:
        return FoundPort(port, is_occupied=False, detail=blocked)
    may_send = is_up or blocked is not None
    return FoundPort(
        port,
        may_send,
        None,
        "" if is_up else Phrase("down, and nothing blocks it") if may_send else Phrase("it is down"),
    )


def _blocked_by(root: Path) -> dict[str, str]:
    """A radio's name, or a kind of radio → what blocks it; empty: nothing does. A switch of the board blocks a kind."""
    blocked: dict[str, str] = {}
    for switch in names_told(root / _SWITCHES):
        folder = root / _SWITCHES / switch
        name, kind = read_text(folder / "name"), read_text(folder / "type")
        words = phrases(
            (
                Phrase("blocked by a switch") if read_text(folder / "hard") == "1" else None,
                Phrase("blocked by software") if read_text(folder / "soft") == "1" else None,
            )
        )
        key = name if name is not None and _OF_A_RADIO.fullmatch(name) else kind
        if key is not None:
            blocked[key] = blocked.get(key) or words
    return blocked
