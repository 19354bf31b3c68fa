"""What sits on the board: serial ports, wired and wireless network, screens' outputs, the card, sensors, memory."""

from stationsim.box.tree import Tree

_SOC = "sys/devices/platform/soc"
_CARD = "sys/devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa"
_NET = {
    "eth0": "sys/devices/platform/scb/fd580000.ethernet",
    "eth1": f"{_SOC}/fe204000.spi/spi_master/spi0/spi0.0",
    "wlan0": f"{_SOC}/fe300000.mmcnr/mmc_host/mmc1/mmc1:0001/mmc1:0001:1",
}
_MAC = {"eth0": "dc:a6:32:01:02:03", "eth1": "dc:a6:32:0a:0b:0c", "wlan0": "dc:a6:32:01:02:04"}
_BLUETOOTH = f"{_SOC}/fe201000.serial/serial0/serial0-0/bluetooth/hci0"
_GPU = "sys/devices/platform/gpu/drm/card1"
_VOLTAGE = f"{_SOC}/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1"
_THERMAL = "sys/devices/virtual/thermal/thermal_zone0"
RADIOS = {"wlan0": ("rfkill0", "wlan", "phy0"), "hci0": ("rfkill1", "bluetooth", "hci0")}
WIRED = ("eth0", "eth1")
OUTPUTS = ("HDMI-A-1", "HDMI-A-2")


class Board:
    """`eth0` has a link, `eth1` has none; both radios may send; no screen is there."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._serial_ports()
        for n, name in enumerate(("lo", "eth0", "eth1", "wlan0"), start=1):
            self._interface(name, n)
        self.link("eth0", True)
        self.link("eth1", False)
        self._radios()
        self._outputs()
        self._card()
        self.temperature(48.3)
        self.low_voltage(False)
        self.memory(3_794_000, 3_100_000)

    def link(self, name: str, has_link: bool) -> None:
        """A cable in or out. Raises ValueError: no such interface."""
        folder = self._known(f"sys/class/net/{name}", f"net:{name}")
        for attribute, value in _LINKED[has_link].items():
            self._tree.write(f"{folder}/{attribute}", value)

    def radio(self, name: str, may_send: bool) -> None:
        """As `rfkill` does it. Raises ValueError: no such radio."""
        if name not in RADIOS:
            raise ValueError(f"there is no radio:{name}")
        folder = f"sys/class/rfkill/{RADIOS[name][0]}"
        self._tree.write(f"{folder}/soft", "0" if may_send else "1")
        self._tree.write(f"{folder}/state", "1" if may_send else "0")

    def screen(self, name: str, is_connected: bool) -> None:
        """Raises ValueError: no such output."""
        folder = self._known(f"sys/class/drm/card1-{name}", f"display:{name}")
        self._tree.write(f"{folder}/status", "connected" if is_connected else "disconnected")
        self._tree.write(f"{folder}/enabled", "enabled" if is_connected else "disabled")
        self._tree.write(f"{folder}/modes", "1920x1080\n1280x720" if is_connected else "")

    def temperature(self, celsius: float) -> None:
        self._tree.attributes(_THERMAL, {"type": "cpu-thermal", "temp": str(round(celsius * 1000)), "mode": "enabled"})
        self._tree.link("sys/class/thermal/thermal_zone0", _THERMAL)

    def low_voltage(self, is_low: bool) -> None:
        """As the firmware tells it: `rpi_volt` of hwmon, and the word of the firmware where older kernels show it."""
        self._tree.attributes(_VOLTAGE, {"name": "rpi_volt", "in0_lcrit_alarm": "1" if is_low else "0"})
        self._tree.link("sys/class/hwmon/hwmon1", _VOLTAGE)
        self._tree.write(f"{_SOC}/soc:firmware/get_throttled", "50005" if is_low else "0")

    def memory(self, total_kb: int, available_kb: int) -> None:
        lines = {"MemTotal": total_kb, "MemFree": available_kb // 2, "MemAvailable": available_kb,
                 "Buffers": 40_000, "Cached": available_kb // 3, "SwapTotal": 0, "SwapFree": 0}  # fmt: skip
        self._tree.write("proc/meminfo", "".join(f"{name + ':':<15} {kb:>9} kB\n" for name, kb in lines.items()))

    def card_wear(self, life_time: str, pre_end_of_life: str) -> None:
        """As an eMMC tells it, such as `0x0a 0x01` and `0x03`; a plain card of this board has no such files."""
        self._tree.write(f"{_CARD}/life_time", life_time)
        self._tree.write(f"{_CARD}/pre_eol_info", pre_end_of_life)
        self._tree.write(f"{_CARD}/type", "MMC")

    def serial_port_opened(self, name: str, is_open: bool) -> None:
        """Data terminal ready by the driver's table: a program holds the port open."""
        rows = {
            "ttyAMA0": ("ttyAMA", "PL011 rev3 mmio:0xFE201000 irq:29"),
            "ttyS0": ("serial", "16550 mmio:0xFE215040 irq:27"),
        }
        if name not in rows:
            raise ValueError(f"there is no serial:{name}")
        file, uart = rows[name]
        signals = " RTS|CTS|DTR" if is_open else ""
        self._tree.write(f"proc/tty/driver/{file}", f"serinfo:1.0 driver revision:\n0: uart:{uart} tx:0 rx:0{signals}")

    def _known(self, path: str, port: str) -> str:
        if not self._tree.exists(path):
            raise ValueError(f"there is no {port}")
        return path

    def _serial_ports(self) -> None:
        # On a Pi 4 the first is Bluetooth's unless an overlay gives it back; ttyS0 is on the header.
        for name, folder, kind, driver in (
            ("ttyAMA0", f"{_SOC}/fe201000.serial", "32", "uart-pl011"),
            ("ttyS0", f"{_SOC}/fe215040.serial", "2", "bcm2835-aux-uart"),
        ):
            tty = f"{folder}/tty/{name}"
            numbers = "204:64" if name == "ttyAMA0" else "4:64"
            major, _, minor = numbers.partition(":")
            self._tree.attributes(
                tty, {"type": kind, "line": "0", "port": "0x0", "irq": "29", "dev": numbers, "uartclk": "48000000",
                      "console": "N", "uevent": f"MAJOR={major}\nMINOR={minor}\nDEVNAME={name}"}
            )  # fmt: skip
            self._tree.folder(f"sys/bus/platform/drivers/{driver}")
            self._tree.write(f"{folder}/uevent", f"DRIVER={driver}\nOF_FULLNAME=/soc/{folder.rpartition('/')[2]}")
            self._tree.link(f"{folder}/driver", f"sys/bus/platform/drivers/{driver}")
            self._tree.link(f"{tty}/device", folder)
            self._tree.link(f"{tty}/subsystem", "sys/class/tty")
            self._tree.link(f"sys/class/tty/{name}", tty)
            self._tree.write(f"dev/{name}", "")
            self.serial_port_opened(name, False)
        for name, text in (
            ("tty1", "MAJOR=4\nMINOR=1\nDEVNAME=tty1"),
            ("console", "MAJOR=5\nMINOR=1\nDEVNAME=console"),
        ):
            self._tree.attributes(f"sys/devices/virtual/tty/{name}", {"uevent": text})
            self._tree.link(f"sys/class/tty/{name}", f"sys/devices/virtual/tty/{name}")
        self._tree.write("sys/devices/virtual/tty/console/active", "tty1")
        self._tree.write("proc/consoles", "tty1                 -WU (EC  p  )    4:1")

    def _interface(self, name: str, index: int) -> None:
        device = _NET.get(name)
        folder = f"{device}/net/{name}" if device else f"sys/devices/virtual/net/{name}"
        kind = "DEVTYPE=wlan\n" if name == "wlan0" else ""
        self._tree.attributes(
            folder,
            {"address": _MAC.get(name, "00:00:00:00:00:00"), "type": "772" if name == "lo" else "1", "mtu": "1500",
             "operstate": "unknown" if name == "lo" else "down", "carrier": "1" if name == "lo" else "0",
             "flags": "0x9" if name == "lo" else "0x1003", "ifindex": str(index), "iflink": str(index),
             "addr_assign_type": "0", "uevent": f"{kind}INTERFACE={name}\nIFINDEX={index}"},
        )  # fmt: skip
        self._tree.link(f"{folder}/subsystem", "sys/class/net")
        if device:
            self._tree.write(f"{device}/uevent", f"OF_FULLNAME=/{device.rpartition('/')[2]}")
            self._tree.link(f"{folder}/device", device)
        self._tree.link(f"sys/class/net/{name}", folder)

    def _radios(self) -> None:
        wifi = f"{_NET['wlan0']}/ieee80211/phy0"
        self._tree.attributes(wifi, {"index": "0", "macaddress": _MAC["wlan0"], "name": "phy0"})
        self._tree.folder(f"{_NET['wlan0']}/net/wlan0/wireless")
        self._tree.link(f"{_NET['wlan0']}/net/wlan0/phy80211", wifi)
        self._tree.link("sys/class/ieee80211/phy0", wifi)
        self._tree.attributes(_BLUETOOTH, {"uevent": "DEVTYPE=host"})
        self._tree.link("sys/class/bluetooth/hci0", _BLUETOOTH)
        for name, (switch, kind, owner) in RADIOS.items():
            parent = wifi if name == "wlan0" else _BLUETOOTH
            folder = f"{parent}/{switch}"
            self._tree.attributes(
                folder, {"type": kind, "name": owner, "index": switch[-1], "hard": "0", "persistent": "0"}
            )
            self._tree.link(f"{folder}/device", parent)
            self._tree.link(f"sys/class/rfkill/{switch}", folder)
            self.radio(name, True)

    def _outputs(self) -> None:
        self._tree.attributes(_GPU, {"uevent": "MAJOR=226\nMINOR=1\nDEVNAME=dri/card1\nDEVTYPE=drm_minor"})
        self._tree.link("sys/class/drm/card1", _GPU)
        for number, name in enumerate(OUTPUTS):
            folder = f"{_GPU}/card1-{name}"
            self._tree.attributes(folder, {"dpms": "On", "connector_id": str(32 + number), "edid": ""})
            self._tree.link(f"{folder}/device", _GPU)
            self._tree.link(f"sys/class/drm/card1-{name}", folder)
            self.screen(name, False)

    def _card(self) -> None:
        self._tree.attributes(
            _CARD, {"name": "SD32G", "type": "SD", "manfid": "0x000003", "oemid": "0x5344", "serial": "0x1a2b3c4d",
                    "date": "03/2025", "cid": "035344534433324780001a2b3c4d0193",
                    "uevent": "DRIVER=mmcblk\nMMC_TYPE=SD"}
        )  # fmt: skip
        disk = f"{_CARD}/block/mmcblk0"
        self._tree.attributes(
            disk, {"size": "62333952", "removable": "0", "ro": "0", "dev": "179:0",
                   "uevent": "MAJOR=179\nMINOR=0\nDEVNAME=mmcblk0\nDEVTYPE=disk"}
        )  # fmt: skip
        self._tree.link(f"{disk}/device", _CARD)
        self._tree.link("sys/class/block/mmcblk0", disk)
        self._tree.link("sys/block/mmcblk0", disk)
        self._tree.write("dev/mmcblk0", "")
        for number, size in ((1, "1048576"), (2, "61276160")):
            name = f"mmcblk0p{number}"
            self._tree.attributes(
                f"{disk}/{name}", {"partition": str(number), "size": size, "ro": "0", "dev": f"179:{number}",
                                   "uevent": f"MAJOR=179\nMINOR={number}\nDEVNAME={name}\nDEVTYPE=partition"}
            )  # fmt: skip
            self._tree.link(f"sys/class/block/{name}", f"{disk}/{name}")
            self._tree.write(f"dev/{name}", "")
        loop = "sys/devices/virtual/block/loop0"
        self._tree.attributes(
            loop, {"size": "0", "removable": "0", "uevent": "MAJOR=7\nMINOR=0\nDEVNAME=loop0\nDEVTYPE=disk"}
        )
        self._tree.link("sys/class/block/loop0", loop)
        self._tree.link("sys/block/loop0", loop)
        self._tree.write("sys/firmware/devicetree/base/model", "Raspberry Pi 4 Model B Rev 1.5\0")
        self._tree.point("proc/device-tree", "../sys/firmware/devicetree/base")


_LINKED = {
    True: {"carrier": "1", "operstate": "up", "speed": "1000", "duplex": "full"},
    False: {"carrier": "0", "operstate": "down", "speed": "-1", "duplex": "unknown"},
}
"""What an interface shows with and without a cable."""
