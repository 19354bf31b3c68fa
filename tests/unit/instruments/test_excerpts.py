"""How bytes that are no answer are shown: binary ones in hexadecimal digits, text as an integrator would write it."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from gateway.instruments.lines.excerpts import hex_excerpt, text_excerpt


def test_bytes_in_hexadecimal_digits() -> None:
    assert hex_excerpt(b"\x01\x83\x02") == "01 83 02"
    assert hex_excerpt(bytes(20)) == f"{' '.join(['00'] * 16)} … (20 bytes)"


@pytest.mark.parametrize(
    ("received", "shown"),
    [
        (b"PM=12.3;ST=0\r\n", r"'PM=12.3;ST=0\r\n'"),
        (b"\x02 AKON 0\x03", r"'\x02 AKON 0\x03'"),
        (b'say "no"\\\t\xb0C', r"'say \x22no\x22\\\t\xb0C'"),
    ],
)
def test_text_as_it_is_written(received: bytes, shown: str) -> None:
    assert text_excerpt(received) == shown
    assert YAML(typ="safe", pure=True).load(f'"{shown[1:-1]}"').encode("latin-1") == received
    assert '"' not in text_excerpt(received)


def test_a_long_text_is_cut() -> None:
    assert text_excerpt(b"x" * 200) == f"'{'x' * 120}' … (200 bytes)"
