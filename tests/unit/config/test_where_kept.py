"""Where a gateway's data are is found in whatever became of the configuration's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.where_kept import storage_of

BROKEN = "station: [\n  name: x\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("storage: {path: /data/gw}\n", "/data/gw"),
        (f"{BROKEN}storage: {{path: /data/gw, readings: 90d}}\n", "/data/gw"),
        (f"{BROKEN}storage:\n  # the card\n  readings: 90d\n\n  path: '/data/gw'   # here\n", "/data/gw"),
        ("web: {storage: /x}\nstorage:\n  readings: 90d\ncameras:\n  storage: {path: /video}\nx: [\n", "usual"),
        ("storage: {path: /data/gw, readings: [\n", "/data/gw"),
        (BROKEN, "usual"),
    ],
)
def test_a_file_that_says_something(content: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(content)
    assert storage_of(file) == Path("/var/lib/station-gateway" if expected == "usual" else expected)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\0" * 4096, None], ids=["empty", "blank", "zeros", "gone"])
@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("station-gateway", "/var/lib/station-gateway"),
        ("station-gateway-north", "/var/lib/station-gateway-north"),
        ("trial", None),
    ],
)
def test_a_file_that_says_nothing(content: bytes | None, folder: str, expected: str | None, tmp_path: Path) -> None:
    """Another station's gateway is not taken for this one's."""
    file = tmp_path / folder / "gateway.yaml"
    file.parent.mkdir()
    if content is not None:
        file.write_bytes(content)
    assert storage_of(file) == (None if expected is None else Path(expected))
