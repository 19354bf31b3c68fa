"""What is known of a road administration's server: where it is, how it proves itself, and how it wants to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.url_parts import host_in_url
from gateway.uplinks.tls import SeenUntil
from gateway.uplinks.tls_client import TlsClient


@dataclass(frozen=True, slots=True)
class RoadProfile:
    """Paths begin with `/`. `token`, `expires`, `orders` and `results` are JSON pointers (RFC 6901): where in an answer
    the token and its seconds lie, where in a request the list goes, where in an answer the results are."""

    login_path: str = "/api/login"
    login_body: Mapping[str, str] = field(default_factory=lambda: {"username": "{user}", "password": "{password}"})
    token: str = "/data/token"  # noqa: S105 # where it lies
    expires: str = "/data/expires_in"
    submit_path: str = "/api/orders"
    orders: str = "/orders"
    results: str = "/results"
    result_id: str = "id"
    result_code: str = "code"
    accepted: tuple[int, ...] = (0,)
    authorization: str = "Bearer {token}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoadServer:
    """`base`: what stands before the profile's paths. `password` reveals it; raises `DestinationRejected`.

    `source`: the address of this machine that connections come from; `None`: the system picks.
    """

    host: str
    port: int
    base: str
    user: str
    password: Callable[[], str]
    profile: RoadProfile
    timeout_s: float
    source: str | None = None
    ca: Path | None = None
    pins: tuple[str, ...] = ()
    client: TlsClient | None = None
    seen_until: SeenUntil | None = None

    def __str__(self) -> str:
        """For messages."""
        return f"https://{host_in_url(self.host)}:{self.port}"
