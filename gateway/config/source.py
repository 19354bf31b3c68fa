"""What a configuration was made from, kept so that a change of it can be told: the file's hash, and what it says.

It goes into the journal, which inspectors read: of what may be a secret, or have one in it, only the rest is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.core.journal_entry import canonical, sayable

_PASSWORD = re.compile(r"(://[^/@\s:]*):[^/\s]*@")
_BEHIND_ORIGIN = re.compile(r"(://[^/?#\s]+)[/?#].+")
_NAMED_SECRET = re.compile(r"(?i)((?:pass|token|secret|key|auth|pwd)[\w-]*\s*[=:]\s*|bearer\s+)\S.*")
_TAKES_SECRET = re.compile(r"(?i)-{1,2}[\w-]*(?:pass|token|secret|key|auth|pwd)[\w-]*|-p")
_LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class ConfigurationSource:
    """`sha256`: of the file's bytes, in hexadecimal. `content`: its sections as JSON; of secrets the references."""

    sha256: str
    content: str


def source_of(sha256: str, content: object) -> ConfigurationSource:
    """Of a file that is valid: then every secret that has a key of its own is a reference. What may hold one all the
    same is left out: a password in an address, what stands behind the host of a webhook (a chat room's address is its
    key), what a command of alerts is given as a secret."""
    return ConfigurationSource(sha256, canonical(sayable(_masked(content))))


def _masked(content: object) -> object:
    if isinstance(content, str):
        return _PASSWORD.sub(rf"\1:{_LEFT_OUT}@", content)
    if isinstance(content, dict):
        return {key: _masked_of(key, value) for key, value in content.items()}
    return [_masked(one) for one in content] if isinstance(content, list) else content


def _masked_of(key: object, value: object) -> object:
    masked = _masked(value)
    if key == "webhook" and isinstance(masked, str):
        return _BEHIND_ORIGIN.sub(rf"\1/{_LEFT_OUT}", masked)
    if key == "command" and isinstance(masked, list):
        return [_argument(one, before) for one, before in zip(masked, [None, *masked], strict=False)]
    return masked


def _argument(one: object, before: object) -> object:
    """Of a command. `before`: the argument before it."""
    if not isinstance(one, str):
        return one
    if isinstance(before, str) and _TAKES_SECRET.fullmatch(before):
        return _LEFT_OUT
    return _BEHIND_ORIGIN.sub(rf"\1/{_LEFT_OUT}", _NAMED_SECRET.sub(rf"\1{_LEFT_OUT}", one))
