"""Draw charts: Vega-Lite specifications on stdin as JSON, a list of SVG texts on stdout.

A process of its own, run isolated; see `charts.py`.
"""

import json
import sys
from typing import Literal

import vl_convert

if __name__ == "__main__":
    # Half of the time of a chart is the engine's start: do that while the figures are worked out.
    vl_convert.vegalite_to_svg({"data": {"values": []}, "mark": "bar"})
    order = json.load(sys.stdin)
    locale: Literal["sv-SE", "en-US"] = "sv-SE" if order["language"] == "sv" else "en-US"
    drawn = [vl_convert.vegalite_to_svg(spec, format_locale=locale) for spec in order["specs"]]
    json.dump(drawn, sys.stdout)
