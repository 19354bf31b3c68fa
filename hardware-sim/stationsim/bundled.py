"""The scenarios that come with the package, by name, wherever it is installed."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "scenarios"


def scenario(name: str) -> Path:
    """The file of a bundled scenario, such as `wastewater`. Raises LookupError with the names that there are."""
    found = scenarios().get(name)
    if found is None:
        raise LookupError(f"there is no bundled scenario {name!r}; there are {', '.join(scenarios())}")
    return found


def scenarios() -> dict[str, Path]:
    """Name → file, in the order of the names."""
    return {file.stem: file for file in sorted(_FOLDER.glob("*.yaml"))}
