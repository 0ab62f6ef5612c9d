"""The page kit: plain data in, one self-contained HTML text out.

A page needs no network: its style, its chart engine and its data are inside it, and its
Content-Security-Policy forbids everything else. Text that came from people is data
everywhere: in the markup, in the charts and in their tooltips.

Examples
--------
>>> from doxa.report import Card, Origin, Page, Section, ladder, render
>>> chart = ladder([{"name": "persona", "value": 0.3417},
...                 {"name": "twin", "value": 0.2923, "twin": True}])
>>> page = Page("Fidelity", Origin("doxa fidelity grocery.db", "0.1.0"),
...             cards=(Card("skill over your personas", 0.145, low=0.136, high=0.154),),
...             sections=(Section("The ladder", (chart,)),))
>>> render(page).startswith("<!doctype html>")
True
"""

from doxa.report.chart import Chart
from doxa.report.charts.course import course
from doxa.report.charts.curve import curve
from doxa.report.charts.fan import fan
from doxa.report.charts.histogram import histogram
from doxa.report.charts.ladder import ladder
from doxa.report.charts.lanes import lanes
from doxa.report.charts.pairs import pairs
from doxa.report.charts.reliability import reliability
from doxa.report.charts.timeline import timeline
from doxa.report.charts.tracks import tracks
from doxa.report.html import render, write_page
from doxa.report.page import Card, Listing, Note, Origin, Page, Section
from doxa.report.table import Column, Table

__all__ = [
    "Card",
    "Chart",
    "Column",
    "Listing",
    "Note",
    "Origin",
    "Page",
    "Section",
    "Table",
    "course",
    "curve",
    "fan",
    "histogram",
    "ladder",
    "lanes",
    "pairs",
    "reliability",
    "render",
    "timeline",
    "tracks",
    "write_page",
]
