"""The program's beginning, by its folder's path: the system's Python knows nothing of the gateway's environment."""

from __future__ import annotations

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

NAME = "gateway_upgrade"


def _load() -> None:
    """Make the folder a package, under a name that nothing else bears, without making its neighbours modules."""
    folder = Path(__file__).resolve().parent
    sys.path[:] = [place for place in sys.path if Path(place) != folder]
    sys.dont_write_bytecode = True  # a file that no package knows would stay behind
    spec = spec_from_file_location(NAME, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is no package")
    package = sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(package)


if __name__ == "__main__":
    _load()
    sys.exit(importlib.import_module(f"{NAME}.program").main(sys.argv[1:]))
