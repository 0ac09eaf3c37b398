"""Charts as SVG, drawn on the server with pygal. They need no scripts.

pygal puts styles and scripts into each chart, which the Content-Security-Policy of
pages forbids. Both are removed here: static/analytics/analytics.css has the styles
instead, so that charts are light or dark as the rest of the page.
"""

from typing import Any
from xml.etree.ElementTree import Element

import pygal
from django.utils.safestring import SafeString
from pygal.style import Style

from app.analytics.reports import Row

WIDTH, HEIGHT, HEIGHT_OF_BAR, HEIGHT_OF_AXIS = 480, 260, 26, 80
MAX_LABEL_LENGTH = 18
MAX_MONTH_LABELS = 4
# pygal leaves room for texts of these sizes.
STYLE = Style(label_font_size=15, major_label_font_size=15)


def draw_months(rows: list[Row]) -> SafeString:
    """Return a bar chart of months, with a label below some of them."""
    chart = pygal.Bar(
        x_labels_major_every=max(1, -(-len(rows) // MAX_MONTH_LABELS)),
        show_minor_x_labels=False,
        truncate_label=-1,
        height=HEIGHT,
        **_options(),
    )
    chart.x_labels = [row.label for row in rows]
    return _draw(chart, rows)


def draw_groups(rows: list[Row]) -> SafeString:
    """Return a chart of horizontal bars, the first at the top."""
    bottom_up = [*reversed(rows)]
    chart = pygal.HorizontalBar(
        truncate_label=MAX_LABEL_LENGTH,
        height=HEIGHT_OF_AXIS + HEIGHT_OF_BAR * len(rows),
        **_options(),
    )
    chart.x_labels = [row.label for row in bottom_up]
    return _draw(chart, bottom_up)


def _options() -> dict[str, Any]:
    return {
        "width": WIDTH,
        "style": STYLE,
        "classes": ("chart",),
        "css": [],
        "js": [],
        "no_prefix": True,
        "show_legend": False,
        "min_scale": 2,
        "max_scale": 4,
        "value_formatter": _format_value,
        "disable_xml_declaration": True,
    }


def _format_value(value: float) -> str:
    """Return 1.2k for 1,200: the table below a chart has the exact values."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def _draw(chart: Any, rows: list[Row]) -> SafeString:
    chart.add("", [float(row.value) for row in rows])
    chart.add_xml_filter(_remove_forbidden)
    svg: str = chart.render(is_unicode=True)
    return SafeString(svg)  # pygal escapes the labels


def _remove_forbidden(svg: Element) -> Element:
    """Remove scripts, styles, and what is only shown by scripts."""
    del svg.attrib["id"]
    for parent in svg.iter():
        for child in list(parent):
            is_comment = not isinstance(child.tag, str)
            is_tooltip = "tooltip-overlay" in child.get("class", "")
            if is_comment or is_tooltip or child.tag in {"script", "style", "title"}:
                parent.remove(child)
    return svg
