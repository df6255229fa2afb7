"""How much script the desk is: all of it together, packed as a proxy would send it."""

import gzip
from pathlib import Path

from django.contrib.staticfiles import finders

from tornvakt.surfaces import console

MOST = 250_000
STATIC = Path(console.__file__).parent / "static" / "console"
FROM_PACKAGES = ("leaflet/leaflet.js", "leaflet/proj4.js", "leaflet/proj4leaflet.js")
OF_EVERY_PAGE = ("ui/theme.js",)


def packed(file: Path) -> int:
    """Return the size of a file in gzip, octets."""
    return len(gzip.compress(file.read_bytes(), compresslevel=6, mtime=0))


def test_all_the_scripts_of_the_desk_stay_below_250_kilobytes() -> None:
    found = [finders.find(name) for name in (*FROM_PACKAGES, *OF_EVERY_PAGE)]
    assert all(found)
    own = sorted(STATIC.rglob("*.js"))
    assert len(own) > 30
    total = sum(packed(file) for file in [*own, *(Path(str(each)) for each in found)])
    assert 100_000 < total <= MOST, total
    first = sum(packed(file) for file in own if "map" not in file.relative_to(STATIC).parts)
    assert first <= 100_000, first  # what is waited for before the first key can be pressed
