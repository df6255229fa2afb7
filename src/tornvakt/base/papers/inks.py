"""The theme of the charts. Colours are stand-ins that become classes on a page, inks on paper."""

from typing import Any

_NAMES = ("text", "muted", "axis", "grid", "c1", "c2", "c3", "c4", "c5", "band", "mark")
CLASSES = {f"#0101{number:02x}": name for number, name in enumerate(_NAMES, 0x10)}
"""Stand-in to the name of its role."""
_STAND_INS = {name: stand_in for stand_in, name in CLASSES.items()}
INKS = {
    "text": "#000000",
    "muted": "#333333",
    "axis": "#555555",
    "grid": "#cccccc",
    "c1": "#222222",
    "c2": "#777777",
    "c3": "#aaaaaa",
    "c4": "#444444",
    "c5": "#999999",
    "band": "#e4e4e4",
    "mark": "#000000",
}
"""On paper: no hue, so that a copy of a copy can be read."""
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2])
SHAPES = ("circle", "square", "triangle-up", "diamond")


def ink(name: str) -> str:
    """Return the stand-in of a role, for a mark that names its colour."""
    return _STAND_INS[name]


def theme() -> dict[str, Any]:
    """Return Vega-Lite's ``config``: muted axes, horizontal grid only, y from zero for bars."""
    return {
        "background": None,
        "font": "DejaVu Sans, Noto Sans, sans-serif",
        "view": {"stroke": None},
        "padding": 4,
        "axis": {
            "domainColor": ink("axis"),
            "tickColor": ink("axis"),
            "gridColor": ink("grid"),
            "labelColor": ink("muted"),
            "titleColor": ink("muted"),
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 260,
        },
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False, "tickCount": 4},
        "bar": {"color": ink("c1")},
        "line": {"color": ink("c1"), "strokeWidth": 2},
        "point": {"color": ink("c1"), "filled": True, "size": 50},
        "rule": {"color": ink("axis")},
        "text": {"color": ink("text"), "fontSize": 12},
        "range": {
            "category": [ink(f"c{number}") for number in range(1, 6)],
        },
    }
