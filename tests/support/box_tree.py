"""A folder that looks like a box's `sys`, `proc` and `dev`, file by file: what a Raspberry Pi 4 shows, in small."""

from __future__ import annotations

import os
from pathlib import Path

EDID = bytes.fromhex("00ffffffffffff0010aca340") + bytes(42) + b"\x00\x00\x00\xfc\x00DELL U2412M\n" + bytes(57)
_TABLE = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
_ANY, _ANY6 = "00000000", "0" * 32
LOOPBACK, LOOPBACK6 = "0100007F", "00000000000000000000000001000000"
MAPPED = "0000000000000000FFFF00000100007F"


class BoxTree:
    """Whatever is written lies below `root`; whatever is plugged in may be pulled again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._sockets: dict[str, list[str]] = {table: [] for table in ("tcp", "tcp6", "udp", "udp6")}
        for folder in ("sys/class", "sys/devices", "proc/1/net", "dev", "etc"):
            (root / folder).mkdir(parents=True)
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nlan:x:1000:1000::/home/lan:/bin/sh\n")
        self._write_sockets()

    def write(self, file: str, content: str | bytes) -> Path:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def files(self, folder: str, **contents: str) -> Path:
        """Attributes, each with the line feed that the kernel adds."""
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            self.write(f"{folder}/{name.replace('__', '/')}", content + "\n")
        return self.root / folder

    def link(self, link: str, target: str) -> None:
        path = self.root / link
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.path.relpath(self.root / target, path.parent))

    def usb_bus(self, number: int, sockets: int, connect_type: str = "hotplug") -> str:
        """A root hub with empty sockets. Returns its folder."""
        hub = f"sys/devices/platform/pcie/usb{number}"
        self.files(hub, idVendor="1d6b", idProduct="0002", product="xHCI Host Controller", maxchild=str(sockets))
        self.link(f"sys/bus/usb/devices/usb{number}", hub)
        self._sockets_of(hub, f"usb{number}", f"{number}-0:1.0", sockets, connect_type)
        return hub

    def usb_hub(self, parent: str, place: str, sockets: int) -> str:
        """A hub plugged in at that place. Returns its folder."""
        hub = self.usb_device(parent, place, "2109:3431", product="USB2.0 Hub", interface="09", maxchild=str(sockets))
        self._sockets_of(hub, place, f"{place}:1.0", sockets, "unknown")
        return hub

    def usb_device(self, parent: str, place: str, model: str, *, interface: str = "ff", **attributes: str) -> str:
        """Something plugged in at that place. Returns its folder."""
        device = f"{parent}/{place}"
        vendor, product = model.split(":")
        self.files(device, idVendor=vendor, idProduct=product, **({"authorized": "1"} | attributes))
        self.files(f"{device}/{place}:1.0", bInterfaceClass=interface, bInterfaceProtocol="00")
        self.link(f"sys/bus/usb/devices/{place}", device)
        self.link(f"sys/bus/usb/devices/{place}:1.0", f"{device}/{place}:1.0")
        return device

    def usb_pull(self, place: str) -> None:
        for name in (place, f"{place}:1.0"):
            (self.root / "sys/bus/usb/devices" / name).unlink()

    def interface(self, name: str, *, hardware: bool = True, up: bool = True, carrier: str | None = "1") -> str:
        """`carrier` is no file that says something while the interface is down. Returns its folder."""
        folder = f"sys/class/net/{name}"
        state = "up" if up and carrier == "1" else "down"
        self.files(folder, type="1", flags="0x1003" if up else "0x1002", operstate=state, address="dc:a6:32:00:00:01")
        if carrier is not None and up:
            self.files(folder, carrier=carrier)
        if hardware:
            (self.root / folder / "device").mkdir()
        return folder

    def radio(self, name: str, chip: str, *, up: bool = True) -> None:
        self.interface(name, up=up)
        self.files(f"sys/devices/virtual/ieee80211/{chip}", name=chip)
        self.link(f"sys/class/net/{name}/phy80211", f"sys/devices/virtual/ieee80211/{chip}")

    def switch(self, number: int, name: str, kind: str, *, soft: str = "0", hard: str = "0") -> None:
        self.files(f"sys/class/rfkill/rfkill{number}", name=name, type=kind, soft=soft, hard=hard)

    def listener(self, table: str, number: int, address: str = _ANY, *, uid: int = 0, inode: int = 0) -> None:
        """`table`: tcp, tcp6, udp, udp6; the address as the kernel writes it."""
        address = _ANY6 if table.endswith("6") and address == _ANY else address
        state = "0A" if table.startswith("tcp") else "07"
        self.socket(
            table, f"{address}:{number:04X}", f"{_ANY6 if table.endswith('6') else _ANY}:0000", state, uid, inode
        )

    def socket(self, table: str, here: str, there: str, state: str, uid: int = 0, inode: int = 0) -> None:
        row = (
            f"   0: {here} {there} {state} 00000000:00000000 00:00000000 00000000 {uid:5d}        0 {inode} 1 0 100 0 0"
        )
        self._sockets[table].append(f"{row}\n")
        self._write_sockets()

    def close_all(self) -> None:
        for rows in self._sockets.values():
            rows.clear()
        self._write_sockets()

    def program(self, pid: int, file: str, inodes: list[int], *, unit: str = "", comm: str = "") -> None:
        folder = f"proc/{pid}"
        self.files(folder, comm=comm or Path(file).name, cgroup=f"0::{unit}")
        (self.root / folder / "exe").symlink_to(file)
        (self.root / folder / "fd").mkdir()
        for at, inode in enumerate(inodes):
            (self.root / folder / "fd" / str(at + 3)).symlink_to(f"socket:[{inode}]")

    def _sockets_of(self, hub: str, name: str, interface: str, sockets: int, connect_type: str) -> None:
        for number in range(1, sockets + 1):
            self.files(f"{hub}/{interface}/{name}-port{number}", connect_type=connect_type)
        link = f"sys/bus/usb/devices/{interface}"
        if not (self.root / link).exists():
            self.link(link, f"{hub}/{interface}")

    def _write_sockets(self) -> None:
        for table, rows in self._sockets.items():
            self.write(f"proc/1/net/{table}", _TABLE + "".join(rows))
