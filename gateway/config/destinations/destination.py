"""`destinations`: the authorities that get the files, and how each is reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.days import Day
from gateway.config.destinations.backlog import Backlog
from gateway.config.destinations.folder import LAYOUTS, Folder
from gateway.config.destinations.identity import (
    Certificates,
    ClientCertificate,
    HostKeys,
    Legacy,
    check_host_keys,
    check_legacy,
    check_only_trust,
    check_proof_of_ourselves,
    check_shows_certificates,
    check_trusted,
)
from gateway.config.destinations.message import Format, Template
from gateway.config.destinations.mqtt import Mqtt, check_base
from gateway.config.destinations.scheme import Scheme, SchemeTraits, schemes_that
from gateway.config.destinations.transfer import (
    Connections,
    check_connections,
    check_passive,
    check_proof,
    check_publish,
)
from gateway.config.destinations.url import DestinationUrl, Url
from gateway.config.file.form_error import FormError
from gateway.config.orders.profile import OrdersProfile
from gateway.config.reporting import FIVE_MINUTES
from gateway.config.secrets import Secret, SecretFile, SecretReference
from gateway.config.section import AbsolutePath, Flag, Name, Section, Token, Words
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase
from gateway.core.publishing import Proof, Publishing

OMIT = "omit"


class Authority(StrEnum):
    PROVINCE = "province"
    MINISTRY = "ministry"
    ROAD = "road"
    """The road administration (Cục Đường bộ Việt Nam): transport orders, no files."""


class Destination(Section):
    """One authority's server.

    Authentication: SFTP by password or key, against a pinned host key; FTP and FTPS by password, FTPS against `ca`, the
    pinned `certificate` or the system's authorities, and showing `client` where the server asks for it, which may do
    without a password; MQTT by password, under TLS like FTPS. `interval` is the slot's length once loaded, unless
    the file says otherwise. What it lacks from the day `since` on is sent to it out of the records that are kept.
    `symbols` are this authority's own, by the line's symbol; `omit` leaves the line out of its files.
    A road administration's gets orders, as `orders` says, and no files.
    `official_name` is what letters, and reports where people read them, call it; logs and programs have `name`.
    """

    name: Name = Field(description=Phrase("a short name for logs and commands, such as so-tnmt"))
    authority: Authority = Field(description=Phrase("one of {authority}", authority=", ".join(Authority)))
    official_name: Words | None = Field(
        default=None, description=Phrase("the authority's full name, for letters and reports")
    )
    only_if_special: Flag = False
    url: Url = Field(description=Phrase("the server, such as sftp://nuo001@ftp.example.vn/NUO001"))
    key: SecretFile | None = None
    client: ClientCertificate | None = None
    password: SecretReference | None = Field(default=None, validate_default=True)
    host_key: HostKeys | None = Field(default=None, validate_default=True)
    ca: AbsolutePath | None = None
    certificate: Certificates | None = None
    legacy: tuple[Legacy, ...] = ()
    orders: OrdersProfile | None = None
    folder: Folder = LAYOUTS["YYYY/MM/DD"]
    format: Format | None = None
    template: Template | None = None
    symbols: Mapping[Token, Token] = {}
    mqtt: Mqtt | None = None
    interval: Annotated[Duration, AfterValidator(within("10s", "1h"))] | None = None
    since: Day | None = None
    backlog: Backlog = Backlog()
    connections: Connections | None = None
    publish: Publishing = Publishing.RENAME
    proof: Proof = Proof.PRESENT
    passive: Flag = True

    @property
    def interval_length(self) -> timedelta:
        """Time between two files."""
        return FIVE_MINUTES if self.interval is None else self.interval

    @property
    def form(self) -> Format:
        """What it gets: the regulation's file, and where there are messages instead of files, objects."""
        return self.format or (Format.JSON if self.url.scheme.carries_messages else Format.TT10)

    @property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a line's symbol and what stands in its place; the empty text for a line that is left out."""
        return tuple(sorted((own, "" if shown == OMIT else shown) for own, shown in self.symbols.items()))

    @property
    def publication(self) -> Mqtt:
        """The section `mqtt`, or what holds where there is none."""
        return self.mqtt or Mqtt()

    @property
    def takes_orders(self) -> bool:
        """Whether it gets transport orders instead of the station's files."""
        return self.authority is Authority.ROAD

    @property
    def order_profile(self) -> OrdersProfile:
        """The section `orders`, or what holds where there is none."""
        return self.orders or OrdersProfile()

    @property
    def topic_base(self) -> str:
        """What stands for `{base}` in its topics."""
        base = self.publication.base if self.url.scheme.traits.in_web_sockets else self.url.path
        return (base or "").strip("/")

    def client_ids(self, station: str) -> tuple[str, ...]:
        """What it is called at its broker: the live lane, the backlog, and the online status if there is one."""
        live = self.publication.client_id or f"{station}-{self.name}"
        return (live, f"{live}-backlog", *([f"{live}-status"] if self.publication.status else []))

    @property
    def account(self) -> tuple[object, ...]:
        """What is the same for all destinations of one account: they share connections, manners and log-in tries."""
        return self.url.scheme, self.url.host.lower(), self.url.port, self.url.user

    @property
    def most_connections(self) -> int:
        """How many its server is to see at once, both lanes together, and all destinations of the same account."""
        return self.connections or self.url.scheme.traits.usual_connections

    @field_validator("url")
    @classmethod
    def _orders_go_over_https(cls, url: DestinationUrl, siblings: ValidationInfo[Any]) -> DestinationUrl:
        authority = siblings.data.get("authority")
        if authority is not None and (authority is Authority.ROAD) != url.scheme.traits.carries_orders:
            orders = schemes_that(_carries_orders)
            raise FormError(
                Phrase("is {scheme}, over which {authority} gets nothing", scheme=url.scheme, authority=authority),
                Phrase("write https://user@host: transport orders go over {orders}", orders=orders)
                if authority is Authority.ROAD
                else Phrase(
                    "{orders} is for transport orders: write authority: road, or another protocol", orders=orders
                ),
            )
        return url

    @field_validator("orders")
    @classmethod
    def _orders_are_for_the_road(
        cls, orders: OrdersProfile | None, siblings: ValidationInfo[Any]
    ) -> OrdersProfile | None:
        authority = siblings.data.get("authority")
        if orders is not None and authority is not None and authority is not Authority.ROAD:
            raise FormError(
                Phrase("means nothing to {authority}", authority=authority),
                Phrase("remove it: transport orders go to the road administration (authority: road)"),
            )
        return orders

    @field_validator("connections")
    @classmethod
    def _connections_have_a_use(cls, connections: int | None, siblings: ValidationInfo[Any]) -> int | None:
        return check_connections(connections, _scheme(siblings))

    @field_validator("publish")
    @classmethod
    def _files_are_published(cls, publish: Publishing, siblings: ValidationInfo[Any]) -> Publishing:
        return check_publish(publish, _scheme(siblings))

    @field_validator("passive")
    @classmethod
    def _data_connections_are_passive(cls, passive: bool, siblings: ValidationInfo[Any]) -> bool:
        return check_passive(passive, _scheme(siblings))

    @field_validator("folder")
    @classmethod
    def _folders_are_for_files(cls, folder: str, siblings: ValidationInfo[Any]) -> str:
        scheme = _scheme(siblings)
        if scheme is not None and scheme.carries_messages:
            raise FormError(
                Phrase("means nothing to {scheme}", scheme=scheme),
                Phrase("remove it: messages have a topic, see mqtt: {topic: …}"),
            )
        return folder

    @field_validator("template")
    @classmethod
    def _templates_are_for_objects(cls, template: str | None, siblings: ValidationInfo[Any]) -> str | None:
        scheme, chosen = _scheme(siblings), siblings.data.get("format")
        implied = scheme is not None and not scheme.carries_messages and chosen is None
        if template is not None and (chosen is Format.TT10 or implied):
            raise FormError(Phrase("means nothing to tt10"), Phrase("remove it, or write format: json"))
        return template

    @field_validator("mqtt")
    @classmethod
    def _topics_are_for_messages(cls, mqtt: Mqtt | None, siblings: ValidationInfo[Any]) -> Mqtt | None:
        scheme = _scheme(siblings)
        if mqtt is not None and scheme is not None and not scheme.carries_messages:
            raise FormError(
                Phrase("means nothing to {scheme}", scheme=scheme),
                Phrase("remove it: it is for {carries_messages}", carries_messages=schemes_that(_carries_messages)),
            )
        if mqtt is not None and scheme is not None:
            check_base(mqtt, scheme)
        return mqtt

    @field_validator("key", mode="before")
    @classmethod
    def _key_is_for_sftp(cls, key: object, siblings: ValidationInfo[Any]) -> object:
        scheme = _scheme(siblings)
        if key is not None and scheme is not None and not scheme.traits.takes_keys:
            raise FormError(
                Phrase("means nothing to {scheme}", scheme=scheme),
                Phrase("remove it; write password: {file: …} or {env: …}"),
            )
        return key

    @field_validator("client")
    @classmethod
    def _prove_ourselves(
        cls, client: ClientCertificate | None, siblings: ValidationInfo[Any]
    ) -> ClientCertificate | None:
        check_shows_certificates(client, _scheme(siblings), Phrase("for servers that ask for a certificate:"))
        return check_proof_of_ourselves(client, siblings)

    @field_validator("password")
    @classmethod
    def _have_credentials(cls, password: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        scheme = _scheme(siblings)
        # What was refused is not among the siblings: one fault is enough for it.
        others = [siblings.data.get(other, "refused") for other in ("key", "client")]
        if password is None and scheme is not None and others == [None, None]:
            also = Phrase(", or key: {file: …}") if scheme.traits.takes_keys else ""
            raise FormError(Phrase("is missing"), Phrase("add password: {{file: …}} or {{env: …}}{also}", also=also))
        return password

    @field_validator("host_key")
    @classmethod
    def _pin_the_host(cls, keys: tuple[str, ...] | None, siblings: ValidationInfo[Any]) -> tuple[str, ...] | None:
        return check_host_keys(keys, _scheme(siblings))

    @field_validator("ca")
    @classmethod
    def _hold_certificates(cls, ca: Path | None, siblings: ValidationInfo[Any]) -> Path | None:
        check_shows_certificates(ca, _scheme(siblings), Phrase("for the certificates of"))
        return check_trusted(ca, siblings)

    @field_validator("certificate")
    @classmethod
    def _pin_the_certificate(
        cls, pins: tuple[str, ...] | None, siblings: ValidationInfo[Any]
    ) -> tuple[str, ...] | None:
        check_shows_certificates(pins, _scheme(siblings), Phrase("the fingerprint of the certificate of a server of"))
        return check_only_trust(pins, siblings)

    @field_validator("legacy")
    @classmethod
    def _old_servers_speak_ssh(cls, legacy: tuple[Legacy, ...], siblings: ValidationInfo[Any]) -> tuple[Legacy, ...]:
        return check_legacy(legacy, _scheme(siblings))

    @field_validator("proof")
    @classmethod
    def _files_are_proven(cls, proof: Proof, siblings: ValidationInfo[Any]) -> Proof:
        return check_proof(proof, _scheme(siblings))


def _scheme(siblings: ValidationInfo[Any]) -> Scheme | None:
    """The protocol, or `None` if the url was refused: then nothing can be said about what belongs to it."""
    url = siblings.data.get("url")
    return None if url is None else url.scheme


def _carries_orders(traits: SchemeTraits) -> bool:
    return traits.carries_orders


def _carries_messages(traits: SchemeTraits) -> bool:
    return traits.carries_messages
