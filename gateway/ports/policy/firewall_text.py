"""The plan as a table of nftables: pure.

One table of our own, made anew in one transaction of the kernel; whatever else the box filters stays as it is, and can
only close more. Doors in use are let through by number and source before anything is asked of the kernel's list of
connections, so that a full list locks nobody out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from gateway.ports.policy.plan import ClosingPlan, ListenerDoor

TABLE = "station_gateway"
FIRST_EPHEMERAL = 32768
"""Numbers from here on are also given to connections that the box opens itself: answers to those come first."""


def firewall_text(plan: ClosingPlan) -> str:
    """What `nft -f` puts in the place of the table that is there."""
    verdict = "drop" if plan.closes_undeclared else "accept"
    arriving = ["type filter hook input priority filter; policy " + verdict + ";", *_arriving(plan)]
    chains = [_chain("arriving", arriving)]
    closed = _names(plan.closed_interfaces)
    if closed:
        begin = "type filter hook {} priority filter; policy accept;"
        chains += [
            _chain("passing", [begin.format("forward"), f"iifname {closed} drop", f"oifname {closed} drop"]),
            _chain("leaving", [begin.format("output"), f"oifname {closed} drop"]),
        ]
    return removal_text() + f"table inet {TABLE} {{\n" + "\n".join(chains) + "}\n"


def removal_text() -> str:
    """What `nft -f` takes the table away by, whether or not there is one."""
    return f"add table inet {TABLE}\ndelete table inet {TABLE}\n"


def _arriving(plan: ClosingPlan) -> Iterator[str]:
    yield 'iif "lo" accept'
    closed = _names(plan.closed_interfaces)
    if closed:
        yield f"iifname {closed} drop"
    tcp = [door for door in plan.open_doors if door.protocol == "tcp"]
    for door in tcp:
        if door.number < FIRST_EPHEMERAL:
            yield from _open(door)
    low = [door for door in plan.closed_doors if door.protocol == "tcp" and door.number < FIRST_EPHEMERAL]
    yield from _closed("tcp", low)
    yield "ct direction reply ct state established,related accept"
    yield "ct state related accept"
    yield "meta l4proto { icmp, ipv6-icmp } accept"
    yield "ip6 saddr fe80::/10 udp dport 546 accept"  # answers to a question for an address, which went to everybody
    yield "udp sport 67 udp dport 68 accept"
    for door in plan.open_doors:
        if door not in tcp or door.number >= FIRST_EPHEMERAL:
            yield from _open(door)
    for protocol in ("tcp", "udp"):
        yield from _closed(protocol, [door for door in plan.closed_doors if door.protocol == protocol])


def _open(door: ListenerDoor) -> Iterator[str]:
    """One that is open to some networks only is closed to all others, whatever is thought of what is undeclared."""
    rule = f"{door.protocol} dport {door.number}"
    if not door.sources:
        yield f"{rule} accept"
        return
    for family, version in (("ip", 4), ("ip6", 6)):
        networks = [source for source in door.sources if ip_network(source).version == version]
        if networks:
            yield f"{family} saddr {_set(networks)} {rule} accept"
    yield f"{rule} drop"


def _closed(protocol: str, doors: Iterable[ListenerDoor]) -> Iterator[str]:
    numbers = [str(door.number) for door in doors]
    if numbers:
        yield f"{protocol} dport {_set(numbers)} drop"


def _names(interfaces: Iterable[str]) -> str:
    quoted = [f'"{name}"' for name in interfaces]
    return _set(quoted) if quoted else ""


def _set(members: Iterable[str]) -> str:
    return "{ " + ", ".join(members) + " }"


def _chain(name: str, rules: Iterable[str]) -> str:
    return f"\tchain {name} {{\n" + "".join(f"\t\t{rule}\n" for rule in rules) + "\t}\n"
