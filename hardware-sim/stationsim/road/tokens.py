"""The tokens that a log-in gives: JWT (RFC 7519), signed with a secret that lives as long as the server."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any


class Tokens:
    """Ends with the server: after a restart nobody is logged in any more."""

    def __init__(self, life_ms: int) -> None:
        self._life_ms = life_ms
        self._secret = secrets.token_bytes(32)

    @property
    def life_s(self) -> float:
        return self._life_ms / 1000

    def give(self, user: str, now_ms: int) -> str:
        payload = {
            "sub": user,
            "iat": now_ms // 1000,
            "exp": (now_ms + self._life_ms) / 1000,
            "jti": secrets.token_hex(8),
        }
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(payload)}"
        return f"{signed}.{self._mac(signed)}"

    def admits(self, token: str, now_ms: int) -> bool:
        signed, _, mac = token.rpartition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(signed).encode()):
            return False
        payload = signed.partition(".")[2]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return bool(now_ms < claims["exp"] * 1000)

    def _mac(self, signed: str) -> str:
        return _base64url(hmac.digest(self._secret, signed.encode(), hashlib.sha256))


def _part(content: dict[str, Any]) -> str:
    return _base64url(json.dumps(content, separators=(",", ":")).encode())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
