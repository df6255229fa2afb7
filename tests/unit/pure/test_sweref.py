"""SWEREF 99 TM against control points that Lantmäteriet publishes."""

import pytest

from tornvakt.pure.sweref import to_degrees


@pytest.mark.parametrize(
    ("north", "east", "latitude", "longitude"),
    [
        (6097106.672, 356083.438, 55.0, 12.75),
        (6095048.642, 452024.069, 55.0, 14.25),
        (6319636.937, 363331.554, 57.0, 12.75),
    ],
)
def test_control_points(north: float, east: float, latitude: float, longitude: float) -> None:
    found = to_degrees(north, east)
    assert found == pytest.approx((latitude, longitude), abs=1e-8)  # a millimetre
