"""A chart is drawn by a process of its own and holds nothing a strict page refuses."""

import os
import re
import resource
import time

import pytest
from django.utils import translation

from tornvakt.base.papers import charts, turns
from tornvakt.base.papers.inks import INKS

SPEC = {
    "description": "Larm per <timme> & dygn",
    "width": 300,
    "height": 100,
    "data": {"values": [{"x": "00", "n": 1200}, {"x": "01", "n": 3}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "x", "type": "ordinal"},
        "y": {"field": "n", "type": "quantitative", "axis": {"format": ",d"}},
    },
}


def test_a_chart_for_a_page_and_one_for_a_paper() -> None:
    with translation.override("sv"):
        page = charts.svg(SPEC)
        (paper,) = charts.svgs([SPEC], for_paper=True)
    assert page.startswith("<svg ")
    assert 'aria-label="Larm per &lt;timme&gt; &amp; dygn"' in page
    assert 'class="ink-c1"' in page
    assert re.findall(r"#[0-9a-f]{6}", page) == []
    assert re.findall(r"style|script|onload|href|aria-role", page) == []
    assert "1\u00a0000" in page
    assert INKS["c1"] in paper
    assert "class=" not in paper


def test_what_cannot_be_drawn_is_refused_in_words() -> None:
    assert charts.svgs([]) == []
    with pytest.raises(charts.NoCharts, match="tables"), translation.override("en"):
        charts.svg({**SPEC, "mark": {"type": "no such"}, "encoding": 7})


def test_a_pen_takes_a_turn_and_a_page_goes_on_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.01)
    with turns.turn(), turns.turn():
        with charts.pen() as pen, pytest.raises(charts.NoCharts):
            charts.svgs([SPEC], by=pen)
        with pytest.raises(charts.NoCharts):
            charts.svg(SPEC)
    with turns.turn():
        assert charts.svg(SPEC).startswith("<svg ")


def test_what_draws_gives_way_and_has_a_bound() -> None:
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    with charts.pen() as pen:
        assert pen.process is not None
        pid = pen.process.pid
        for _ in range(200):
            if os.getpriority(os.PRIO_PROCESS, pid) > nice:
                break
            time.sleep(0.01)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(nice + 10, 19)
        for _ in range(200):
            bound = resource.prlimit(pid, resource.RLIMIT_DATA)
            if bound[0] != resource.RLIM_INFINITY:
                break
            time.sleep(0.01)
        assert bound == (2 * 1024**3, 2 * 1024**3)
