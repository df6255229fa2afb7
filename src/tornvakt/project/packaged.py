"""Where files lie that came with a package which is not to be run."""

from importlib.util import find_spec
from pathlib import Path


def packaged(package: str, *below: str) -> Path:
    """Return a path inside an installed package, without importing it. Raises LookupError."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(package)
    return Path(next(iter(spec.submodule_search_locations))).joinpath(*below)
