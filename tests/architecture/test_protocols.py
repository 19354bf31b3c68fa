"""What is to be known of a protocol, it says itself: nobody else asks which one an instrument speaks."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.config.instruments.instrument import DEVICE_MODELS
from gateway.instruments.registry import PROTOCOLS

GATEWAY = Path(__file__).parents[2] / "gateway"
ALLOWED = (GATEWAY / "config" / "instruments", GATEWAY / "config" / "__init__.py")


def test_only_a_protocols_own_files_name_its_devices() -> None:
    own = [_folder_of(protocol.driver.__module__) for protocol in PROTOCOLS]
    names = re.compile("|".join(rf"\b{model.__name__}\b" for model in DEVICE_MODELS))
    guilty = [
        str(file.relative_to(GATEWAY))
        for file in sorted(GATEWAY.rglob("*.py"))
        if not any(file.is_relative_to(place) for place in (*ALLOWED, *own)) and names.search(file.read_text("utf-8"))
    ]
    assert len(own) == len(DEVICE_MODELS)
    assert guilty == []


def _folder_of(module: str) -> Path:
    return GATEWAY.parent.joinpath(*module.split(".")[:-1])
