"""Small PMTiles files, written by the format's own writer."""

from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

PNG = b"\x89PNG\r\n\x1a\nbild"


def archive(
    path: Path, zooms: range = range(3), tile_type: TileType = TileType.PNG, **said: Any
) -> Path:
    """Write every tile of some zooms but the first of each; each tile tells where it is."""
    with path.open("wb") as file:
        writer = Writer(file)
        for z in zooms:
            for x in range(2**z):
                for y in range(2**z):
                    if (x, y) != (0, 0) or z == 0:
                        writer.write_tile(zxy_to_tileid(z, x, y), PNG + f" {z}/{x}/{y}".encode())
        header = {
            "tile_type": tile_type,
            "tile_compression": Compression.NONE,
            "min_lon_e7": 160_000_000,
            "min_lat_e7": 560_000_000,
            "max_lon_e7": 170_000_000,
            "max_lat_e7": 570_000_000,
            "center_zoom": 0,
            "center_lon_e7": 0,
            "center_lat_e7": 0,
        }
        writer.finalize(header, said)
    return path
