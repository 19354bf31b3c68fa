"""The programs of the box and the doors at which they listen, as procfs shows them."""

import ipaddress
import struct
from dataclasses import dataclass

from stationsim.box.tree import Tree

_TCP_LISTENS, _UDP_UNCONNECTED = "0A", "07"
_TCP_HEAD = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
    "                                                     "
)
_UDP_HEAD = (
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer"
    " drops"
)
_PROTOCOLS = ("tcp", "tcp6", "udp", "udp6")


@dataclass(frozen=True, slots=True)
class Listener:
    """One socket of a program. `unit`: the systemd unit it belongs to; empty: started by hand in a session."""

    protocol: str
    address: str
    number: int
    program: str
    user_id: int = 0
    unit: str = ""

    @property
    def table(self) -> str:
        return f"{self.protocol}6" if ":" in self.address else self.protocol


class Programs:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._listeners: dict[int, Listener] = {}
        self._next = 700
        self._program(1, "systemd", 0, "init.scope")
        tree.point("proc/self", "1")
        tree.point("proc/net", "self/net")
        self._write_tables()
        for address in ("0.0.0.0", "::"):  # noqa: S104 — of the simulated box, not ours
            self.listen(Listener("tcp", address, 22, "sshd", unit="ssh.service"))
        self.listen(Listener("udp", "127.0.0.1", 323, "chronyd", 102, "chrony.service"))

    def listen(self, listener: Listener) -> None:
        """The program comes with it."""
        self._next += 1
        process = self._next
        self._program(process, listener.program, listener.user_id, listener.unit)
        self._tree.point(f"proc/{process}/fd/3", f"socket:[{_inode(process)}]")
        self._listeners[process] = listener
        self._write_tables()

    def stop(self, protocol: str, number: int) -> None:
        """Whoever listens there ends, at every address."""
        gone = [it for it, what in self._listeners.items() if (what.protocol, what.number) == (protocol, number)]
        for process in gone:
            del self._listeners[process]
        self._write_tables()
        for process in gone:
            self._tree.remove(f"proc/{process}")

    def _program(self, process: int, name: str, user_id: int, unit: str) -> None:
        if unit:
            group = unit if unit == "init.scope" else f"system.slice/{unit}"
        else:
            group = f"user.slice/user-{user_id}.slice/session-3.scope"
        folder, shown = f"proc/{process}", name[:15]
        ids = "\t".join([str(user_id)] * 4)
        self._tree.attributes(
            folder,
            {"comm": shown, "cmdline": f"/usr/sbin/{name}\0", "cgroup": f"0::/{group}",
             "status": f"Name:\t{shown}\nState:\tS (sleeping)\nPid:\t{process}\nPPid:\t1\nUid:\t{ids}\nGid:\t{ids}",
             "stat": f"{process} ({shown}) S 1 {process} {process} 0 -1 4194560 " + "0 " * 12 + "70 0 0"},
        )  # fmt: skip
        self._tree.folder(f"{folder}/fd")
        self._tree.point(f"{folder}/exe", f"/usr/sbin/{name}")

    def _write_tables(self) -> None:
        for protocol in _PROTOCOLS:
            rows = [(it, what) for it, what in self._listeners.items() if what.table == protocol]
            head = _TCP_HEAD if protocol.startswith("tcp") else _UDP_HEAD
            lines = [head, *(_row(n, process, listener) for n, (process, listener) in enumerate(rows))]
            self._tree.write(f"proc/1/net/{protocol}", "\n".join(lines))


def _row(n: int, process: int, listener: Listener) -> str:
    state = _TCP_LISTENS if listener.protocol == "tcp" else _UDP_UNCONNECTED
    anyone = "0" * (32 if ":" in listener.address else 8)
    return (
        f"{n:>4}: {_address(listener.address)}:{listener.number:04X} {anyone}:0000 {state} 00000000:00000000"
        f" 00:00000000 00000000 {listener.user_id:>5}        0 {_inode(process)} 1 0000000000000000 100 0 0 10 0"
    )


def _address(text: str) -> str:
    """As the kernel of a little-endian machine prints it: each four bytes the other way round."""
    packed = ipaddress.ip_address(text).packed
    return "".join(f"{word:08X}" for word in struct.unpack(f"<{len(packed) // 4}I", packed))


def _inode(process: int) -> int:
    return 10_000 + process
