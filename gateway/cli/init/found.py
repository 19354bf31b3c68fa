"""What is found around the box, to be offered as an answer: by the code of `gateway scan`, `gateway clock`, `gateway
check --online` and `gateway ports draft`. Only looks; what is not found costs nothing but the time to look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.init.found_addresses import DeviceAddresses, found_addresses
from gateway.cli.init.found_instruments import found_units, found_values
from gateway.cli.init.found_profiles import ProfileTrials
from gateway.cli.init.heard import found_checksum, found_lines, found_measurements
from gateway.cli.init.offers import FoundAround, Offer
from gateway.cli.speech import said, words_of
from gateway.config.interview.content import value_at
from gateway.config.interview.destinations import PIN
from gateway.config.interview.question import Find, InitQuestion
from gateway.core.errors import GatewayError

if TYPE_CHECKING:
    from gateway.config.clock import TimeServer
    from gateway.core.interfaces import Clock
    from gateway.texts import Texts

_BY_ID = Path("/dev/serial/by-id")


@dataclass(frozen=True, slots=True)
class AroundTheBox:
    """Looks for what a question has use for. `file`: where the configuration is to be. `tell`: what is said
    while it is looked for."""

    file: Path
    clock: Clock
    texts: Texts
    tell: Callable[[str], None]
    addresses: DeviceAddresses

    def found(self, question: InitQuestion, content: dict[str, Any]) -> FoundAround:
        """For this question, as far as the configuration has come."""
        look = self._looks.get(question.find) if question.find is not None else None
        try:
            return FoundAround() if look is None else look(question, content)
        except GatewayError as error:
            return FoundAround((self.texts("init.said.not_found", error=words_of(error)),))

    def _profiles(self, question: InitQuestion, content: dict[str, Any]) -> FoundAround:
        return ProfileTrials(self.file, self.clock, self.texts, self.tell, self.addresses).found(question, content)

    @property
    def _looks(self) -> dict[Find, Callable[[InitQuestion, dict[str, Any]], FoundAround]]:
        return {
            Find.SERIAL_PORTS: lambda *_: self._serial_ports(),
            Find.TIME_SERVERS: self._time_servers,
            Find.UNITS: lambda question, content: found_units(question, content, self.clock, self.texts),
            Find.ADDRESSES: lambda question, content: found_addresses(question, content, self.addresses, self.texts),
            Find.PROFILES: self._profiles,
            Find.VALUES: lambda question, content: found_values(question, content, self.clock),
            Find.LINES: lambda question, content: found_lines(question, content, self.clock, self.texts),
            Find.CHECKSUM: lambda question, content: found_checksum(question, content, self.clock),
            Find.MEASUREMENTS: lambda question, content: found_measurements(question, content, self.clock, self.texts),
            Find.HOST_KEY: self._host_key,
            Find.CERTIFICATE: self._certificate,
        }

    def _serial_ports(self) -> FoundAround:
        ports = tuple(_serial_ports())
        return FoundAround((), ports) if ports else FoundAround((self.texts("init.found.no_serial_port"),))

    def _time_servers(self, question: InitQuestion, _: dict[str, Any]) -> FoundAround:
        return FoundAround(tuple(self.time_server_lines(question.default)))

    def time_server_lines(self, written: object) -> list[str]:
        """Which of these answer. `written`: as the configuration has them."""
        from pydantic import TypeAdapter

        from gateway.clock.ntp import TimeServers
        from gateway.config.clock import Server

        servers: tuple[TimeServer, ...] = TypeAdapter(tuple[Server, ...]).validate_python(written or ())
        names = [str(one) for one in servers]
        asked = TimeServers(self.clock).ask([(str(one), one.host, one.port) for one in servers])
        lines = []
        for name in names:
            one = asked.get(name)
            answer = None if one is None else one.answer
            if answer is not None:
                lines.append(self.texts("init.found.time_server", name=name, offset=f"{answer.offset_ms / 1000:+.3f}"))
            elif one is not None and one.detail:
                lines.append(self.texts("init.found.no_time_server", name=name, why=said(one.detail)))
            else:
                lines.append(self.texts("init.found.silent_time_server", name=name))
        if all(asked[name].answer is None for name in names if name in asked):
            lines.append(self.texts("init.found.no_time"))
        return lines

    def _host_key(self, question: InitQuestion, content: dict[str, Any]) -> FoundAround:
        from gateway.config.destinations.url import parse_destination_url
        from gateway.uplinks.sftp.host_key_look import look_at_host_key

        url = parse_destination_url(value_at(content, (*question.location[:-1], "url")))
        shown = look_at_host_key(url.host, url.port, self.clock)
        line = self.texts("init.found.host_key", software=shown.software)
        return FoundAround((line,), (Offer(shown.fingerprint, shown.kind),))

    def _certificate(self, question: InitQuestion, content: dict[str, Any]) -> FoundAround:
        from gateway.config.destinations.url import parse_destination_url
        from gateway.uplinks.tls_look import is_vouched_for, look_at_certificate

        url = parse_destination_url(value_at(content, (*question.location[:-1], "url")))
        shown = look_at_certificate(url, self.clock)
        if shown is None:
            return FoundAround((self.texts("init.found.no_certificate", host=url.host, port=url.port),))
        ends = "?" if shown.ends is None else f"{shown.ends:%Y-%m-%d}"
        line = self.texts(
            "init.found.certificate",
            subject=shown.subject or "?", issuer=shown.issuer or "?", names=", ".join(shown.names) or "?", ends=ends,
        )  # fmt: skip
        if question.key == "certificate":
            return FoundAround((line,), (Offer(shown.fingerprint, self.texts("init.found.compare")),))
        lines = (line, self.texts("init.found.fingerprint", fingerprint=shown.fingerprint))
        if is_vouched_for(url, self.clock) is False:
            return FoundAround((*lines, self.texts("init.found.not_vouched_for")), default=PIN)
        return FoundAround(lines)


def _serial_ports() -> Iterator[Offer]:
    """Adapters by what stays the same when they are plugged in elsewhere, then the board's own."""
    from gateway.ports.inventory.serial_ports import serial_ports

    adapters = sorted(_BY_ID.iterdir()) if _BY_ID.is_dir() else []
    for one in adapters:
        yield Offer(str(one), one.resolve().name)
    try:
        own = serial_ports(Path("/"))
    except OSError:
        return
    for port in own:
        if not port.is_occupied:
            yield Offer(f"/dev/{port.id.place}", "")


def found_ports(configuration_text: str, file: Path) -> list[Any]:
    """A declaration of the ports that are there now, as `gateway ports draft` makes it."""
    from gateway.cli.ports.draft import drafted
    from gateway.config.file.document import parse_document
    from gateway.config.interview.faults import configured

    lines = drafted(configured(configuration_text, file))
    content = parse_document("ports", "\n".join(lines) + "\n").content
    found = content.get("ports") if isinstance(content, dict) else None
    return found if isinstance(found, list) else []
