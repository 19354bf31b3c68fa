"""The program's beginning, by its folder's path: the system's Python knows nothing of the gateway's environment."""

from __future__ import annotations

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

NAME = "gateway_relay"
PACKAGES = (
    "apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
    " gstreamer1.0-plugins-bad"
)


def _load() -> None:
    """Make the folder a package, under a name that nothing else bears, without making its neighbours modules."""
    folder = Path(__file__).resolve().parent
    sys.path[:] = [place for place in sys.path if Path(place) != folder]
    spec = spec_from_file_location(NAME, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is no package")
    package = sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(package)


def _main() -> int:
    _load()
    try:
        importlib.import_module(f"{NAME}.gstreamer")
    except (ImportError, ValueError) as error:  # gi says so of a library that has no bindings here
        sys.stderr.write(f"gateway: the relay needs GStreamer for {sys.executable} ({error}): {PACKAGES}\n")
        return 1
    code: int = importlib.import_module(f"{NAME}.program").main(sys.argv[1:])
    return code


if __name__ == "__main__":
    sys.exit(_main())
