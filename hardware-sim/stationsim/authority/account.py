"""The one account that a station has at an authority."""

import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    user: str
    password: str = field(repr=False)

    def admits(self, user: str, password: str) -> bool:
        return hmac.compare_digest(f"{user}\0{password}".encode(), f"{self.user}\0{self.password}".encode())
