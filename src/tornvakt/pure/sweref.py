"""From SWEREF 99 TM (EPSG:3006) to degrees: what Swedish municipalities export their maps in.

Gauss conformal projection, the inverse of it, after the formulas that Lantmäteriet publishes for
computing by hand. SWEREF 99 and WGS 84 differ by less than a metre: nothing on a map of a desk.
"""

import math

_AXIS = 6_378_137.0
_FLATTENING = 1 / 298.257222101
_CENTRAL_MERIDIAN = 15.0
_SCALE = 0.9996
_FALSE_EASTING = 500_000.0

_E2 = _FLATTENING * (2 - _FLATTENING)
_N = _FLATTENING / (2 - _FLATTENING)
_ROOF = _AXIS / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_DELTA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161_280,
)
_BACK = (
    _E2 + _E2**2 + _E2**3 + _E2**4,
    -(7 * _E2**2 + 17 * _E2**3 + 30 * _E2**4) / 6,
    (224 * _E2**3 + 889 * _E2**4) / 120,
    -(4279 * _E2**4) / 1260,
)


def to_degrees(north: float, east: float) -> tuple[float, float]:
    """Return latitude and longitude in degrees of a point given in metres."""
    xi = north / (_SCALE * _ROOF)
    eta = (east - _FALSE_EASTING) / (_SCALE * _ROOF)
    turns = [2 * (order + 1) for order in range(4)]
    up = xi - sum(
        d * math.sin(k * xi) * math.cosh(k * eta) for d, k in zip(_DELTA, turns, strict=True)
    )
    across = eta - sum(
        d * math.cos(k * xi) * math.sinh(k * eta) for d, k in zip(_DELTA, turns, strict=True)
    )
    sphere = math.asin(math.sin(up) / math.cosh(across))
    longitude = math.atan2(math.sinh(across), math.cos(up))
    s = math.sin(sphere)
    latitude = sphere + s * math.cos(sphere) * sum(
        part * s ** (2 * order) for order, part in enumerate(_BACK)
    )
    return math.degrees(latitude), _CENTRAL_MERIDIAN + math.degrees(longitude)
