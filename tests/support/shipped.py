"""The configurations of `config/` that are shipped as examples."""

from __future__ import annotations

from pathlib import Path

CONFIG = Path(__file__).parents[2] / "config"
ALL_EXAMPLES = sorted(CONFIG.glob("*.yaml"))
EXAMPLES = [example for example in ALL_EXAMPLES if not example.name.endswith(".vi.yaml")]
"""Each station once: the files with Vietnamese comments have the same values, which a test of theirs holds."""
