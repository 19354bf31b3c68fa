"""What a configuration was made from, kept so that a change of it can be told: the file's hash, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.core.journal_entry import canonical, sayable

_PASSWORD = re.compile(r"(://[^/@\s:]*):[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class ConfigurationSource:
    """`sha256`: of the file's bytes, in hexadecimal. `content`: its sections as JSON; of secrets the references."""

    sha256: str
    content: str


def source_of(sha256: str, content: object) -> ConfigurationSource:
    """Of a file that is valid: then every secret in it is a reference. A password in an address is left out all the
    same, wherever one may stand."""
    return ConfigurationSource(sha256, canonical(sayable(_masked(content))))


def _masked(content: object) -> object:
    if isinstance(content, str):
        return _PASSWORD.sub(r"\1:…@", content)
    if isinstance(content, dict):
        return {key: _masked(value) for key, value in content.items()}
    return [_masked(one) for one in content] if isinstance(content, list) else content
