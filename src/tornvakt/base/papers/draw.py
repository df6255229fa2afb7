"""Draw charts: Vega-Lite specifications on stdin as JSON, a list of SVG texts on stdout.

A process of its own, run isolated; see `charts.py`. It gives way and is bounded like the press.
"""

import json
import os
import resource
import sys
from typing import Literal

MEMORY = 2 * 1024**3
"""Memory it may write to, bytes. The address space is no measure: the engine keeps far more of it
free than it ever uses."""

if __name__ == "__main__":
    os.nice(10)  # an alarm goes before a chart
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    import vl_convert

    # Half of the time of a chart is the engine's start: do that while the figures are worked out.
    vl_convert.vegalite_to_svg({"data": {"values": []}, "mark": "bar"})
    order = json.load(sys.stdin)
    locale: Literal["sv-SE", "en-US"] = "sv-SE" if order["language"] == "sv" else "en-US"
    drawn = [vl_convert.vegalite_to_svg(spec, format_locale=locale) for spec in order["specs"]]
    json.dump(drawn, sys.stdout)
